# Writes cases/nested_clinics, cases/nested_zero and cases/pastes: patients within clinics (samples within batches).
# nested_clinics: 14 clinics of 4 to 12 patients, 3 to 7 visits, two routes, seed 814. nested_zero: the same patients, with an
# outcome whose clinic means are closer together than chance makes them, so that the clinic variance is estimated as exactly 0.
# Run: Rscript tests/reference/r/nested_clinics.R
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))
source(file.path(here, "f_tests.R"))

scatter <- function(rows, covariance) matrix(rnorm(rows * ncol(covariance)), rows) %*% chol(covariance)

simulate_clinics <- function() {
  set.seed(814)
  clinics <- 14
  sizes <- sample(4:12, clinics, TRUE)
  clinic_of <- rep(seq_len(clinics), sizes)
  patients <- length(clinic_of)
  route <- sample(c("IM", "IV"), patients, TRUE, c(0.45, 0.55))
  baseline <- round(rnorm(patients, 18, 3.5), 1)
  clinic_effect <- scatter(clinics, matrix(c(4, -0.3, -0.3, 0.16), 2))
  patient_effect <- scatter(patients, matrix(c(9, -0.8, -0.8, 0.36), 2))
  rows <- lapply(seq_len(patients), function(i) {
    time <- sort(sample(0:8, sample(3:7, 1)))
    level <- clinic_effect[clinic_of[i], 1] + patient_effect[i, 1]
    slope <- clinic_effect[clinic_of[i], 2] + patient_effect[i, 2]
    score <- 3 + 0.8 * baseline[i] + (-0.9 - 0.35 * (route[i] == "IV")) * time + level + slope * time + rnorm(length(time), sd = 2)
    data.frame(clinic = sprintf("c%02d", clinic_of[i]), patient = sprintf("p%03d", i), route = route[i], baseline = baseline[i],
               time = time, score = round(score, 3))
  })
  do.call(rbind, rows)
}

# The clinic level taken out: patient means are shifted so that every clinic has the mean of all patients.
without_clinics <- function(frame) {
  level <- lm(score ~ time * route + baseline + clinic, frame)
  shift <- coef(level)[paste0("clinic", frame$clinic)]
  frame$score <- round(frame$score - ifelse(is.na(shift), 0, shift), 3)
  frame
}

numbers_per_level <- function(model, reml) {
  beta <- fixef(model)
  modes <- ranef(model, condVar = FALSE)
  theta <- getME(model, "theta")
  sizes <- vapply(getME(model, "cnms"), function(names_) length(names_) * (length(names_) + 1) / 2, 0)
  levels_ <- names(getME(model, "cnms"))
  level_of <- rep(seq_along(sizes), sizes)
  degrees <- coefficient_tests(model)
  base <- list(
    neg2loglik = -2 * as.numeric(logLik(model)), remaining_decrease = attr(model, "remaining_decrease"),
    singular = isSingular(model, tol = 1e-6), n_parameters = attr(logLik(model), "df"), sigma2 = sigma(model)^2,
    levels = setNames(lapply(seq_along(levels_), function(k) {
      block <- VarCorr(model)[[levels_[k]]]
      values <- modes[[levels_[k]]]
      list(random_terms = I(colnames(values)), theta = I(unname(theta[level_of == k])),
           varcorr = unname(matrix(block, nrow(block))),
           modes = list(groups = I(rownames(values)), values = unname(as.matrix(values))))
    }), levels_),
    terms = I(names(beta)), fixef = degrees$fixef, se = degrees$se, vcov = unname(as.matrix(vcov(model))),
    satterthwaite_df = degrees$satterthwaite_df, F_tests = term_tests(model, types = "III", kenward_roger = reml))
  if (reml) c(base, list(kenward_roger = adjusted_numbers(model))) else base
}

both_methods <- function(formula, frame) list(formula = formula_text(formula),
  REML = numbers_per_level(tight_lmer(formula, frame, TRUE), TRUE), ML = numbers_per_level(tight_lmer(formula, frame, FALSE), FALSE))

write_nested <- function(case, frame, models, file = "reference.json") {
  counts <- list(rows = nrow(frame), clinics = length(unique(frame$clinic)), patients = length(unique(frame$patient)))
  write_case(c(list(case = case), made_by("nested_clinics.R", c("lme4", "lmerTest", "pbkrtest", "numDeriv")), if (counts$clinics) list(counts = counts),
               list(models = lapply(models, both_methods, frame = frame))), case, file)
}

save_rows <- function(case, frame) {
  folder <- file.path(cases_folder(), case)
  dir.create(folder, showWarnings = FALSE)
  write.csv(frame, file.path(folder, "data.csv"), row.names = FALSE)
}

save_rows("nested_clinics", simulate_clinics())
save_rows("nested_zero", without_clinics(case_rows("nested_clinics")))
save_rows("pastes", lme4::Pastes)

intercepts <- score ~ time * route + baseline + (1 | clinic) + (1 | clinic:patient)
write_nested("nested_clinics", case_rows("nested_clinics"), list(
  intercepts = intercepts,
  patient_slope = score ~ time * route + baseline + (1 | clinic) + (1 + time | clinic:patient),
  slopes_at_both = score ~ time * route + baseline + (1 + time | clinic) + (1 + time | clinic:patient)))
write_nested("nested_zero", case_rows("nested_zero"), list(
  intercepts = intercepts,
  patient_slope = score ~ time * route + baseline + (1 | clinic) + (1 + time | clinic:patient),
  slopes_at_both = score ~ time * route + baseline + (1 + time | clinic) + (1 + time | clinic:patient)))
write_nested("pastes", case_rows("pastes"), list(nested = strength ~ 1 + (1 | batch) + (1 | sample)))
