# Writes cases/nested_clinics/departures.json: the clinics' modes and lme4's condVar at the tightened REML optimum, the joint
# covariance of the errors u_hat - u from Henderson's mixed-model equations of all rows, patients and clinics (one dense inverse),
# Satterthwaite's df of each error, and the Q-profile interval of the standard deviation between clinics from contrasts of clinics as fixed effects.
# Run: Rscript tests/reference/r/clinic_departures.R
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))

frame <- case_rows("nested_clinics")
clinics <- sort(unique(frame$clinic))

# The inverse of the mixed-model equations, times sigma^2: its block of clinics is var(u_hat - u).
henderson <- function(model) {
  x <- getME(model, "X"); z <- as.matrix(getME(model, "Z")); sigma2 <- sigma(model)^2
  factor_ <- as.matrix(t(getME(model, "Lambdat")))
  relative <- factor_ %*% t(factor_)
  own <- cbind(x, z)
  equations <- crossprod(own)
  at <- ncol(x) + seq_len(ncol(z))
  equations[at, at] <- equations[at, at] + solve(relative)
  sigma2 * solve(equations)
}

# Satterthwaite's df of each clinic's error: derivatives of its variance in (theta, sigma), whose covariance is lmerTest's.
error_variance <- function(model, parameters, at) {
  x <- getME(model, "X"); z <- as.matrix(getME(model, "Z"))
  lambda <- getME(model, "Lambdat"); lambda@x <- parameters[getME(model, "Lind")]
  factor_ <- as.matrix(t(lambda)); own <- z %*% factor_
  v <- diag(nrow(x)) + own %*% t(own)
  cross <- z[, at] %*% factor_[at, at] %*% t(factor_[at, at])
  weighted <- solve(v, cbind(x, cross))
  left <- crossprod(weighted[, seq_len(ncol(x))], cross)
  known <- factor_[at, at] %*% t(factor_[at, at]) - crossprod(cross, weighted[, -seq_len(ncol(x))])
  tail(parameters, 1)^2 * diag(known + t(left) %*% solve(crossprod(x, weighted[, seq_len(ncol(x))]), left))
}

error_df <- function(model, at) {
  parameters <- c(getME(model, "theta"), sigma(model))
  slopes <- jacobian(function(p) error_variance(model, p, at), parameters, method = "Richardson")
  variance <- error_variance(model, parameters, at)
  2 * variance^2 / diag(slopes %*% model@vcov_varpar %*% t(slopes))
}

q_profile <- function(model, level = 0.95) {
  x <- getME(model, "X"); sigma2 <- sigma(model)^2
  z <- as.matrix(getME(model, "Z")); factor_ <- as.matrix(t(getME(model, "Lambdat")))
  groups <- getME(model, "Gp"); which_ <- which(names(getME(model, "flist")) == "clinic")
  of_clinics <- (groups[which_] + 1):groups[which_ + 1]
  own <- z[, -of_clinics] %*% factor_[-of_clinics, -of_clinics]
  v <- sigma2 * (diag(nrow(x)) + own %*% t(own))
  dummies <- model.matrix(~ factor(frame$clinic, clinics))[, -1]
  wide <- cbind(x, dummies)
  weighted <- solve(v, wide)
  covariance <- solve(crossprod(wide, weighted))
  estimate <- covariance %*% crossprod(weighted, getME(model, "y"))
  at <- ncol(x) + seq_len(ncol(dummies))
  between <- diag(length(at)) + 1
  q <- function(variance) as.numeric(t(estimate[at]) %*% solve(covariance[at, at] + variance * between, estimate[at]))
  limit <- function(quantile) {
    if (q(0) <= quantile) return(0)
    sqrt(uniroot(function(v) q(v) - quantile, c(0, 1e4), tol = 1e-12, maxiter = 10000)$root)
  }
  tail <- (1 - level) / 2
  c(limit(qchisq(1 - tail, length(at))), limit(qchisq(tail, length(at))))
}

numbers <- function(formula) {
  model <- tight_lmer(formula, frame, TRUE)
  modes <- ranef(model, condVar = TRUE)$clinic
  groups <- getME(model, "Gp"); which_ <- which(names(getME(model, "flist")) == "clinic")
  of_clinics <- (groups[which_] + 1):groups[which_ + 1]
  at <- ncol(getME(model, "X")) + of_clinics
  list(formula = formula_text(formula), clinics = I(rownames(modes)), modes = modes[, 1],
       cond_var = as.numeric(attr(modes, "postVar")), error_covariance = unname(henderson(model)[at, at]),
       error_df = error_df(model, of_clinics),
       between_sd = as.numeric(attr(VarCorr(model)$clinic, "stddev")), between_interval = q_profile(model))
}

write_case(c(list(case = "nested_clinics"), made_by("clinic_departures.R", c("lme4", "lmerTest", "numDeriv")), list(models = list(
  intercepts = numbers(score ~ time * route + baseline + (1 | clinic) + (1 | clinic:patient)),
  patient_slope = numbers(score ~ time * route + baseline + (1 | clinic) + (1 + time | clinic:patient))))),
  "nested_clinics", "departures.json")
