# Writes cases/{fev,orthodont}/mmrm_gls.json: the same models as mmrm.json by nlme::gls, and at a tighter optimum by
# dense_gaussian.R, which starts from nothing and agrees with both. Run after mmrm_taken.R and lmm_cases.R:
# Rscript tests/reference/r/mmrm_gls.R [fev|orthodont]
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))
source(file.path(here, "dense_gaussian.R"))
suppressPackageStartupMessages(library(nlme))

AGREES <- 1e-5   # deviance units; gls stops about 1e-9 to 1e-6 above the optimum

# Sigma / Sigma[1, 1] from unconstrained numbers. t visits; sd are log ratios to the first visit.
lag <- function(t) abs(outer(seq_len(t), seq_len(t), "-"))
scaled <- function(R, log_ratio) { sd_ <- exp(c(0, log_ratio)); R * outer(sd_, sd_) }
toeplitz_of <- function(rho, t) matrix(c(1, rho)[lag(t) + 1], t)
exchangeable <- function(rho, t) { R <- matrix(rho, t, t); diag(R) <- 1; R }
STRUCTURES <- list(
  us = list(size = function(t) t * (t + 1) / 2 - 1, of = function(x, t) {
    L <- matrix(0, t, t)
    L[lower.tri(L, diag = TRUE)] <- c(1, x)
    L %*% t(L)
  }, start = function(t) { L <- diag(t); L[lower.tri(L, diag = TRUE)][-1] }),
  ar1 = list(of = function(x, t) tanh(x)^lag(t), start = function(t) 0.3),
  ar1h = list(of = function(x, t) scaled(tanh(x[1])^lag(t), x[-1]), start = function(t) c(0.3, rep(0, t - 1))),
  cs = list(of = function(x, t) exchangeable(x, t), start = function(t) 0.3),
  csh = list(of = function(x, t) scaled(exchangeable(x[1], t), x[-1]), start = function(t) c(0.3, rep(0, t - 1))),
  toep = list(of = function(x, t) toeplitz_of(x, t), start = function(t) 0.2 / seq_len(t - 1)),
  toeph = list(of = function(x, t) scaled(toeplitz_of(x[seq_len(t - 1)], t), x[-seq_len(t - 1)]), start = function(t) c(0.2 / seq_len(t - 1), rep(0, t - 1))))

# Patients seen at the same visits are taken together: one factorisation per pattern of visits.
pattern_pieces <- function(y, X, id, visit) {
  rows <- split(seq_along(y), id)
  rows <- lapply(rows, function(i) i[order(visit[i])])
  keys <- vapply(rows, function(i) paste(visit[i], collapse = " "), "")
  p <- ncol(X)
  Xy <- cbind(X, y)
  stacks <- lapply(split(rows, keys), function(patients) list(visits = visit[patients[[1]]], n = length(patients),
    wide = do.call(cbind, lapply(patients, function(i) Xy[i, , drop = FALSE]))))
  function(Sigma) {
    log_det <- 0
    cross <- matrix(0, p + 1, p + 1)
    for (stack in stacks) {
      factor_ <- chol(Sigma[stack$visits, stack$visits, drop = FALSE])
      white <- backsolve(factor_, stack$wide, transpose = TRUE)
      log_det <- log_det + 2 * stack$n * sum(log(diag(factor_)))
      long <- matrix(aperm(array(white, c(nrow(white), p + 1, stack$n)), c(1, 3, 2)), ncol = p + 1)
      cross <- cross + crossprod(long)
    }
    R <- chol(cross[seq_len(p), seq_len(p)])
    half <- backsolve(R, cross[seq_len(p), p + 1], transpose = TRUE)
    list(log_det = log_det, R = R, beta = drop(backsolve(R, half)), rss = cross[p + 1, p + 1] - sum(half^2), n = length(y), p = p)
  }
}

# Outside the cone of covariance matrices the deviance is infinite; nlminb steps back.
guarded_start <- function(pieces_at, start, reml) {
  value <- function(x) tryCatch(gaussian_deviance(pieces_at(x), reml), error = function(e) Inf)
  fits <- lapply(c(1, 0.5), function(shrink) suppressWarnings(nlminb(start * shrink, value, control = list(rel.tol = 1e-14, iter.max = 1000, eval.max = 3000))))
  fits[[which.min(vapply(fits, `[[`, 0, "objective"))]]$par
}

