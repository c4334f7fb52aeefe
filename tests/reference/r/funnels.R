# Writes cases/funnels/reference.json: tails, mid-p deviates and interpolated limits of binomial, Poisson and negative binomial
# counts by base R (pbinom, ppois, pnbinom), counting from 0 upwards; winsorised overdispersion; and the clustering of events
# by patient. Seed 1202. Rscript tests/reference/r/funnels.R
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))
dir.create(file.path(cases_folder(), "funnels"), showWarnings = FALSE)
set.seed(1202)

law <- function(kind, size, centre, within) switch(kind,
  share = list(p = function(k, lower) pbinom(k, size, centre, lower.tail = lower), d = function(k) dbinom(k, size, centre)),
  rate = if (within == 1) list(p = function(k, lower) ppois(k, centre * size, lower.tail = lower), d = function(k) dpois(k, centre * size))
    else list(p = function(k, lower) pnbinom(k, size = centre * size / (within - 1), mu = centre * size, lower.tail = lower),
              d = function(k) dnbinom(k, size = centre * size / (within - 1), mu = centre * size)))

# Counted up from 0: the first count whose lower tail reaches a, and the last whose upper tail does.
low_limit <- function(of, tail) {
  k <- 0
  while (of$p(k, TRUE) < tail) k <- k + 1
  max(0, k - (of$p(k, TRUE) - tail) / of$d(k))
}
high_limit <- function(of, tail, most) {
  k <- 0
  while (of$p(k, FALSE) >= tail) k <- k + 1
  min(most, k + (of$p(k - 1, FALSE) - tail) / of$d(k))
}
one <- function(kind, size, centre, within, count, dispersion) {
  of <- law(kind, size, centre, within)
  few <- of$p(count, TRUE); many <- of$p(count - 1, FALSE); here <- of$d(count)
  most <- if (kind == "share") size else Inf
  limits <- lapply(c("95" = 0.025, "99.8" = 0.001), function(a) {
    tail <- pnorm(-qnorm(1 - a) * sqrt(dispersion))
    c(low_limit(of, tail), high_limit(of, tail, most))
  })
  list(kind = kind, size = size, centre = centre, within = within, count = count, dispersion = dispersion, few = few, many = many,
       z = if (few - here / 2 < many - here / 2) qnorm(few - here / 2) else -qnorm(many - here / 2), limits = limits)
}
cases <- list(
  one("share", 11, 0.35, 1, 1, 1), one("share", 60, 0.353222, 1, 32, 1), one("share", 134, 0.386, 1, 26, 5.06),
  one("share", 400, 0.02, 1, 15, 1.4), one("share", 25, 0.9, 1, 25, 1), one("share", 1, 0.5, 1, 0, 1),
  one("rate", 654, 0.0128, 1, 19, 1), one("rate", 1415, 0.0128, 1, 3, 12.5), one("rate", 813, 1.23, 34.54, 822, 1),
  one("rate", 40, 0.2, 1.3, 0, 1), one("rate", 4000, 0.05, 2.5, 260, 1.8))

drawn <- function(n, sd) { z <- rnorm(n, 0, sd); list(z = z, dispersion = max(1, mean(pmin(pmax(z, quantile(z, 0.1)), quantile(z, 0.9))^2))) }
dispersions <- list(drawn(5, 1), drawn(6, 2.5), drawn(20, 1.6), drawn(33, 0.7))

# Squared Pearson residuals around each clinic's own rate, over what a Poisson count leaves free there.
clinic <- rep(1:4, c(1, 12, 30, 7))
sessions <- 1 + rpois(50, 6)
events <- rpois(50, sessions * 0.8 * rgamma(50, 1.5, 1.5))
overall <- sum(events) / sum(sessions)
squares <- 0; free <- 0
for (c_ in 1:4) {
  e <- events[clinic == c_]; s <- sessions[clinic == c_]
  squares <- squares + sum((e - sum(e) / sum(s) * s)^2)
  free <- free + overall * (sum(s) - sum(s^2) / sum(s))
}
write_case(c(made_by("funnels.R", character(0)), list(counts = cases, dispersions = dispersions,
  clustering = list(clinic = clinic - 1, sessions = sessions, events = events, within = squares / free))), "funnels", "reference.json")
