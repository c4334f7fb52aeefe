# Seconds of lmer and pbkrtest's adjusted covariance with the degrees of freedom of every coefficient, as JSON.
# Rscript kenward_roger_timing.R rows.csv repeats formula
arguments <- commandArgs(TRUE)
suppressPackageStartupMessages({library(lme4); library(pbkrtest)})
rows <- read.csv(arguments[1])
formula <- as.formula(arguments[3])
once <- function() {
  started <- Sys.time()
  fit <- lmer(formula, rows)
  adjusted <- vcovAdj(fit)
  unadjusted <- vcov(fit)
  degrees <- vapply(seq_along(fixef(fit)), function(k)
    Lb_ddf(diag(length(fixef(fit)))[k, , drop = FALSE], unadjusted, adjusted), 0)
  list(seconds = as.numeric(Sys.time() - started, units = "secs"), neg2loglik = -2 * as.numeric(logLik(fit)))
}
runs <- lapply(seq_len(as.integer(arguments[2])), function(run) once())
cat(sprintf('{"seconds": %.6f, "neg2loglik": %.9f}\n', median(vapply(runs, `[[`, 0, "seconds")), runs[[1]]$neg2loglik))