gls_of <- function(kind, formula, frame, method) {
  if (kind %in% c("toep", "toeph")) return(NULL)
  correlation <- switch(sub("h$", "", kind), us = corSymm(form = ~ visit | id), ar1 = corAR1(0.3, form = ~ visit | id), cs = corCompSymm(0.3, form = ~ 1 | id))
  weights <- if (kind %in% c("us", "ar1h", "csh")) varIdent(form = ~ 1 | visit)
  fits <- lapply(c("nlminb", "optim"), function(optimiser) tryCatch(do.call(gls, c(list(formula, data = frame, correlation = correlation, method = method,
    control = glsControl(tolerance = 1e-12, msTol = 1e-12, opt = optimiser, maxIter = 500, msMaxIter = 500, returnObject = TRUE)),
    if (!is.null(weights)) list(weights = weights))), error = function(e) NULL))
  fits <- Filter(Negate(is.null), fits)
  fits[[which.max(vapply(fits, function(fit) as.numeric(logLik(fit)), 0))]]
}

one_fit <- function(kind, formula, frame, method) {
  structure_ <- STRUCTURES[[kind]]
  t <- max(frame$visit)
  X <- model.matrix(formula, frame)
  of_sigma <- pattern_pieces(unname(model.response(model.frame(formula, frame))), X, frame$id, frame$visit)
  pieces_at <- function(x) of_sigma(structure_$of(x, t))
  start <- guarded_start(pieces_at, structure_$start(t), method == "REML")
  found <- gaussian_fit(pieces_at, colnames(X), start, method == "REML")
  stock <- gls_of(kind, formula, frame, method)
  theirs <- if (!is.null(stock)) -2 * as.numeric(logLik(stock))
  if (!is.null(theirs)) stopifnot(abs(theirs - found$numbers$neg2loglik) < AGREES)
  c(found$numbers[names(found$numbers) != "sigma2"],
    list(n_covariance_parameters = length(start) + 1, Sigma = found$sigma2 * structure_$of(found$parameters, t),
         gls = if (!is.null(stock)) list(neg2loglik = theirs, sigma = stock$sigma, fixef = by_name(coef(stock)), n_parameters = attr(logLik(stock), "df"))))
}

described <- function(formula, frame, kinds) lapply(setNames(nm = kinds), function(kind) {
  cat(kind, "\n")
  c(list(formula = formula_text(formula), visits = I(levels(frame$visit_label))),
    lapply(c(REML = "REML", ML = "ML"), function(method) one_fit(kind, formula, frame, method)))
})

fev <- function() {
  frame <- case_rows("fev")
  frame <- frame[!is.na(frame$FEV1), ]
  frame$RACE <- factor(frame$RACE, c("Asian", "Black or African American", "White"))
  frame$SEX <- factor(frame$SEX, c("Male", "Female"))
  frame$visit_label <- factor(frame$AVISIT)
  transform(frame, id = USUBJID, visit = as.integer(visit_label))
}

teeth <- function() {
  frame <- case_rows("orthodont")
  frame$ageF <- factor(frame$age)
  frame$visit_label <- frame$ageF
  transform(frame, id = Subject, visit = as.integer(ageF))
}

asked <- commandArgs(TRUE)
software_used <- made_by("mmrm_gls.R", c("nlme", "numDeriv"))
if (!length(asked) || "fev" %in% asked)
  write_case(c(list(case = "fev"), software_used, list(structures = described(FEV1 ~ RACE + SEX + ARMCD * AVISIT, fev(), names(STRUCTURES)))), "fev", "mmrm_gls.json")
if (!length(asked) || "orthodont" %in% asked)
  write_case(c(list(case = "orthodont"), software_used, list(structures = described(distance ~ Sex * age, teeth(), names(STRUCTURES)),
    by_visit = described(distance ~ Sex * ageF, teeth(), "us"))), "orthodont", "mmrm_gls.json")
