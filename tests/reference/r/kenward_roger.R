# Writes cases/<case>/kenward_roger.json: pbkrtest's adjusted covariance and degrees of freedom, and F tests of model terms
# with both ways of finding the denominator degrees of freedom, at the tightened optimum. Run after lmm_cases.R:
# Rscript tests/reference/r/kenward_roger.R [case ...]
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))
source(file.path(here, "f_tests.R"))

requested <- list(sleepstudy = c("ris", "ri", "indep"), orthodont = c("ris", "risx", "ri"), kat_small = c("nuisance", "piecewise"),
  sim_three = "full", dyestuff2 = "ri", sim_slope_zero = "ris", sim_regular_300 = "ris")
asked <- commandArgs(TRUE)
if (length(asked)) requested <- requested[asked]

with_contrasts <- function(kind, expression) {
  before <- options(contrasts = c(kind, "contr.poly"))
  on.exit(options(before))
  force(expression)
}

numbers_of <- function(formula, frame) {
  codings <- c("contr.treatment", "contr.sum")
  per_coding <- lapply(setNames(codings, codings), function(kind) with_contrasts(kind, {
    model <- tight_lmer(formula, frame, TRUE)
    list(coefficients = coefficient_tests(model), F_tests = term_tests(model))
  }))
  model <- tight_lmer(formula, frame, TRUE)
  ml <- tight_lmer(formula, frame, FALSE)
  list(formula = formula_text(formula),
       kenward_roger = adjusted_numbers(model),
       contr.treatment = per_coding$contr.treatment, contr.sum = per_coding$contr.sum,
       joint = joint_tests_of(model),
       ML = list(F_tests = term_tests(ml, types = "III", kenward_roger = FALSE)))
}

for (case in names(requested)) {
  frame <- case_rows(case)
  models <- lapply(setNames(nm = requested[[case]]), function(name) numbers_of(case_formula(case, name), frame))
  write_case(c(list(case = case), made_by("kenward_roger.R", c("lme4", "lmerTest", "pbkrtest")), list(method = "REML", models = models)),
             case, "kenward_roger.json")
}
