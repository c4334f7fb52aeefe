# Writes cases/<case>/reference.json (and data.csv for the data sets that come with R packages) for every lme4 case.
# Run: Rscript tests/reference/r/lmm_cases.R
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
source(file.path(dirname(normalizePath(this)), "optimum.R"))
source(file.path(dirname(normalizePath(this)), "kat_small_models.R"))
cases <- cases_folder()

# A q = 3 data set: 60 patients, up to 8 visits, random intercept, slope and curvature.
three_random_effects <- function() {
  set.seed(20240611)
  patients <- 60
  time <- rep(0:7, patients) / 2
  id <- rep(seq_len(patients), each = 8)
  route <- rep(sample(c("IM", "IV"), patients, TRUE), each = 8)
  scatter <- matrix(rnorm(patients * 3), patients) %*% chol(matrix(c(9, -1.5, 0.2, -1.5, 4, -0.8, 0.2, -0.8, 0.4), 3))
  score <- 20 - 3 * time + 0.3 * time^2 - 1.2 * (route == "IV") * time +
    scatter[id, 1] + scatter[id, 2] * time + scatter[id, 3] * time^2 + rnorm(length(id), sd = 1.5)
  keep <- runif(length(id)) > 0.15
  data.frame(patient = sprintf("p%02d", id), time = time, time2 = time^2, route = route, score = round(score, 4))[keep, ]
}

export <- list(
  sleepstudy = function() lme4::sleepstudy,
  orthodont = function() data.frame(distance = nlme::Orthodont$distance, age = nlme::Orthodont$age,
    Subject = as.character(nlme::Orthodont$Subject), Sex = factor(nlme::Orthodont$Sex, c("Female", "Male"))),
  dyestuff2 = function() lme4::Dyestuff2,
  sim_three = three_random_effects
)
simulated <- y ~ time * route + baseline + (time | patient)
models <- list(
  sleepstudy = list(ris = Reaction ~ Days + (Days | Subject), ri = Reaction ~ Days + (1 | Subject),
    indep = Reaction ~ Days + (1 | Subject) + (0 + Days | Subject), slope = Reaction ~ Days + (0 + Days | Subject)),
  orthodont = list(ris = distance ~ age + (age | Subject), risx = distance ~ age * Sex + (age | Subject),
    ri = distance ~ age * Sex + (1 | Subject)),
  dyestuff2 = list(ri = Yield ~ 1 + (1 | Batch)),
  sim_all_zero = list(ris = simulated),
  sim_corr_minus1 = list(ris = simulated),
  sim_regular_300 = list(ris = simulated),
  sim_slope_zero = list(ris = simulated),
  sim_three = list(full = score ~ time * route + time2 + (time + time2 | patient),
    indep = score ~ time * route + time2 + (1 | patient) + (0 + time | patient) + (0 + time2 | patient)),
  kat_small = kat_small_models
)

for (case in names(models)) {
  folder <- file.path(cases, case)
  dir.create(folder, showWarnings = FALSE, recursive = TRUE)
  file <- file.path(folder, "data.csv")
  if (case %in% names(export)) write.csv(export[[case]](), file, row.names = FALSE)
  frame <- read.csv(file, colClasses = NA, stringsAsFactors = FALSE)
  for (label in intersect(c("Subject", "Batch", "patient", "id"), names(frame))) frame[[label]] <- as.character(frame[[label]])
  fits <- lapply(models[[case]], function(formula) list(
    formula = paste(deparse(formula, width.cutoff = 500), collapse = " "),
    REML = numbers(tight_lmer(formula, frame, TRUE)),
    ML = numbers(tight_lmer(formula, frame, FALSE))))
  write_reference(list(case = case, software = software(), models = fits), file.path(folder, "reference.json"))
}
