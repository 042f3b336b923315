# Worker: R's NMF. The variant is the method, brunet or lee; matrices are dense, as it knows no others.

arguments <- commandArgs(TRUE)
source(file.path(arguments[1], "job.R"))
suppressPackageStartupMessages({
  library(Matrix)
  library(NMF)
})

fit_nmf <- function(expression, rank, method, start, limits = list()) {
  seed <- nmfModel(W = start$w, H = start$h)
  do.call(nmf, c(list(expression, rank, method, seed = seed, nrun = 1, .options = "-p"), limits))
}

job <- read_job(arguments[2])
expression <- as.matrix(read_expression(job))

run_plan(job, function(line, start) {
  limits <- list()
  if (line$max_iter != OWN) limits$maxIter <- as.integer(line$max_iter)
  if (line$tolerance == 0) limits$.stop <- FALSE
  found <- fit_nmf(expression, job$rank, job$variant, start, limits)
  list(w = basis(found), h = coef(found), iterations = niter(found))
}, "NMF")
