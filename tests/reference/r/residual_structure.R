# Writes cases/<case>/residual_structure.json: nlme::lme with serial correlation and variances per group, and the data of
# cases/irregular_days. nlme stops about 1e-6 away in its parameters; `REML` and `ML` hold the optimum that dense_gaussian.R
# reaches from nlme's, `nlme` holds what nlme printed. Run after lmm_cases.R: Rscript tests/reference/r/residual_structure.R
#
# irregular_days: 60 patients, 4 to 9 assessments on whole days 0 to 120, two routes with residual sd 2 and 3, residuals
# of a patient correlated exp(-distance / 25), seed 427.
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))
source(file.path(here, "dense_gaussian.R"))
suppressPackageStartupMessages(library(nlme))

simulate_days <- function() {
  set.seed(427)
  rows <- lapply(1:60, function(i) {
    route <- sample(c("IM", "IV"), 1)
    day <- sort(sample(0:120, sample(4:9, 1)))
    baseline <- round(rnorm(1, 18, 3), 1)
    serial <- drop(t(chol(exp(-abs(outer(day, day, "-")) / 25))) %*% rnorm(length(day)))
    score <- 4 + 0.7 * baseline - (0.05 + 0.02 * (route == "IV")) * day + rnorm(1, sd = 2.5) + ifelse(route == "IV", 3, 2) * serial
    data.frame(patient = sprintf("p%02d", i), visit = seq_along(day), day = day, route = route, baseline = baseline, score = round(score, 3))
  })
  do.call(rbind, rows)
}

NLME_STOPS_WITHIN <- 1e-3   # deviance units; 1e-9 for most, 3e-5 where the slope is in days

dir.create(file.path(cases_folder(), "irregular_days"), showWarnings = FALSE)
write.csv(simulate_days(), file.path(cases_folder(), "irregular_days", "data.csv"), row.names = FALSE)

# Residual correlation of two rows of a patient, from one or two unconstrained numbers.
CORRELATIONS <- list(
  none = list(size = 0, of = function(raw, distance) diag(nrow(distance)), natural = function(raw) NULL),
  ar1 = list(size = 1, of = function(raw, distance) tanh(raw)^distance, natural = function(raw) list(phi = tanh(raw))),
  car1 = list(size = 1, of = function(raw, distance) plogis(raw)^distance,
              natural = function(raw) list(phi = plogis(raw), range = -1 / plogis(raw, log.p = TRUE))),
  exponential_nugget = list(size = 2, of = function(raw, distance) {
    R <- (1 - plogis(raw[2])) * exp(-distance / exp(raw[1]))
    diag(R) <- 1
    R
  }, natural = function(raw) list(range = exp(raw[1]), nugget = plogis(raw[2]))))

RAW_START <- list(none = function(model) numeric(0),
  ar1 = function(model) atanh(coef(model$modelStruct$corStruct, unconstrained = FALSE)),
  car1 = function(model) qlogis(coef(model$modelStruct$corStruct, unconstrained = FALSE)),
  exponential_nugget = function(model) {
    natural <- coef(model$modelStruct$corStruct, unconstrained = FALSE)
    c(log(natural[1]), qlogis(natural[2]))
  })

NLME_CORRELATION <- function(kind, time, group) {
  if (kind == "none") return(NULL)
  form <- as.formula(sprintf("~ %s | %s", time, group))
  switch(kind, ar1 = corAR1(0.3, form = form), car1 = corCAR1(0.5, form = form),
         exponential_nugget = corExp(c(20, 0.2), form = form, nugget = TRUE))
}

best_lme <- function(fixed, random, frame, correlation, weights, method) {
  fits <- lapply(c("nlminb", "optim"), function(optimiser) tryCatch(do.call(lme, c(list(fixed = fixed, data = frame, random = random, method = method,
    control = lmeControl(tolerance = 1e-12, msTol = 1e-12, opt = optimiser, maxIter = 500, msMaxIter = 500, niterEM = 50, returnObject = TRUE)),
    if (!is.null(correlation)) list(correlation = correlation), if (!is.null(weights)) list(weights = weights))), error = function(e) NULL))
  fits <- Filter(Negate(is.null), fits)
  fits[[which.max(vapply(fits, function(fit) as.numeric(logLik(fit)), 0))]]
}

# The lower triangle of the Cholesky factor of G / sigma^2, by columns, as theta of lme4.
relative_factor <- function(model) {
  G <- pdMatrix(model$modelStruct$reStruct[[1]])
  factor_ <- t(chol(G))
  factor_[lower.tri(factor_, diag = TRUE)]
}

lower_triangle <- function(theta, q) {
  L <- matrix(0, q, q)
  L[lower.tri(L, diag = TRUE)] <- theta
  L
}

# The scale of each element of the factor: itself, or a third of its row, which has the unit of one random effect.
factor_sizes <- function(theta, q) {
  L <- lower_triangle(theta, q)
  pmax(abs(L), 0.3 * sqrt(rowSums(L^2)))[lower.tri(L, diag = TRUE)]
}

