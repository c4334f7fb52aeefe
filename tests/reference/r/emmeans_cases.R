# Writes cases/<case>/emmeans.json: adjusted means and pairwise contrasts of emmeans, with Satterthwaite df of lmerTest,
# for models at the tightened optimum. Run after kat_small.R and lmm_cases.R: Rscript tests/reference/r/emmeans_cases.R
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "kat_small_models.R"))
suppressPackageStartupMessages(library(emmeans))
emm_options(lmer.df = "satterthwaite", msg.interaction = FALSE, msg.nesting = FALSE)
cases <- cases_folder()
WEIGHTS <- c(equal = "equal", observed = "proportional")

columns <- function(frame, names_) setNames(frame[, names_, drop = FALSE], c("estimate", "std_error", "df", "ci_low", "ci_high"))

# Grid points that are not estimable come out of emmeans as NA; they are listed apart, not compared.
mean_request <- function(model, by, at, weights) {
  keys <- union(by, names(at))
  grid <- suppressMessages(emmeans(model, keys, at = at, weights = WEIGHTS[[weights]]))
  frame <- as.data.frame(summary(grid, infer = c(TRUE, FALSE)))
  rows <- cbind(frame[, keys, drop = FALSE], columns(frame, c("emmean", "SE", "df", "lower.CL", "upper.CL")))
  missing <- is.na(rows$estimate)
  list(by = I(by), at = lapply(at, I), weights = weights, rows = rows[!missing, ],
       not_estimable = rows[missing, keys, drop = FALSE])
}

# Intervals under holm are Bonferroni intervals: emmeans does the same, Holm has no intervals of its own.
contrast_request <- function(model, by, at, weights, adjust) {
  spec <- if (length(at)) as.formula(paste("~", by, "|", paste(names(at), collapse = "*"))) else by
  grid <- suppressMessages(emmeans(model, spec, at = at, weights = WEIGHTS[[weights]]))
  pairs_of <- pairs(grid)
  plain <- as.data.frame(summary(pairs_of, infer = c(FALSE, TRUE), adjust = "none"))
  adjusted <- as.data.frame(summary(pairs_of, infer = c(FALSE, TRUE), adjust = adjust))
  interval <- as.data.frame(summary(pairs_of, infer = c(TRUE, FALSE),
                                    adjust = if (adjust == "none") "none" else "bonferroni"))
  rows <- cbind(plain[, c("contrast", names(at)), drop = FALSE],
    columns(cbind(plain[, c("estimate", "SE", "df")], interval[, c("lower.CL", "upper.CL")]),
            c("estimate", "SE", "df", "lower.CL", "upper.CL")),
    statistic = plain$t.ratio, p_value = plain$p.value, p_adjusted = adjusted$p.value)
  both <- do.call(rbind, strsplit(as.character(rows$contrast), " - ", fixed = TRUE))
  rows$first <- both[, 1]
  rows$second <- both[, 2]
  list(by = by, at = lapply(at, I), weights = weights, adjust = adjust, rows = rows[!is.na(rows$estimate), ])
}

# Standardisation: the average prediction over one row per patient, route and session number set in every row.
standardised_request <- function(model, frame, at) {
  patients <- frame[!duplicated(frame$id), ]
  predictors <- delete.response(terms(model))
  one <- function(route, s) {
    patients$route <- factor(route, sort(unique(frame$route)))
    patients$s <- s
    weights <- colMeans(model.matrix(predictors, patients))
    test <- contest1D(model, weights, confint = TRUE)
    data.frame(route = route, s = s, estimate = test$Estimate, std_error = test$`Std. Error`, df = test$df,
               ci_low = test$lower, ci_high = test$upper)
  }
  grid <- expand.grid(route = sort(unique(frame$route)), s = at, stringsAsFactors = FALSE)
  list(by = I("route"), at = list(s = I(at)), rows = do.call(rbind, unname(Map(one, grid$route, grid$s))))
}

# Where a contrast is not estimable emmeans still counts it in the multiplicity; ask for adjust = "none" there.
case_numbers <- function(model, by_sets, by, at, adjustments = c("holm", "bonferroni", "none")) {
  settings <- expand.grid(at = seq_along(at), weights = names(WEIGHTS), stringsAsFactors = FALSE)
  means <- unlist(lapply(by_sets, function(set) lapply(seq_len(nrow(settings)), function(i)
    mean_request(model, set, at[[settings$at[i]]], settings$weights[i]))), recursive = FALSE)
  pairs_ <- unlist(lapply(adjustments, function(adjust) lapply(seq_len(nrow(settings)), function(i)
    contrast_request(model, by, at[[settings$at[i]]], settings$weights[i], adjust))), recursive = FALSE)
  list(means = means, contrasts = pairs_)
}

orthodont <- read.csv(file.path(cases, "orthodont", "data.csv"))
orthodont_model <- tight_lmer(distance ~ age * Sex + (age | Subject), orthodont)
write_reference(list(case = "orthodont", software = software(), models = list(
  risx = case_numbers(orthodont_model, list("Sex"), "Sex", list(list(), list(age = c(8, 11.5, 14)))))),
  file.path(cases, "orthodont", "emmeans.json"))

# A singular fit: the slope variance of the optimum is 0 up to the correlation.
slope_zero <- read.csv(file.path(cases, "sim_slope_zero", "data.csv"))
slope_zero_model <- tight_lmer(y ~ time * route + baseline + (time | patient), slope_zero)
write_reference(list(case = "sim_slope_zero", software = software(), models = list(
  ris = case_numbers(slope_zero_model, list("route"), "route", list(list(time = c(0, 4)))))),
  file.path(cases, "sim_slope_zero", "emmeans.json"))

kat <- read.csv(file.path(cases, "kat_small", "data.csv"))
fitted <- lapply(kat_small_models, tight_lmer, data = kat)
plain <- list(list(), list(s = c(1, 6, 10)))
numbers_of <- list(
  nuisance = case_numbers(fitted$nuisance, list("route", c("route", "sex")), "route",
                          c(plain, list(list(s = 6, age = c(30, 60))))),
  piecewise = case_numbers(fitted$piecewise, list("route"), "route", plain),
  empty_cell = case_numbers(fitted$empty_cell, list("route", c("route", "setting"), "setting"), "route", plain[1], "none"),
  aliased_covariate = case_numbers(fitted$aliased_covariate, list("route"), "route", plain)
)
numbers_of$nuisance$standardised <- list(standardised_request(fitted$nuisance, kat, c(1, 6)))
numbers_of$piecewise$standardised <- list(standardised_request(fitted$piecewise, kat, c(1, 6, 10)))
write_reference(list(case = "kat_small", software = software(), models = numbers_of),
                file.path(cases, "kat_small", "emmeans.json"))
