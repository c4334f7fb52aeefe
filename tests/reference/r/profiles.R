# Writes cases/<case>/profiles.json: 95 % profile intervals. `restricted` and `maximum` profile the REML and ML deviance by a
# dense deviance written here, over one parameter at a time, all others re-optimised; the limits are where the deviance has
# risen by qchisq(0.95, 1). `lme4` is confint(profile()) of lme4, which profiles ML only and interpolates with splines (null where its
# profile stopped short).
# A limit that the parameter space cuts off is its end: 0 for a standard deviation, -1 or 1 for a correlation.
# Run after lmm_cases.R: Rscript tests/reference/r/profiles.R
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))

RISE <- qchisq(0.95, 1)
ROOT_TOLERANCE <- 1e-9   # relative to the standard deviation (or 1 for a correlation)

# -2 log likelihood, by patient, at natural parameters: sd (one or two), cor (if two), sigma.
dense_deviance <- function(y, X, Z, groups, reml) {
  rows <- split(seq_along(y), groups)
  blocks <- lapply(rows, function(i) list(y = y[i], X = X[i, , drop = FALSE], Z = Z[i, , drop = FALSE]))
  n <- length(y)
  p <- ncol(X)
  function(parameters) {
    q <- ncol(Z)
    G <- if (q == 1) matrix(parameters[1]^2) else {
      covariance <- parameters[3] * parameters[1] * parameters[2]
      matrix(c(parameters[1]^2, covariance, covariance, parameters[2]^2), 2)
    }
    variance <- parameters[length(parameters)]^2
    log_det <- 0
    cross <- matrix(0, p + 1, p + 1)
    for (block in blocks) {
      factor_ <- chol(variance * diag(nrow(block$Z)) + block$Z %*% G %*% t(block$Z))
      white <- backsolve(factor_, cbind(block$X, block$y), transpose = TRUE)
      log_det <- log_det + 2 * sum(log(diag(factor_)))
      cross <- cross + crossprod(white)
    }
    R <- if (p) chol(cross[seq_len(p), seq_len(p), drop = FALSE]) else matrix(0, 0, 0)
    explained <- if (p) sum(backsolve(R, cross[seq_len(p), p + 1], transpose = TRUE)^2) else 0
    log_det + cross[p + 1, p + 1] - explained + (if (reml) n - p else n) * log(2 * pi) + if (reml) 2 * sum(log(diag(R))) else 0
  }
}

bounds_of <- function(q) list(lower = c(rep(0, q), if (q == 2) -1, 1e-3), upper = c(rep(Inf, q), if (q == 2) 1, Inf))

# Minimise over everything but the fixed element, from points around the optimum and, with two random effects, from
# correlations near -1 and 1: at a large standard deviation the best correlation is often there.
rest_minimised <- function(deviance, fixed, value, start, bounds) {
  free <- setdiff(seq_along(start), fixed)
  along <- function(x) { full <- start; full[fixed] <- value; full[free] <- x; deviance(full) }
  scale <- 1 / pmax(abs(start[free]), 0.1)
  run <- function(from) nlminb(pmin(pmax(from, bounds$lower[free]), bounds$upper[free]), along, scale = scale,
    lower = bounds$lower[free], upper = bounds$upper[free], control = list(rel.tol = 1e-15, abs.tol = 0, x.tol = 1e-12, iter.max = 1000, eval.max = 3000))
  fits <- lapply(unique(starts_around(start, fixed, free)), run)
  fits <- c(fits, list(run(fits[[which.min(vapply(fits, `[[`, 0, "objective"))]]$par)))
  min(vapply(fits, `[[`, 0, "objective"))
}

starts_around <- function(start, fixed, free) {
  points <- list(start, start * 0.7, start * 1.3)
  if (length(start) == 4) {
    with_cor <- function(cor, sd_scale) { point <- start; point[1:2] <- point[1:2] * sd_scale; point[3] <- cor; point }
    points <- c(points, list(with_cor(-0.97, 1.3), with_cor(0.97, 0.7)))
  }
  lapply(points, `[`, free)
}

