# What the R workers share: the same job folders as in job.py, read as genes x samples.

OWN <- -1

read_words <- function(path) {
  table <- read.delim(path, header = FALSE, colClasses = "character", quote = "")
  setNames(as.list(table[[2]]), table[[1]])
}

read_raw <- function(path, what = "double", size = 8) {
  readBin(path, what, n = file.size(path) / size, size = size, endian = "little")
}

read_job <- function(folder) {
  words <- read_words(file.path(folder, "job.tsv"))
  sizes <- read_words(file.path(words$matrix, "matrix.tsv"))
  list(
    folder = folder, matrix = words$matrix, rank = as.integer(words$rank), variant = words$variant,
    genes = as.integer(sizes$genes), samples = as.integer(sizes$samples), sparse = sizes$stored == "sparse",
    plan = read.delim(file.path(folder, "plan.tsv"))
  )
}

# Genes x samples: a dgCMatrix, whose columns are the stored rows, or a matrix.
read_expression <- function(job) {
  values <- read_raw(file.path(job$matrix, "values.f64"))
  if (!job$sparse) {
    return(matrix(values, job$genes, job$samples))
  }
  new("dgCMatrix",
    x = values, i = read_raw(file.path(job$matrix, "columns.i32"), "integer", 4),
    p = read_raw(file.path(job$matrix, "rows.i32"), "integer", 4), Dim = c(job$genes, job$samples)
  )
}

# w: genes x rank, h: rank x samples; fresh memory at each call, since NMF updates in place.
read_start <- function(job, number) {
  stem <- file.path(job$matrix, sprintf("rank%d_start%d_", job$rank, number))
  list(
    w = matrix(read_raw(paste0(stem, "metagenes.f64")), job$genes, job$rank),
    h = matrix(read_raw(paste0(stem, "usages.f64")), job$rank, job$samples)
  )
}

# solve(line, start) gives w, h and iterations. User and system seconds of the call alone are counted.
# A first fit of one iteration, untimed, loads what is loaded late.
run_plan <- function(job, solve, packages) {
  invisible(solve(list(start = 0, max_iter = 1, tolerance = 0), read_start(job, 0)))
  rows <- lapply(seq_len(nrow(job$plan)), function(number) {
    line <- job$plan[number, ]
    start <- read_start(job, line$start)
    begun <- proc.time()
    found <- solve(line, start)
    seconds <- sum((proc.time() - begun)[c("user.self", "sys.self")])
    stem <- file.path(job$folder, paste0("fit", line$fit))
    writeBin(as.vector(found$w), paste0(stem, "_metagenes.f64"), size = 8, endian = "little")
    writeBin(as.vector(found$h), paste0(stem, "_usages.f64"), size = 8, endian = "little")
    data.frame(fit = line$fit, restart = line$start, seconds = seconds, iterations = found$iterations)
  })
  write.table(do.call(rbind, rows), file.path(job$folder, "result.tsv"), sep = "\t", quote = FALSE, row.names = FALSE)
  versions <- sapply(packages, function(name) as.character(packageVersion(name)))
  notes <- data.frame(c("R", packages), c(as.character(getRversion()), versions))
  write.table(notes, file.path(job$folder, "notes.tsv"), sep = "\t", quote = FALSE, row.names = FALSE, col.names = FALSE)
}
