# Writes cases/weighted: lme4's sleepstudy with a made-up positive weight per row (seed 92), and lmer(weights = ) at the tightened
# optimum, in the layout of every other reference.json. Residual variance of a row is sigma^2 / weight; lme4's deviance counts
# -sum(log(weight)). Run: Rscript tests/reference/r/weighted.R
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))

set.seed(92)
dir.create(file.path(cases_folder(), "weighted"), showWarnings = FALSE)
write.csv(transform(lme4::sleepstudy, weight = round(exp(rnorm(180, sd = 0.5)), 2)), file.path(cases_folder(), "weighted", "data.csv"), row.names = FALSE)
frame <- case_rows("weighted")

# optimum.R's, with the weights; tight_theta calls it by name.
deviance_function <- function(formula, data, reml) {
  parsed <- do.call(lFormula, list(formula, data, REML = reml, weights = data$weight))
  list(fun = do.call(mkLmerDevfun, parsed), lower = parsed$reTrms$lower, start = parsed$reTrms$theta)
}

weighted_lmer <- function(formula, reml) {
  optimum <- tight_theta(formula, frame, reml)
  control <- lmerControl(optimizer = NULL, calc.derivs = FALSE, check.conv.singular = "ignore")
  model <- suppressMessages(suppressWarnings(do.call(lmerTest::lmer, list(formula, data = frame, weights = frame$weight, REML = reml,
    start = list(theta = optimum$theta), control = control))))
  attr(model, "remaining_decrease") <- optimum$remaining_decrease
  check_deviance(model)
  model
}

# The same deviance from dense matrices.
check_deviance <- function(model) {
  X <- getME(model, "X")
  y <- getME(model, "y")
  V <- sigma(model)^2 * (as.matrix(crossprod(getME(model, "Lambdat") %*% getME(model, "Zt"))) + diag(1 / frame$weight))
  W <- solve(V)
  beta <- solve(t(X) %*% W %*% X, t(X) %*% W %*% y)
  r <- y - X %*% beta
  nu <- length(y) - if (isREML(model)) ncol(X) else 0
  log_det <- function(M) as.numeric(determinant(M)$modulus)
  dense <- log_det(V) + sum(r * (W %*% r)) + nu * log(2 * pi) + if (isREML(model)) log_det(t(X) %*% W %*% X) else 0
  stopifnot(abs(dense + 2 * as.numeric(logLik(model))) < 1e-8)
}

requested <- list(ris = Reaction ~ Days + (Days | Subject), ri = Reaction ~ Days + (1 | Subject))
models <- lapply(requested, function(formula) list(formula = formula_text(formula), weights = "weight",
  REML = numbers(weighted_lmer(formula, TRUE)), ML = numbers(weighted_lmer(formula, FALSE))))
write_case(c(list(case = "weighted"), made_by("weighted.R", c("lme4", "lmerTest", "numDeriv")), list(models = models)), "weighted", "reference.json")
