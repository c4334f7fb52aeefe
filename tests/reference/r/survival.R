# Writes cases/survival/data.csv and reference.json: Kaplan-Meier, log-rank, Cox and cumulative incidence of a simulated
# course. Needs r-cran-survival, r-cran-cmprsk, r-cran-jsonlite: Rscript tests/reference/r/survival.R
suppressPackageStartupMessages({library(survival); library(cmprsk); library(jsonlite)})
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
folder <- file.path(dirname(normalizePath(this)), "..", "cases", "survival")
dir.create(folder, showWarnings = FALSE, recursive = TRUE)

set.seed(733)
n <- 180
route <- rep(c("IV", "IM", "SL"), each = 60)
age <- round(runif(n, 20, 75)); baseline <- round(rnorm(n, 16, 4)); sex <- sample(c("female", "male"), n, TRUE)
rate <- 0.03 * exp(0.5 * (route == "IV") - 0.3 * (route == "SL") - 0.01 * (age - 45) - 0.04 * (baseline - 16))
relapse <- ceiling(rexp(n, rate)); booster <- ceiling(rexp(n, 0.025)); left <- ceiling(runif(n, 5, 90))
time <- pmin(relapse, booster, left)                              # whole days: many ties
status <- ifelse(relapse <= pmin(booster, left), 1, ifelse(booster <= left, 2, 0))
data <- data.frame(patient = sprintf("p%03d", 1:n), route, age, sex, baseline, time, status)
write.csv(data, file.path(folder, "data.csv"), row.names = FALSE, quote = FALSE)

at <- c(0, 7, 14, 21, 28, 42, 56, 70)
event <- data$status == 1
one <- function(rows) {
  fit <- survfit(Surv(time[rows], event[rows]) ~ 1, conf.type = "log-log")
  s <- summary(fit, times = at, extend = TRUE)
  printed <- summary(fit, rmean = 56)$table
  list(at = at, survival = s$surv, std_error = s$std.err, lower = s$lower, upper = s$upper, n_at_risk = s$n.risk,
       median = printed[["median"]], median_low = printed[["0.95LCL"]], median_high = printed[["0.95UCL"]],
       rmean_56 = printed[["rmean"]], rmean_56_se = printed[["se(rmean)"]])
}
groups <- c("all", "IV", "IM", "SL")
curves <- lapply(setNames(groups, groups), function(g) one(if (g == "all") rep(TRUE, n) else route == g))

test <- survdiff(Surv(time, event) ~ route)
data$route <- relevel(factor(data$route), "IM")
cox <- coxph(Surv(time, event) ~ route + baseline + age + sex, data, ties = "efron", control = coxph.control(eps = 1e-12, toler.chol = 1e-13))
incidence <- function(rows) {
  found <- timepoints(cuminc(time[rows], status[rows]), times = at)
  list(at = at, relapsed = found$est[1, ], relapsed_var = found$var[1, ], boosted = found$est[2, ],
       boosted_var = found$var[2, ])
}
out <- list(
  made_by = list(script = "r/survival.R", software = list(R = R.version.string,
    survival = as.character(packageVersion("survival")), cmprsk = as.character(packageVersion("cmprsk")))),
  kaplan_meier = curves,
  log_rank = list(statistic = test$chisq, p_value = pchisq(test$chisq, 2, lower.tail = FALSE)),
  cox = list(terms = names(coef(cox)), coefficient = unname(coef(cox)), std_error = unname(sqrt(diag(vcov(cox)))),
             lower = unname(exp(confint(cox))[, 1]), upper = unname(exp(confint(cox))[, 2]),
             p_value = unname(summary(cox)$coefficients[, 5])),
  cumulative_incidence = lapply(setNames(groups, groups), function(g) incidence(if (g == "all") rep(TRUE, n) else route == g)))
write(toJSON(out, auto_unbox = TRUE, digits = NA, pretty = TRUE, na = "null"), file.path(folder, "reference.json"))
