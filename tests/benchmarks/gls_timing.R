# Seconds of nlme::gls with a variance per visit and a correlation per pair of visits, and its -2logL, as JSON.
# Rscript gls_timing.R rows.csv repeats formula
arguments <- commandArgs(TRUE)
suppressPackageStartupMessages(library(nlme))
rows <- read.csv(arguments[1])
formula <- as.formula(arguments[3])
once <- function() {
  started <- Sys.time()
  fit <- gls(formula, rows, correlation = corSymm(form = ~ position | patient_id),
             weights = varIdent(form = ~ 1 | visit), method = "REML")
  list(seconds = as.numeric(Sys.time() - started, units = "secs"), neg2loglik = -2 * as.numeric(logLik(fit)))
}
runs <- lapply(seq_len(as.integer(arguments[2])), function(run) once())
cat(sprintf('{"seconds": %.6f, "neg2loglik": %.9f}\n', median(vapply(runs, `[[`, 0, "seconds")), runs[[1]]$neg2loglik))
