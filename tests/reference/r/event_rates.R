# Writes cases/event_rates/: data.csv, one row a session of 60 made patients (seed 512), and reference.json: exact intervals
# of base R (poisson.test, binom.test) and robust standard errors of geepack::geeglm (independence, patients as clusters) for
# events per session, the share of sessions stopped, and the mean CADSS score. Rscript tests/reference/r/event_rates.R
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))
suppressPackageStartupMessages(library(geepack))

folder <- file.path(cases_folder(), "event_rates")
dir.create(folder, showWarnings = FALSE)
set.seed(512)
n_sessions <- 1 + rpois(60, 5)
patient <- rep(sprintf("p%02d", 1:60), n_sessions)
level <- rep(rnorm(60, sd = 0.9), n_sessions)
frame <- data.frame(patient, number = sequence(n_sessions), events = rpois(length(patient), exp(level - 0.6)),
  stopped = rbinom(length(patient), 1, plogis(level - 3)), cadss = round(pmax(0, 8 + 4 * level + rnorm(length(patient), sd = 4))))
write.csv(frame, file.path(folder, "data.csv"), row.names = FALSE, quote = FALSE)

of_gee <- function(formula, family) {
  found <- geeglm(formula, family = family, data = transform(frame, id = as.integer(factor(patient))), id = id, corstr = "independence")
  list(estimate = unname(coef(found)), robust_se = unname(summary(found)$coefficients[1, "Std.err"]))
}
ends <- function(test) as.numeric(test$conf.int)
counts <- list(c(0, 40), c(1, 40), c(13, 240), c(76, 5937), c(4917, 3998))
shares <- list(c(0, 12), c(1, 12), c(7, 20), c(220, 337), c(337, 337))
reference <- c(made_by("event_rates.R", "geepack"), list(
  poisson = lapply(counts, function(x) list(events = x[1], exposure = x[2], interval = ends(poisson.test(x[1], x[2])))),
  binomial = lapply(shares, function(x) list(numerator = x[1], denominator = x[2], interval = ends(binom.test(x[1], x[2])))),
  gee = list(events = of_gee(events ~ 1, poisson), stopped = of_gee(stopped ~ 1, binomial), cadss = of_gee(cadss ~ 1, gaussian))))
write_reference(reference, file.path(folder, "reference.json"))
