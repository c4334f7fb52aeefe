# Writes cases/<case>/robust.json: clubSandwich's CR0, CR1 and CR2 covariance of the fixed effects of lme4 fits (REML) at the
# tightened optimum, with its Satterthwaite degrees of freedom. Run after lmm_cases.R and nested_clinics.R:
# Rscript tests/reference/r/robust.R
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))
suppressPackageStartupMessages(library(clubSandwich))

requested <- list(sleepstudy = c(ris = "Subject"), orthodont = c(risx = "Subject"), kat_small = c(nuisance = "id"),
  sim_regular_300 = c(ris = "patient"), nested_clinics = c(intercepts = "clinic", slopes_at_both = "clinic"))

numbers_of <- function(formula, frame, cluster) {
  model <- tight_lmer(formula, frame, TRUE)
  of_type <- function(type) {
    covariance <- vcovCR(model, cluster = frame[[cluster]], type = type)
    test <- coef_test(model, vcov = covariance, cluster = frame[[cluster]], test = "Satterthwaite")
    names_ <- names(fixef(model))
    list(vcov = unname(as.matrix(unclass(covariance)))[seq_along(names_), seq_along(names_), drop = FALSE],
         se = by_name(test$SE, names_), satterthwaite_df = by_name(test$df, names_))
  }
  list(formula = formula_text(formula), cluster = cluster, n_clusters = length(unique(frame[[cluster]])),
       terms = I(names(fixef(model))), CR0 = of_type("CR0"), CR1 = of_type("CR1"), CR2 = of_type("CR2"))
}

for (case in names(requested)) {
  frame <- case_rows(case)
  clusters <- requested[[case]]
  models <- lapply(setNames(nm = names(clusters)), function(name) numbers_of(case_formula(case, name), frame, clusters[[name]]))
  write_case(c(list(case = case), made_by("robust.R", c("lme4", "clubSandwich")), list(method = "REML", models = models)), case, "robust.json")
}
