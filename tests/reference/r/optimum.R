# A linear mixed model at the tightened optimum of lme4's own deviance, and the numbers a test compares.
#
# Stock lmer stops about 1e-5 away in theta. Here lme4's devfun is minimised by nlminb from several starts and then
# polished by Newton steps on Richardson derivatives; the model is rebuilt at that theta with the optimiser off, so
# lmerTest and emmeans see the tight optimum too.

suppressPackageStartupMessages({
  library(lme4)
  library(lmerTest)
  library(numDeriv)
  library(jsonlite)
})

# Factor levels in the order of their code points, as Python sorts them, whatever the locale.
invisible(Sys.setlocale("LC_COLLATE", "C"))

BOUNDARY <- 1e-5     # a diagonal element of theta this small is the boundary, when putting it at 0 costs nothing
NO_CHANGE <- 1e-9    # in deviance units

deviance_function <- function(formula, data, reml) {
  parsed <- lFormula(formula, data, REML = reml,
                     control = lmerControl(check.rankX = "message+drop.cols"))
  list(fun = do.call(mkLmerDevfun, parsed), lower = parsed$reTrms$lower, start = parsed$reTrms$theta)
}

newton_polish <- function(fun, theta, free, steps = 8) {
  if (!any(free)) return(theta)
  along <- function(x) { full <- theta; full[free] <- x; fun(full) }
  at <- theta[free]
  for (step in seq_len(steps)) {
    move <- tryCatch(solve(hessian(along, at), grad(along, at)), error = function(e) rep(0, length(at)))
    candidate <- at - move
    if (along(candidate) > along(at) + NO_CHANGE) break
    at <- candidate
    if (max(abs(move)) < 1e-11) break
  }
  theta[free] <- at
  theta
}

# What a quadratic still promises at theta, in deviance units: 0.5 g'H^-1 g over the elements not on the boundary.
remaining_decrease <- function(fun, theta, free) {
  if (!any(free)) return(0)
  along <- function(x) { full <- theta; full[free] <- x; fun(full) }
  slope <- grad(along, theta[free])
  0.5 * as.numeric(slope %*% solve(hessian(along, theta[free]), slope))
}

tight_theta <- function(formula, data, reml) {
  dev <- deviance_function(formula, data, reml)
  starts <- c(list(dev$start), lapply(c(0.1, 0.3, 1, 2), function(scale) dev$start * scale))
  fits <- lapply(starts, function(start) nlminb(start, dev$fun, lower = dev$lower,
    control = list(rel.tol = 1e-15, abs.tol = 0, x.tol = 1e-12, iter.max = 2000, eval.max = 5000)))
  best <- fits[[which.min(vapply(fits, `[[`, 0, "objective"))]]$par
  for (k in which(dev$lower == 0 & abs(best) < BOUNDARY)) {
    zeroed <- best
    zeroed[k] <- 0
    if (dev$fun(zeroed) < dev$fun(best) + NO_CHANGE) best <- zeroed
  }
  free <- !(dev$lower == 0 & best == 0)
  best <- newton_polish(dev$fun, best, free)
  list(theta = best, remaining_decrease = remaining_decrease(dev$fun, best, free))
}

# lmer at a given theta, optimiser off. Called through do.call so that emmeans and lmerTest can update it later.
tight_lmer <- function(formula, data, reml = TRUE) {
  optimum <- tight_theta(formula, data, reml)
  control <- lmerControl(optimizer = NULL, calc.derivs = FALSE, check.rankX = "message+drop.cols",
                         check.conv.singular = "ignore")
  model <- suppressMessages(suppressWarnings(do.call(lmerTest::lmer, list(
    formula, data = data, REML = reml, start = list(theta = optimum$theta), control = control))))
  attr(model, "remaining_decrease") <- optimum$remaining_decrease
  model
}

numbers <- function(model) {
  beta <- fixef(model)
  modes <- ranef(model, condVar = FALSE)[[1]]
  group_table <- as.matrix(modes)
  blocks <- lapply(VarCorr(model), function(block) unname(matrix(block, nrow(block))))
  degrees <- coef(summary(model, ddf = "Satterthwaite"))[, "df"]
  list(
    neg2loglik = -2 * as.numeric(logLik(model)),
    remaining_decrease = attr(model, "remaining_decrease"),
    singular = isSingular(model, tol = 1e-6),
    theta = I(unname(getME(model, "theta"))),
    sigma2 = sigma(model)^2,
    fixef = as.list(beta),
    se = as.list(setNames(sqrt(diag(as.matrix(vcov(model)))), names(beta))),
    vcov = unname(as.matrix(vcov(model))),
    satterthwaite_df = as.list(setNames(degrees, names(beta))),
    random_terms = I(colnames(group_table)),
    varcorr = unname(blocks),
    modes = list(groups = rownames(group_table), values = unname(group_table))
  )
}

write_reference <- function(object, path) {
  write_json(object, path, digits = NA, auto_unbox = TRUE, matrix = "rowmajor", null = "null", pretty = FALSE)
  cat(path, "\n")
}

software <- function() {
  packages <- c("lme4", "lmerTest", "emmeans", "pbkrtest", "nlme", "numDeriv")
  c(list(R = R.version.string), lapply(setNames(packages, packages), function(p) as.character(packageVersion(p))))
}

# The folder that holds this script's cases, whatever directory Rscript was started from.
cases_folder <- function() {
  this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
  file.path(dirname(dirname(normalizePath(this))), "cases")
}
