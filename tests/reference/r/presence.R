# Writes cases/presence/data.csv and reference.json: a generalised estimating equation for yes or no at four times with
# working independence. Needs r-cran-geepack, r-cran-jsonlite: Rscript tests/reference/r/presence.R
suppressPackageStartupMessages({library(geepack); library(jsonlite)})
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
folder <- file.path(dirname(normalizePath(this)), "..", "cases", "presence")
dir.create(folder, showWarnings = FALSE, recursive = TRUE)

set.seed(9110)
n <- 90
times <- c("baseline", "day 7", "day 28", "day 90")
tendency <- rnorm(n, 0, 1.5)
wide <- sapply(seq_along(times), function(j) rbinom(n, 1, plogis(tendency + c(0, -0.6, -1, -1.2)[j])))
kept <- sapply(c(1, 0.8, 0.65, 0.4), function(share) runif(n) < share)
wide[!kept] <- NA
long <- data.frame(patient = rep(1:n, each = 4), time = rep(times, n), present = as.vector(t(wide)))
write.csv(long, file.path(folder, "data.csv"), row.names = FALSE, quote = FALSE, na = "")
long <- long[!is.na(long$present), ]
long$time <- factor(long$time, times)
means <- geeglm(present ~ 0 + time, id = patient, data = long, family = binomial, corstr = "independence",
                control = geese.control(epsilon = 1e-12))
against <- geeglm(present ~ time, id = patient, data = long, family = binomial, corstr = "independence",
                  control = geese.control(epsilon = 1e-12))
out <- list(
  made_by = list(script = "r/presence.R",
                 software = list(R = R.version.string, geepack = as.character(packageVersion("geepack")))),
  times = times, log_odds = unname(coef(means)), log_odds_se = unname(sqrt(diag(vcov(means)))),
  log_odds_ratio = unname(coef(against)[-1]), log_odds_ratio_se = unname(sqrt(diag(vcov(against)))[-1]))
write(toJSON(out, auto_unbox = TRUE, digits = NA, pretty = TRUE), file.path(folder, "reference.json"))
