# Writes cases/<case>/predictions.json: predictions of lme4 with and without the random effects, their standard errors, the
# conditional variance of the modes, and residuals; REML at the tightened optimum. Run after lmm_cases.R:
# Rscript tests/reference/r/predictions.R
#
# Standard errors, all at the theta and sigma estimated:
#   population        sqrt(x' vcov x)
#   conditional_modes lme4's condVar: sigma^2 Lambda (Lambda'Z'Z Lambda + I)^-1 Lambda', fixed effects taken as known
#   patient           of x'beta + z'b for a patient of the data, from Henderson's mixed-model equations (fixed effects estimated)
#   new_patient       of x'beta + z'b for a patient not in the data: x' vcov x + z'Gz; and of one new value: + sigma^2
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))

GRIDS <- list(
  sleepstudy = data.frame(Days = c(0, 4.5, 9, 14)),
  kat_small = expand.grid(route = c("IM", "IN", "IV", "SL"), s = c(1, 6, 10), payer = "self-pay", sex = "female", age = 45, baseline = 17, stringsAsFactors = FALSE))

# Covariance of (beta hat, b hat - b): sigma^2 times the inverse of the mixed-model equations.
henderson <- function(model) {
  X <- getME(model, "X")
  L <- as.matrix(getME(model, "Lambda"))
  Z <- as.matrix(getME(model, "Z"))
  p <- ncol(X)
  U <- cbind(X, Z %*% L)
  M <- crossprod(U)
  diag(M)[-seq_len(p)] <- diag(M)[-seq_len(p)] + 1
  to_b <- diag(p + ncol(Z))
  to_b[-seq_len(p), -seq_len(p)] <- L
  sigma(model)^2 * to_b %*% solve(M) %*% t(to_b)
}

of_case <- function(case, name) {
  frame <- case_rows(case)
  formula <- case_formula(case, name)
  model <- tight_lmer(formula, frame, TRUE)
  group <- names(getME(model, "flist"))
  slope_terms <- getME(model, "cnms")[[1]]
  newdata <- GRIDS[[case]]
  fixed <- delete.response(terms(model))
  levels_ <- lapply(Filter(is.character, frame[names(newdata)]), function(x) sort(unique(x)))
  X <- model.matrix(fixed, model.frame(fixed, newdata, xlev = levels_))
  Z <- cbind(1, newdata[[slope_terms[2]]])
  V <- as.matrix(vcov(model))
  G <- matrix(VarCorr(model)[[1]], 2)
  population <- unname(drop(X %*% fixef(model)))
  stopifnot(all.equal(population, unname(predict(model, newdata, re.form = NA))))
  se2 <- rowSums((X %*% V) * X)
  between <- rowSums((Z %*% G) * Z)
  covariance <- henderson(model)
  modes <- ranef(model, condVar = TRUE)[[1]]
  variances <- attr(modes, "postVar")
  some <- rownames(modes)[c(1, 2, nrow(modes))]
  patients <- lapply(setNames(nm = some), function(patient) {
    rows <- cbind(newdata, setNames(data.frame(patient), group))
    k <- match(patient, rownames(modes))
    b_columns <- ncol(X) + 2 * (k - 1) + 1:2
    C <- covariance[c(seq_len(ncol(X)), b_columns), c(seq_len(ncol(X)), b_columns)]
    joint <- cbind(X, Z)
    list(conditional = I(unname(predict(model, rows))), se = I(unname(sqrt(rowSums((joint %*% C) * joint)))))
  })
  new_rows <- cbind(newdata, setNames(data.frame("new"), group))
  stopifnot(all.equal(unname(predict(model, new_rows, allow.new.levels = TRUE)), population))
  y <- getME(model, "y")
  marginal <- unname(predict(model, re.form = NA))
  list(formula = formula_text(formula), group = group, sigma2 = sigma(model)^2, random_terms = I(slope_terms),
    observed = list(population = marginal, conditional = unname(predict(model)), marginal_residuals = unname(y - marginal),
                    conditional_residuals = unname(residuals(model))),
    modes = list(groups = I(rownames(modes)), values = unname(as.matrix(modes)), conditional_variance = lapply(seq_len(nrow(modes)), function(k) variances[, , k])),
    newdata = newdata,
    population = list(estimate = population, se = unname(sqrt(se2))),
    patient = patients,
    new_patient = list(estimate = population, se_mean = unname(sqrt(se2 + between)), se_value = unname(sqrt(se2 + between + sigma(model)^2))))
}

for (request in list(c("sleepstudy", "ris"), c("kat_small", "nuisance")))
  write_case(c(list(case = request[1]), made_by("predictions.R", "lme4"), list(method = "REML", models = setNames(list(of_case(request[1], request[2])), request[2]))),
             request[1], "predictions.json")