limit <- function(profile, estimate, lowest, step, direction, end) {
  rise <- function(value) profile(value) - lowest - RISE
  at_end <- if (is.finite(end)) rise(end) else Inf
  if (at_end < 0) return(end)
  outer <- estimate + direction * step
  while (if (direction < 0) outer > end else outer < end) {
    if (rise(outer) > 0) break
    outer <- outer + direction * step
  }
  outer <- if (direction < 0) max(outer, end) else min(outer, end)
  found <- uniroot(rise, sort(c(estimate, outer)), tol = ROOT_TOLERANCE * max(step, 1e-3))
  found$root
}

profile_limits <- function(deviance, optimum, names_, bounds) {
  lowest <- deviance(optimum)
  limits <- lapply(seq_along(optimum), function(k) {
    profile <- function(value) rest_minimised(deviance, k, value, optimum, bounds)
    step <- if (is.finite(bounds$upper[k])) 0.2 else max(0.3 * optimum[k], 0.05)
    end <- if (bounds$lower[k] == 1e-3) c(1e-3, Inf) else c(bounds$lower[k], bounds$upper[k])
    list(estimate = optimum[k], ci_low = limit(profile, optimum[k], lowest, step, -1, end[1]),
         ci_high = limit(profile, optimum[k], lowest, step, 1, end[2]))
  })
  setNames(limits, names_)
}

natural <- function(model) {
  block <- VarCorr(model)[[1]]
  sd_ <- unname(attr(block, "stddev"))
  c(sd_, if (length(sd_) == 2) attr(block, "correlation")[2, 1], sigma(model))
}

# A fixed effect by ML: the response less value times its column, the column gone.
fixed_effect_limits <- function(y, X, Z, groups, optimum, beta, bounds) {
  lowest <- dense_deviance(y, X, Z, groups, FALSE)(optimum)
  limits <- lapply(seq_len(ncol(X)), function(k) {
    profile <- function(value) {
      deviance <- dense_deviance(y - value * X[, k], X[, -k, drop = FALSE], Z, groups, FALSE)
      rest_minimised(deviance, integer(0), numeric(0), optimum, bounds)
    }
    step <- max(abs(beta[k]) * 0.1, 0.1)
    list(estimate = beta[k], ci_low = limit(profile, beta[k], lowest, step, -1, -Inf), ci_high = limit(profile, beta[k], lowest, step, 1, Inf))
  })
  setNames(limits, colnames(X))
}

numbers_of <- function(formula, frame, names_) {
  models <- list(REML = tight_lmer(formula, frame, TRUE), ML = tight_lmer(formula, frame, FALSE))
  y <- unname(getME(models$ML, "y"))
  X <- getME(models$ML, "X")
  Z <- as.matrix(getME(models$ML, "mmList")[[1]])
  groups <- getME(models$ML, "flist")[[1]]
  bounds <- bounds_of(ncol(Z))
  ours <- lapply(models, function(model) {
    deviance <- dense_deviance(y, X, Z, groups, isREML(model))
    stopifnot(abs(deviance(natural(model)) + 2 * as.numeric(logLik(model))) < 1e-8)
    profile_limits(deviance, natural(model), names_, bounds)
  })
  fixed <- fixed_effect_limits(y, X, Z, groups, natural(models$ML), fixef(models$ML), bounds)
  list(formula = formula_text(formula), level = 0.95, restricted = ours$REML, maximum = c(ours$ML, fixed),
       lme4 = lme4_intervals(formula, frame))
}

lme4_intervals <- function(formula, frame) {
  model <- do.call(lme4::lmer, list(formula, data = frame, REML = FALSE, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9))))
  profiled <- suppressWarnings(profile(model, signames = FALSE, devtol = 1e-6))
  limits <- suppressWarnings(confint(profiled, level = 0.95))
  finite <- function(value) if (is.finite(value)) value
  setNames(lapply(seq_len(nrow(limits)), function(k) list(ci_low = finite(limits[k, 1]), ci_high = finite(limits[k, 2]))), rownames(limits))
}

two <- function(slope) c("sd (Intercept)", paste("sd", slope), paste("cor", slope, "(Intercept)"), "sigma")
requested <- list(sleepstudy = list(ris = two("Days"), ri = c("sd (Intercept)", "sigma")), orthodont = list(risx = two("age")))
for (case in names(requested)) {
  frame <- case_rows(case)
  models <- lapply(setNames(nm = names(requested[[case]])), function(name) numbers_of(case_formula(case, name), frame, requested[[case]][[name]]))
  write_case(c(list(case = case), made_by("profiles.R", "lme4"), list(models = models)), case, "profiles.json")
}
