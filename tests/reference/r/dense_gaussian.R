# A linear model with a patient's rows correlated in any way, by dense matrices: an implementation apart from lme4, nlme and
# mmrm that says what their optimum is to 1e-9.

# `shapes` holds, per patient, the covariance of the rows divided by sigma squared.
gaussian_pieces <- function(y, X, groups, shapes) {
  rows <- split(seq_along(y), groups)
  p <- ncol(X)
  log_det <- 0
  cross <- matrix(0, p + 1, p + 1)
  for (name in names(rows)) {
    factor_ <- chol(shapes[[name]])
    white <- backsolve(factor_, cbind(X[rows[[name]], , drop = FALSE], y[rows[[name]]]), transpose = TRUE)
    log_det <- log_det + 2 * sum(log(diag(factor_)))
    cross <- cross + crossprod(white)
  }
  R <- chol(cross[seq_len(p), seq_len(p), drop = FALSE])
  half <- backsolve(R, cross[seq_len(p), p + 1], transpose = TRUE)
  list(log_det = log_det, R = R, beta = drop(backsolve(R, half)), rss = cross[p + 1, p + 1] - sum(half^2), n = length(y), p = p)
}

# -2 log likelihood with sigma profiled out, or at a given log sigma.
gaussian_deviance <- function(pieces, reml, log_sigma = NULL) {
  nu <- pieces$n - if (reml) pieces$p else 0
  common <- pieces$log_det + if (reml) 2 * sum(log(diag(pieces$R))) else 0
  if (is.null(log_sigma)) return(common + nu * (1 + log(2 * pi * pieces$rss / nu)))
  common + nu * (log(2 * pi) + 2 * log_sigma) + pieces$rss / exp(2 * log_sigma)
}

# From a start near the optimum: nlminb, then Newton steps on Richardson derivatives. numDeriv steps in proportion to a
# parameter, too little for one near 0; around_one() moves every parameter to 1, in units of `size`.
around_one <- function(centre, size) list(parameters = function(u) centre + (u - 1) * size, u = rep(1, length(centre)))

nearly_optimal <- function(deviance, start) nlminb(start, deviance, control = list(rel.tol = 1e-15, abs.tol = 0, x.tol = 1e-12, iter.max = 1000, eval.max = 3000))$par

# All numbers at the optimum, `pieces_at(parameters)` being gaussian_pieces at some parameters. df as Giesbrecht and Burns (1985): derivatives of the covariance of the fixed effects and the
# observed Hessian, in the chart of the parameters given with log sigma.
gaussian_fit <- function(pieces_at, names_, start, reml, size = rep(1, length(start))) {
  deviance <- function(parameters) gaussian_deviance(pieces_at(parameters), reml)
  chart <- around_one(nearly_optimal(deviance, start), size)
  along <- function(u) deviance(chart$parameters(u))
  everything <- rep(TRUE, length(start))
  u <- newton_polish(along, chart$u, everything)
  best <- chart$parameters(u)
  pieces <- pieces_at(best)
  sigma2 <- pieces$rss / (pieces$n - if (reml) pieces$p else 0)
  covariance <- sigma2 * chol2inv(pieces$R)
  last <- length(u) + 1
  full <- function(v) gaussian_deviance(pieces_at(chart$parameters(v[-last])), reml, 0.5 * log(sigma2) + v[last] - 1)
  variances <- function(v) sigma2 * exp(2 * (v[last] - 1)) * diag(chol2inv(pieces_at(chart$parameters(v[-last]))$R))
  spread <- 2 * solve(hessian(full, c(u, 1)))
  slopes <- jacobian(variances, c(u, 1))
  df <- 2 * diag(covariance)^2 / rowSums((slopes %*% spread) * slopes)
  list(parameters = best, sigma2 = sigma2, numbers = list(
    neg2loglik = deviance(best), remaining_decrease = remaining_decrease(along, u, everything),
    sigma2 = sigma2, terms = I(names_), fixef = by_name(pieces$beta, names_), se = by_name(sqrt(diag(covariance)), names_),
    vcov = unname(covariance), satterthwaite_df = by_name(df, names_)))
}