one_fit <- function(case, spec, frame, method) {
  correlation <- NLME_CORRELATION(spec$correlation, spec$time, spec$group)
  weights <- if (!is.null(spec$by)) varIdent(form = as.formula(paste("~ 1 |", spec$by)))
  model <- best_lme(spec$fixed, as.formula(sprintf("~ %s | %s", spec$random, spec$group)), frame, correlation, weights, method)
  X <- model.matrix(spec$fixed, frame)
  y <- model.response(model.frame(spec$fixed, frame))
  Z <- model.matrix(as.formula(paste("~", spec$random)), frame)
  q <- ncol(Z)
  groups <- factor(frame[[spec$group]], unique(frame[[spec$group]]))
  rows <- split(seq_len(nrow(frame)), groups)
  kind <- CORRELATIONS[[spec$correlation]]
  levels_ <- if (!is.null(spec$by)) attr(model$modelStruct$varStruct, "groupNames")
  n_theta <- q * (q + 1) / 2
  time <- if (is.null(spec$time)) rep(0, nrow(frame)) else frame[[spec$time]]
  ratio <- function(raw) if (length(levels_)) setNames(c(1, exp(raw)), levels_)
  parts <- function(parameters) list(theta = parameters[seq_len(n_theta)], correlation = parameters[n_theta + seq_len(kind$size)],
                                     sd = ratio(parameters[-seq_len(n_theta + kind$size)]))
  shape <- function(parameters) {
    part <- parts(parameters)
    L <- lower_triangle(part$theta, q)
    lapply(rows, function(i) {
      sd_ <- if (length(levels_)) part$sd[frame[[spec$by]][i]] else rep(1, length(i))
      half <- Z[i, , drop = FALSE] %*% L
      half %*% t(half) + outer(sd_, sd_) * kind$of(part$correlation, abs(outer(time[i], time[i], "-")))
    })
  }
  start <- unname(c(relative_factor(model), RAW_START[[spec$correlation]](model),
                    if (length(levels_)) log(coef(model$modelStruct$varStruct, unconstrained = FALSE))))
  size <- c(factor_sizes(start[seq_len(n_theta)], q), pmax(abs(start[-seq_len(n_theta)]), 0.3))
  found <- gaussian_fit(function(parameters) gaussian_pieces(unname(y), X, groups, shape(parameters)), colnames(X), start, method == "REML", size)
  part <- parts(found$parameters)
  L <- lower_triangle(part$theta, q)
  for (k in seq_len(q)) if (L[k, k] < 0) L[, k] <- -L[, k]
  stopifnot(abs(found$numbers$neg2loglik + 2 * as.numeric(logLik(model))) < NLME_STOPS_WITHIN, found$numbers$neg2loglik < -2 * as.numeric(logLik(model)) + 1e-8)
  c(found$numbers, list(
    random_terms = I(colnames(Z)), theta = I(L[lower.tri(L, diag = TRUE)]), varcorr = found$sigma2 * L %*% t(L),
    correlation = kind$natural(part$correlation), residual_sd_ratio = as.list(part$sd),
    residual_sd = if (length(levels_)) as.list(sqrt(found$sigma2) * part$sd),
    nlme = list(neg2loglik = -2 * as.numeric(logLik(model)), sigma = model$sigma, fixef = by_name(fixef(model)), n_parameters = attr(logLik(model), "df"),
                correlation = if (kind$size) I(unname(coef(model$modelStruct$corStruct, unconstrained = FALSE))),
                residual_sd_ratio = if (length(levels_)) as.list(coef(model$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)))))
}

described <- function(case, spec, frame) c(
  list(fixed = formula_text(spec$fixed), random = sprintf("%s | %s", spec$random, spec$group), correlation = spec$correlation,
       time = spec$time, residual_sd_by = spec$by),
  lapply(c(REML = "REML", ML = "ML"), function(method) { cat(case, spec$correlation, method, "\n"); one_fit(case, spec, frame, method) }))

spec_of <- function(fixed, group) function(random, correlation, time = NULL, by = NULL)
  list(fixed = fixed, group = group, random = random, correlation = correlation, time = time, by = by)

sleep <- spec_of(Reaction ~ Days, "Subject")
teeth <- spec_of(distance ~ age * Sex, "Subject")
days <- spec_of(score ~ day * route + baseline, "patient")
requested <- list(
  sleepstudy = list(ri_ar1 = sleep("1", "ar1", "Days"), ri_car1 = sleep("1", "car1", "Days")),
  orthodont = list(ri_by_sex = teeth("1", "none", by = "Sex"), risx_by_sex = teeth("1 + age", "none", by = "Sex"),
                   ri_ar1 = teeth("1", "ar1", "visit"), ri_ar1_by_sex = teeth("1", "ar1", "visit", "Sex")),
  irregular_days = list(ri = days("1", "none"), ri_car1 = days("1", "car1", "day"), ri_ar1 = days("1", "ar1", "visit"),
                        ri_by_route = days("1", "none", by = "route"), ri_car1_by_route = days("1", "car1", "day", "route"),
                        ris_car1 = days("1 + day", "car1", "day"), ri_exponential_nugget = days("1", "exponential_nugget", "day")))

asked <- commandArgs(TRUE)
for (case in if (length(asked)) asked else names(requested)) {
  frame <- case_rows(case)
  if (case == "orthodont") frame$visit <- match(frame$age, c(8, 10, 12, 14))
  models <- lapply(requested[[case]], function(spec) described(case, spec, frame))
  notes <- if (case == "orthodont") list(visit = "1 to 4 for age 8, 10, 12, 14")
  write_case(c(list(case = case), made_by("residual_structure.R", c("nlme", "numDeriv")), list(notes = notes, models = models)), case, "residual_structure.json")
}
