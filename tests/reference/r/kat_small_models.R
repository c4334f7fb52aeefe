# The models fitted to the made-up kat_small study, shared by lmm_cases.R and emmeans_cases.R.
kat_small_models <- list(
  nuisance = change ~ route * s + payer + sex + age + baseline + (1 + s | id),
  piecewise = change ~ route * (pmin(s, 6) + pmax(s - 6, 0)) + baseline + (1 + pmin(s, 6) | id),
  empty_cell = change ~ route * setting + s + baseline + (1 + s | id),
  aliased_covariate = change ~ route * s + payer + baseline + baseline_percent + (1 | id)
)
