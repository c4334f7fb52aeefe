# Writes cases/{fev,orthodont}/mmrm.json and cases/fev/data.csv from an earlier run of R mmrm 0.3.18, which is on CRAN but not in
# Debian and so is not run here. The argument is the folder with that run's fev/reference.json and orthodont/reference.json:
# Rscript tests/reference/r/mmrm_taken.R <folder>
# fev_data is the example data set of openpharma/mmrm (Apache-2.0).
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))
folder <- commandArgs(TRUE)[1]
SOURCE <- "computed with R mmrm 0.3.18 (not in Debian, so taken as numbers from an earlier run, not remade by a script here)"

# A data frame of emmeans, from the columns of the earlier run.
rows_from <- function(columns) {
  columns <- lapply(columns, unlist)
  names(columns) <- sub("^SE$", "std_error", sub("^lower$", "ci_low", sub("^upper$", "ci_high", sub("^emmean$", "estimate", names(columns)))))
  as.data.frame(columns, stringsAsFactors = FALSE, check.names = FALSE)
}

inference <- function(part) c(part[intersect(c("se", "df", "vcov"), names(part))],
  if ("emmeans" %in% names(part)) list(emmeans = rows_from_grid(part$emmeans), contrasts = rows_from(part$contrasts)))

rows_from_grid <- function(part) {
  if (!is.list(part$grid[[1]])) return(rows_from(part))
  grid <- do.call(rbind, lapply(part$grid, function(row) as.data.frame(row, stringsAsFactors = FALSE)))
  cbind(grid, rows_from(part[names(part) != "grid"]))
}

structure_of <- function(run) c(
  run[intersect(c("formula", "reml", "nobs", "neg2loglik", "AIC", "BIC"), names(run))],
  list(terms = I(names(run$fixef)), Sigma = run$cov, fixef = run$fixef),
  lapply(run[intersect(c("satterthwaite", "kenward_roger", "kenward_roger_linear"), names(run))], inference))

empirical_of <- function(run, terms) list(terms = I(terms), vcov = run$vcov, se = setNames(run$se, terms), df = setNames(run$df, terms))

fev <- read_json(file.path(folder, "fev", "reference.json"))$extra
structures <- c("us", "ar1", "ar1h", "cs", "csh", "toep", "toeph", "us_ml")
terms <- names(fev$us$fixef)
grouped <- fev$us_grouped
dir.create(file.path(cases_folder(), "fev"), showWarnings = FALSE)
invisible(file.copy(file.path(folder, "fev", "data.csv"), file.path(cases_folder(), "fev", "data.csv"), overwrite = TRUE, copy.mode = FALSE))
write_case(list(case = "fev", source = SOURCE, script = "r/mmrm_taken.R", software = list(mmrm = "0.3.18"),
  data = "mmrm::fev_data of openpharma/mmrm (Apache-2.0); rows without FEV1 are not used",
  levels = list(RACE = c("Asian", "Black or African American", "White"), SEX = c("Male", "Female"), ARMCD = c("PBO", "TRT"), AVISIT = paste0("VIS", 1:4)),
  note = "kenward_roger is mmrm's default, which depends on the chart of the covariance; kenward_roger_linear leaves out the second derivatives of the covariance. AIC and BIC count covariance parameters only.",
  structures = lapply(fev[structures], structure_of),
  us_grouped = list(by = "ARMCD", reml = TRUE, neg2loglik = grouped$neg2loglik, terms = I(terms), Sigma = grouped$cov, fixef = grouped$fixef,
                    se = setNames(grouped$se, terms), df = setNames(grouped$df, terms)),
  empirical = list(CR0 = empirical_of(fev$us_empirical, terms), CR2 = empirical_of(fev$us_empirical_bias_reduced, terms),
                   CR3 = empirical_of(fev$us_empirical_jackknife, terms))), "fev", "mmrm.json")

teeth <- read_json(file.path(folder, "orthodont", "reference.json"))$extra
write_case(list(case = "orthodont", source = SOURCE, script = "r/mmrm_taken.R", software = list(mmrm = "0.3.18"),
  levels = list(Sex = c("Female", "Male"), ageF = c("8", "10", "12", "14")), structures = list(us = structure_of(teeth$mmrm_us_kr))), "orthodont", "mmrm.json")
