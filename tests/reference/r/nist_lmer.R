# Stock lmer (no tightened optimum) on NIST's one-way analysis of variance sets: what it says of the variances.
# Rscript tests/reference/r/nist_lmer.R writes cases/nist/lmer.json. A set that lmer stops at has an "error" instead.
source(file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))), "optimum.R"))
source(file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))), "case_tools.R"))

# Simon and Lesage's generated sets: nine treatments, the first value of each its centre, then one tenth below and
# above in turn. Whole tenths are divided last, so that every number is the double nearest to the printed decimal.
centres <- c(4, 3, 5, 3, 5, 3, 5, 3, 5)
simon_lesage <- function(leading, replicates) {
  tenths <- c(0, rep(c(-1, 1), (replicates - 1) / 2))
  data.frame(treatment = rep(1:9, each = replicates),
             response = (10 * leading + rep(centres, each = replicates) + rep(tenths, 9)) / 10)
}

observed <- function(name) read.csv(file.path(cases_folder(), "nist", paste0(name, ".csv")))
sets <- list(SiRstv = observed("SiRstv"), AtmWtAg = observed("AtmWtAg"))
for (number in 1:9)
  sets[[paste0("SmLs0", number)]] <-
    simon_lesage(c(1, 1e6, 1e12)[(number - 1) %/% 3 + 1], c(21, 201, 2001)[(number - 1) %% 3 + 1])

stock <- function(rows) {
  said <- character()
  note <- function(condition) {
    said <<- c(said, trimws(conditionMessage(condition)))
    invokeRestart(if (inherits(condition, "warning")) "muffleWarning" else "muffleMessage")
  }
  tryCatch(withCallingHandlers({
    fit <- lmer(response ~ 1 + (1 | treatment), rows)
    list(intercept = unname(fixef(fit)), residual_variance = sigma(fit)^2,
         treatment_variance = as.numeric(VarCorr(fit)$treatment), said = I(said))
  }, warning = note, message = note), error = function(stopped) list(error = conditionMessage(stopped)))
}

write_case(c(made_by("nist_lmer.R", "lme4"), list(sets = lapply(sets, stock))), "nist", "lmer.json")
