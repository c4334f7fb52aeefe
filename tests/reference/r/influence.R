# Writes cases/<case>/influence.json: what leaving out one patient does to the fixed effects (REML).
#   fixed_covariance  theta and sigma held at their estimates from all patients; exact, by generalised least squares
#   refitted          everything estimated anew at the tightened optimum
# Cook's distance is (beta - beta_i)' vcov^-1 (beta - beta_i) / p with the vcov of all patients. `lme4_cooks_distance` is lme4's
# own: stock refits, and a factor (n - p) / n with n the number of patients, which textbooks do not have.
# Run after lmm_cases.R: Rscript tests/reference/r/influence.R
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))

cooks <- function(change, information) drop(change %*% information %*% change) / length(change)

held <- function(model, group) {
  X <- getME(model, "X")
  y <- getME(model, "y")
  V <- sigma(model)^2 * (as.matrix(crossprod(getME(model, "Lambdat") %*% getME(model, "Zt"))) + diag(length(y)))
  gls <- function(rows) {
    W <- solve(V[rows, rows])
    information <- t(X[rows, ]) %*% W %*% X[rows, ]
    list(beta = drop(solve(information, t(X[rows, ]) %*% W %*% y[rows])), information = information)
  }
  all_rows <- gls(seq_along(y))
  stopifnot(max(abs(all_rows$beta - fixef(model))) < 1e-6)
  lapply(split(seq_along(y), group), function(out) {
    left <- gls(setdiff(seq_along(y), out))
    list(fixef = by_name(left$beta, colnames(X)), se = by_name(sqrt(diag(solve(left$information))), colnames(X)),
         cooks_distance = cooks(all_rows$beta - left$beta, all_rows$information),
         covariance_ratio = det(all_rows$information) / det(left$information))
  })
}

refits <- function(model, formula, frame, group) {
  information <- solve(as.matrix(vcov(model)))
  lapply(split(seq_len(nrow(frame)), frame[[group]]), function(out) {
    left <- tight_lmer(formula, frame[-out, ], TRUE)
    stopifnot(identical(names(fixef(left)), names(fixef(model))))
    list(fixef = by_name(fixef(left)), se = by_name(sqrt(diag(as.matrix(vcov(left)))), names(fixef(left))), neg2loglik = -2 * as.numeric(logLik(left)),
         theta = I(unname(getME(left, "theta"))), sigma2 = sigma(left)^2, singular = isSingular(left, tol = 1e-6),
         cooks_distance = cooks(fixef(model) - fixef(left), information))
  })
}

stock_cooks <- function(formula, frame, group) {
  model <- do.call(lme4::lmer, list(formula, data = frame))
  as.list(setNames(cooks.distance(suppressMessages(suppressWarnings(influence(model, groups = group)))), unique(frame[[group]])))
}

for (request in list(c("sleepstudy", "ris", "Subject"), c("kat_small", "nuisance", "id"))) {
  frame <- case_rows(request[1])
  formula <- case_formula(request[1], request[2])
  model <- tight_lmer(formula, frame, TRUE)
  found <- list(formula = formula_text(formula), group = request[3], terms = I(names(fixef(model))), fixef = by_name(fixef(model)),
    fixed_covariance = held(model, frame[[request[3]]]), refitted = refits(model, formula, frame, request[3]),
    lme4_cooks_distance = stock_cooks(formula, frame, request[3]))
  write_case(c(list(case = request[1]), made_by("influence.R", "lme4"), list(method = "REML", models = setNames(list(found), request[2]))), request[1], "influence.json")
}
