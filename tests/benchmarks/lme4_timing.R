# Median seconds of lmer on a file of rows, and the -2logL it stops at, as JSON.
# Rscript lme4_timing.R rows.csv repeats formula
arguments <- commandArgs(TRUE)
suppressPackageStartupMessages(library(lme4))
rows <- read.csv(arguments[1])
formula <- as.formula(arguments[3])
once <- function() {
  started <- Sys.time()
  fit <- suppressMessages(suppressWarnings(lmer(formula, rows)))
  list(seconds = as.numeric(Sys.time() - started, units = "secs"), neg2loglik = -2 * as.numeric(logLik(fit)))
}
runs <- lapply(seq_len(as.integer(arguments[2])), function(run) once())
cat(sprintf('{"seconds": %.6f, "neg2loglik": %.9f}\n', median(vapply(runs, `[[`, 0, "seconds")), runs[[1]]$neg2loglik))
