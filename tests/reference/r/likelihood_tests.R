# Writes cases/<case>/tests.json: likelihood-ratio tests, AIC and BIC, ICC and R2. Every model is at the tightened optimum,
# reduced ones too (lmerTest::ranova refits with stock lmer). Run after lmm_cases.R: Rscript tests/reference/r/likelihood_tests.R
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))
suppressPackageStartupMessages(library(performance))

REML_OR_ML <- c(REML = TRUE, ML = FALSE)

criterion <- function(model) list(neg2loglik = -2 * as.numeric(logLik(model)), n_parameters = attr(logLik(model), "df"))

# One row of a table: a smaller model against a larger one. `mixture` are the degrees of freedom of the two chi-square
# distributions of equal weight that are the null distribution when a variance is on the boundary.
compare <- function(larger, smaller, mixture = NULL) {
  statistic <- smaller$neg2loglik - larger$neg2loglik
  df <- larger$n_parameters - smaller$n_parameters
  upper <- function(k) if (k == 0) as.numeric(statistic <= 0) else pchisq(statistic, k, lower.tail = FALSE)
  list(neg2loglik = smaller$neg2loglik, n_parameters = smaller$n_parameters, statistic = statistic, df = df,
       p_chisq = pchisq(statistic, df, lower.tail = FALSE),
       mixture_df = if (length(mixture)) I(mixture), p_mixture = if (length(mixture)) mean(vapply(mixture, upper, 0)))
}

without_random_effects <- function(fixed, frame, reml) {
  model <- lm(fixed, frame)
  value <- logLik(model, REML = reml)
  list(neg2loglik = -2 * as.numeric(value), n_parameters = attr(value, "df"))
}

fit_of <- function(fixed, random, frame, reml) tight_lmer(as.formula(paste(fixed, random)), frame, reml)

random_tests <- function(fixed, slope, group, frame) lapply(REML_OR_ML, function(reml) {
  of <- function(random) criterion(fit_of(fixed, random, frame, reml))
  both <- of(sprintf("+ (1 + %s | %s)", slope, group))
  intercept <- of(sprintf("+ (1 | %s)", group))
  list(intercept_and_slope = both,
       without_slope = compare(both, intercept, c(1, 2)),
       without_intercept = compare(both, of(sprintf("+ (0 + %s | %s)", slope, group)), c(1, 2)),
       without_correlation = compare(both, of(sprintf("+ (1 | %s) + (0 + %s | %s)", group, slope, group))),
       intercept_only = intercept,
       intercept_only_without_intercept = compare(intercept, without_random_effects(as.formula(fixed), frame, reml), c(0, 1)))
})

fixed_tests <- function(larger, smaller, random, frame) {
  full <- fit_of(larger, random, frame, FALSE)
  lapply(smaller, function(fixed) {
    reduced <- fit_of(fixed, random, frame, FALSE)
    row <- compare(criterion(full), criterion(reduced))
    table <- anova(full, reduced, refit = FALSE)
    stopifnot(all.equal(table$Chisq[2], row$statistic, tolerance = 1e-9), table$Df[2] == row$df)
    c(list(larger = paste(larger, random), smaller = paste(fixed, random), larger_neg2loglik = -2 * as.numeric(logLik(full))),
      row[c("neg2loglik", "n_parameters", "statistic", "df", "p_chisq")])
  })
}

information_criteria <- function(model) {
  k <- attr(logLik(model), "df")
  n <- nobs(model)
  minus2 <- -2 * as.numeric(logLik(model))
  stopifnot(all.equal(AIC(model), minus2 + 2 * k), all.equal(BIC(model), minus2 + k * log(n)))
  list(AIC = AIC(model), BIC = BIC(model), k = k, n = n,
       note = "AIC = neg2loglik + 2 k, BIC = neg2loglik + k log(n); k counts fixed effects, variance parameters and sigma, n counts rows")
}

# Johnson (2014): the variance of the random part is the mean of the diagonal of Z G Z'.
explained <- function(model) {
  Z <- getME(model, "Z") %*% getME(model, "Lambda")
  fixed <- as.numeric(var(getME(model, "X") %*% fixef(model)))
  random <- sigma(model)^2 * sum(Z^2) / nobs(model)
  residual <- sigma(model)^2
  total <- fixed + random + residual
  theirs <- r2_nakagawa(model)
  ratio <- icc(model)
  list(by_hand = list(var_fixed = fixed, var_fixed_divisor = "n - 1", var_random = random, var_residual = residual,
                      r2_marginal = fixed / total, r2_conditional = (fixed + random) / total,
                      icc_adjusted = random / (random + residual), icc_unadjusted = random / total),
       performance = list(r2_marginal = as.numeric(theirs$R2_marginal), r2_conditional = as.numeric(theirs$R2_conditional),
                          icc_adjusted = as.numeric(ratio$ICC_adjusted),
                          icc_unadjusted = as.numeric(if (is.null(ratio$ICC_unadjusted)) ratio$ICC_conditional else ratio$ICC_unadjusted)))
}

of_models <- function(case, names_, frame) lapply(setNames(nm = names_), function(name) c(
  list(formula = formula_text(case_formula(case, name))),
  lapply(REML_OR_ML, function(reml) {
    model <- tight_lmer(case_formula(case, name), frame, reml)
    c(criterion(model), information_criteria(model), if (!isSingular(model, 1e-6)) list(explained = explained(model)))
  })))

kat_full <- "change ~ route * s + payer + sex + age + baseline"
requested <- list(
  sleepstudy = list(models = c("ris", "ri", "indep"), random = c("Reaction ~ Days", "Days", "Subject"),
    larger = "Reaction ~ Days", smaller = list(without_days = "Reaction ~ 1"), around = "+ (1 + Days | Subject)"),
  orthodont = list(models = c("risx", "ris", "ri"), random = c("distance ~ age * Sex", "age", "Subject"), larger = "distance ~ age * Sex",
    smaller = list(without_interaction = "distance ~ age + Sex", without_sex = "distance ~ age"), around = "+ (1 + age | Subject)"),
  kat_small = list(models = c("nuisance", "piecewise"), random = c(kat_full, "s", "id"), larger = kat_full,
    smaller = list(without_interaction = "change ~ route + s + payer + sex + age + baseline",
                   without_payer = "change ~ route * s + sex + age + baseline",
                   without_nuisance = "change ~ route * s + baseline"), around = "+ (1 + s | id)"),
  sim_slope_zero = list(models = "ris", random = c("y ~ time * route + baseline", "time", "patient"), larger = "y ~ time * route + baseline",
    smaller = list(without_interaction = "y ~ time + route + baseline"), around = "+ (1 + time | patient)"))

for (case in names(requested)) {
  frame <- case_rows(case)
  wanted <- requested[[case]]
  write_case(c(list(case = case), made_by("likelihood_tests.R", c("lme4", "lmerTest", "performance", "insight")), list(
    models = of_models(case, wanted$models, frame),
    random_effects = c(list(formula = sprintf("%s + (1 + %s | %s)", wanted$random[1], wanted$random[2], wanted$random[3])),
                       random_tests(wanted$random[1], wanted$random[2], wanted$random[3], frame)),
    fixed_effects = fixed_tests(wanted$larger, wanted$smaller, wanted$around, frame))), case, "tests.json")
}
