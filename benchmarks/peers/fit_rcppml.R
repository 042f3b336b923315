# Worker: RcppML's nmf, dense or sparse as the matrix is stored. It accepts no start, so the start's number is its seed.

arguments <- commandArgs(TRUE)
source(file.path(arguments[1], "job.R"))
suppressPackageStartupMessages({
  library(Matrix)
  library(RcppML)
})
setRcppMLthreads(1)

job <- read_job(arguments[2])
expression <- read_expression(job)

run_plan(job, function(line, start) {
  limits <- list()
  if (line$max_iter != OWN) limits$maxit <- as.integer(line$max_iter)
  if (line$tolerance != OWN) limits$tol <- line$tolerance
  found <- do.call(nmf, c(list(expression, job$rank, seed = line$start + 1, verbose = FALSE), limits))
  list(w = found$w %*% diag(found$d, job$rank), h = found$h, iterations = found$iter)
}, c("RcppML", "Matrix"))
