# Tests of fixed effects by lmerTest (Satterthwaite) and pbkrtest (Kenward-Roger).
suppressPackageStartupMessages(library(pbkrtest))

LMERTEST_AGREES <- 1e-8   # relative; ours asks pbkrtest once for the adjusted covariance, lmerTest once per test

# pbkrtest's answer for a model, kept because it costs n x n matrices.
adjusted_vcov <- function(model) {
  if (is.null(attr(model, "adjusted"))) return(vcovAdj(model))
  attr(model, "adjusted")
}

with_adjusted <- function(model) {
  attr(model, "adjusted") <- vcovAdj(model)
  model
}

coefficient_tests <- function(model) {
  table <- coef(summary(model, ddf = "Satterthwaite"))
  names_ <- rownames(table)
  list(fixef = by_name(table[, "Estimate"], names_), se = by_name(table[, "Std. Error"], names_),
       satterthwaite_df = by_name(table[, "df"], names_))
}

adjusted_numbers <- function(model) {
  adjusted <- adjusted_vcov(model)
  names_ <- names(fixef(model))
  plain <- as.matrix(vcov(model))
  rows <- diag(length(names_))
  ddf <- vapply(seq_along(names_), function(k) as.numeric(Lb_ddf(rows[k, , drop = FALSE], plain, adjusted)), 0)
  W <- as.matrix(attr(adjusted, "W"))
  list(terms = I(names_), vcov = unname(plain), vcov_adjusted = unname(as.matrix(adjusted)),
       se_adjusted = by_name(sqrt(diag(as.matrix(adjusted))), names_), df = by_name(ddf, names_),
       smallest_information_eigenvalue = attr(adjusted, "condi"),
       condition_of_information = kappa(W, exact = TRUE))
}

satterthwaite_row <- function(model, L) {
  row <- contestMD(model, L, ddf = "Satterthwaite")
  list(NumDF = row$NumDF, DenDF = row$DenDF, F = row$`F value`, p = row$`Pr(>F)`)
}

# As lmerTest::contestMD(ddf = "Kenward-Roger"): the F statistic is pbkrtest's scaled one.
kenward_roger_row <- function(model, L) {
  L <- full_row_rank(L)
  stats <- pbkrtest:::.KR_adjust(adjusted_vcov(model), Phi = vcov(model), L, beta = fixef(model), betaH = 0)
  list(NumDF = as.numeric(stats$ndf), DenDF = as.numeric(stats$ddf), F = as.numeric(stats$Fstat),
       F_scaling = as.numeric(stats$F.scaling), p = as.numeric(stats$p.value))
}

full_row_rank <- function(L) {
  parts <- qr(t(L))
  L[sort(parts$pivot[seq_len(parts$rank)]), , drop = FALSE]
}

both_rows <- function(model, L, kenward_roger = TRUE) {
  L <- as_rows(L)
  c(list(L = unname(L), satterthwaite = satterthwaite_row(model, L)),
    if (kenward_roger) list(kenward_roger = kenward_roger_row(model, L)))
}

# Every term of every type; L has one column per fixed effect, in the order of `terms`.
term_tests <- function(model, types = c("III", "II", "I", "marginal"), kenward_roger = TRUE) {
  if (kenward_roger) model <- with_adjusted(model)
  of_type <- function(type) {
    table <- anova(model, type = type, ddf = "Satterthwaite")
    rows <- attr(table, "hypotheses")
    rows <- rows[setdiff(names(rows), "(Intercept)")]
    tests <- lapply(rows, function(L) both_rows(model, L, kenward_roger))
    if (!length(tests)) return(setNames(list(), character(0)))
    for (term in intersect(names(tests), rownames(table)))
      stopifnot(all.equal(tests[[term]]$satterthwaite$F, table[term, "F value"], tolerance = LMERTEST_AGREES))
    tests
  }
  out <- lapply(setNames(nm = types), of_type)
  if (kenward_roger) check_against_lmertest(model, out$III)
  c(list(terms = I(names(fixef(model)))), out)
}

check_against_lmertest <- function(model, tests) {
  if (!length(tests)) return(invisible())
  L <- tests[[length(tests)]]$L
  row <- contestMD(model, L, ddf = "Kenward-Roger")
  ours <- tests[[length(tests)]]$kenward_roger
  stopifnot(all.equal(c(row$`F value`, row$DenDF), c(ours$F, ours$DenDF), tolerance = LMERTEST_AGREES))
}

# A hypothesis of two rows that is no model term: the last coefficient, and the second less half the last.
two_rows <- function(model) {
  p <- length(fixef(model))
  if (p < 2) return(NULL)
  if (p == 2) return(rbind(c(1, 5), c(0, 1)))
  L <- matrix(0, 2, p)
  L[1, p] <- 1
  L[2, c(2, p)] <- c(1, -0.5)
  L
}

joint_tests_of <- function(model) {
  L <- two_rows(model)
  if (is.null(L)) return(NULL)
  c(list(terms = I(names(fixef(model)))), both_rows(model, L))
}
