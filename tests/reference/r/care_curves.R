# Writes cases/care_curves/: data.csv, one row a made patient (seed 933), and reference.json: survival::survfit over the
# number of sessions with log-log intervals, and the coefficient of a least-squares fit with sandwich's HC3 standard error.
# Rscript tests/reference/r/care_curves.R
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))
suppressPackageStartupMessages({library(survival); library(sandwich)})

folder <- file.path(cases_folder(), "care_curves")
dir.create(folder, showWarnings = FALSE)
set.seed(933)
n <- 180
frame <- data.frame(patient = sprintf("p%03d", 1:n), sessions = 1 + rgeom(n, 0.18), stopped = rbinom(n, 1, 0.55),
  exposure = ifelse(runif(n) < 0.4, 0, round(runif(n), 2)), baseline = round(rnorm(n, 17, 4)),
  route = sample(c("IV", "IM", "SL"), n, TRUE), clinic = sample(c("C01", "C02", "C03"), n, TRUE))
frame$change <- round(-5 - 0.4 * (frame$baseline - 17) - 0.8 * frame$exposure + (1 + frame$exposure) * rnorm(n, sd = 3), 1)
write.csv(frame, file.path(folder, "data.csv"), row.names = FALSE, quote = FALSE)

curve <- summary(survfit(Surv(sessions + 1, stopped) ~ 1, data = frame, conf.type = "log-log"), times = 1:24, extend = TRUE)
fit <- lm(change ~ exposure + baseline + route + clinic, data = frame)
se <- sqrt(diag(vcovHC(fit, type = "HC3")))[["exposure"]]
half <- qt(0.975, fit$df.residual) * se
reference <- c(made_by("care_curves.R", c("survival", "sandwich")), list(
  staying = list(sessions = curve$time, n_at_risk = curve$n.risk, share = curve$surv, low = curve$lower, high = curve$upper),
  association = list(estimate = coef(fit)[["exposure"]], low = coef(fit)[["exposure"]] - half, high = coef(fit)[["exposure"]] + half)))
write_reference(reference, file.path(folder, "reference.json"))
