# Writes cases/<case>/emmeans_more.json: what emmeans_cases.R leaves out. Per model and way of finding df (satterthwaite,
# kenward_roger; with the latter the standard errors come from the adjusted covariance): weights, adjustments for
# multiplicity, custom and interaction contrasts, slopes, joint tests, predictions averaged over patients.
# Run after lmm_cases.R: Rscript tests/reference/r/emmeans_more.R
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
here <- dirname(normalizePath(this))
source(file.path(here, "optimum.R"))
source(file.path(here, "case_tools.R"))
suppressPackageStartupMessages({library(emmeans); library(mvtnorm)})
emm_options(msg.interaction = FALSE, msg.nesting = FALSE)
DDF <- c(satterthwaite = "satterthwaite", kenward_roger = "kenward-roger")
LMERTEST_DDF <- c(satterthwaite = "Satterthwaite", kenward_roger = "Kenward-Roger")

RENAMED <- c(emmean = "estimate", SE = "std_error", lower.CL = "ci_low", upper.CL = "ci_high", t.ratio = "statistic", p.value = "p_value")
rows_of <- function(grid, infer = c(TRUE, FALSE), adjust = "none") {
  frame <- as.data.frame(summary(grid, infer = infer, adjust = adjust))
  hit <- names(frame) %in% names(RENAMED)
  names(frame)[hit] <- RENAMED[names(frame)[hit]]
  names(frame) <- sub("^(s|age)\\.trend$", "estimate", names(frame))
  frame
}

# P(|T_j| < t for all j), T multivariate t with any df: normal probabilities averaged over the chi distribution of the scale by
# Gauss-Legendre quadrature. mvtnorm::pmvt itself takes whole df only. The error is that of Genz and Bretz, added up.
legendre <- function(n) {
  k <- seq_len(n - 1)
  J <- matrix(0, n, n)
  J[cbind(k, k + 1)] <- J[cbind(k + 1, k)] <- k / sqrt(4 * k^2 - 1)
  parts <- eigen(J, symmetric = TRUE)
  list(x = parts$values, w = 2 * parts$vectors[1, ]^2)
}

inside <- function(limit, R, df, nodes = 24) {
  rule <- legendre(nodes)
  ends <- sqrt(qchisq(c(1e-11, 1 - 1e-11), df) / df)
  s <- mean(ends) + diff(ends) / 2 * rule$x
  weight <- rule$w * diff(ends) / 2 * dchisq(df * s^2, df) * 2 * df * s
  set.seed(1)
  found <- lapply(s, function(scale) pmvnorm(rep(-limit * scale, nrow(R)), rep(limit * scale, nrow(R)), corr = R,
    algorithm = GenzBretz(maxpts = 4e5, abseps = 1e-8)))
  c(sum(weight * vapply(found, as.numeric, 0)), sum(weight * vapply(found, attr, 0, "error")))
}

mvt_of <- function(grid) {
  table <- rows_of(grid, c(FALSE, TRUE))
  R <- cov2cor(as.matrix(vcov(grid)))
  whole <- function(i, df) { set.seed(1); pmvt(rep(-abs(table$statistic[i]), nrow(R)), rep(abs(table$statistic[i]), nrow(R)), df = as.integer(df), corr = R,
    algorithm = GenzBretz(maxpts = 5e6, abseps = 1e-7)) }
  set.seed(1)
  theirs <- as.data.frame(summary(grid, adjust = "mvt"))$p.value
  lapply(seq_len(nrow(table)), function(i) {
    exact <- inside(abs(table$statistic[i]), R, table$df[i])
    at_whole <- whole(i, floor(table$df[i]))
    list(contrast = as.character(table$contrast[i]), statistic = table$statistic[i], df = table$df[i], p_adjusted = 1 - exact[1], error = exact[2],
         whole_df = floor(table$df[i]), p_adjusted_at_whole_df = 1 - as.numeric(at_whole), error_at_whole_df = attr(at_whole, "error"), emmeans = theirs[i])
  })
}

adjusted_rows <- function(grid, adjustments) {
  rows <- rows_of(grid, c(FALSE, TRUE))
  for (adjust in adjustments) rows[[paste0("p_", adjust)]] <- rows_of(grid, c(FALSE, TRUE), adjust)$p_value
  for (adjust in intersect(adjustments, c("tukey", "bonferroni"))) {
    limits <- rows_of(grid, c(TRUE, FALSE), adjust)
    rows[[paste0("ci_low_", adjust)]] <- limits$ci_low
    rows[[paste0("ci_high_", adjust)]] <- limits$ci_high
  }
  rows
}

quietly <- function(expression) suppressMessages(suppressWarnings(expression))

means_by_weights <- function(model, by, at) lapply(setNames(nm = c("equal", "proportional", "outer", "cells")), function(weights)
  list(at = at, rows = rows_of(quietly(emmeans(model, by, at = at, weights = weights)))))

contrasts_of <- function(model, by, at, mvt) {
  grid <- quietly(emmeans(model, by, at = at))
  several <- nrow(as.data.frame(grid)) > 2
  control <- contrast(grid, "trt.vs.ctrl", ref = 1)
  own <- if (nrow(as.data.frame(grid)) == 4) list(third_against_others = c(-1, -1, 3, -1) / 3, first_two_against_last_two = c(1, 1, -1, -1) / 2)
         else list(half_difference = c(-0.5, 0.5))
  list(at = at, weights = "equal",
    pairwise = adjusted_rows(pairs(grid), c("tukey", "bonferroni", "holm", if (several) "sidak")),
    against_first = adjusted_rows(control, c("bonferroni", "holm", if (several) "dunnettx")),
    mvt = if (mvt) list(pairwise = mvt_of(pairs(grid)), against_first = mvt_of(control)),
    coefficients = lapply(own, I), custom = rows_of(contrast(grid, own), c(TRUE, TRUE)))
}

slopes_of <- function(model, by, variable, points, trends) {
  grid <- quietly(emmeans(model, c(by, variable), at = setNames(list(points), variable)))
  steps <- contrast(grid, "revpairwise", by = by)
  out <- list(points = points,
    differences = rows_of(steps, c(TRUE, TRUE)),
    interaction_contrasts = rows_of(contrast(grid, interaction = c("pairwise", "revpairwise")), c(TRUE, TRUE)))
  if (trends) {
    slopes <- emtrends(model, by, var = variable)
    out <- c(out, list(emtrends = rows_of(slopes, c(TRUE, TRUE)), emtrends_pairs = rows_of(pairs(slopes), c(TRUE, TRUE))))
  }
  out
}

# g-computation: the mean over patients (one row each) of the prediction with route and session set in every row.
averaged <- function(model, frame, points, ddf) {
  patients <- frame[!duplicated(frame$id), ]
  fixed <- delete.response(terms(model))
  routes <- sort(unique(frame$route))
  row_of <- function(route, s) {
    patients$route <- factor(route, routes)
    patients$s <- s
    colMeans(model.matrix(fixed, patients))
  }
  test <- function(L) {
    found <- contest1D(model, L, ddf = ddf, confint = TRUE)
    data.frame(estimate = found$Estimate, std_error = found$`Std. Error`, df = found$df, ci_low = found$lower, ci_high = found$upper, p_value = found$`Pr(>|t|)`)
  }
  grid <- expand.grid(route = routes, s = points, stringsAsFactors = FALSE)
  both <- combn(routes, 2)
  list(terms = I(names(fixef(model))),
    means = do.call(rbind, lapply(seq_len(nrow(grid)), function(i) cbind(grid[i, ], test(row_of(grid$route[i], grid$s[i]))))),
    differences = do.call(rbind, lapply(points, function(s) do.call(rbind, lapply(seq_len(ncol(both)), function(j)
      cbind(data.frame(first = both[1, j], second = both[2, j], s = s), test(row_of(both[1, j], s) - row_of(both[2, j], s))))))),
    L_of_first_mean = I(unname(row_of(grid$route[1], grid$s[1]))))
}

numbers_of <- function(model, frame, by, variable, points, at, trends, mvt) lapply(setNames(nm = names(DDF)), function(name) {
  emm_options(lmer.df = DDF[[name]])
  tests <- quietly(joint_tests(model))
  list(means = means_by_weights(model, by, at), contrasts = contrasts_of(model, by, at, mvt),
       slopes = slopes_of(model, by, variable, points, trends),
       joint_tests = setNames(as.data.frame(tests)[, c("model term", "df1", "df2", "F.ratio", "p.value")], c("term", "NumDF", "DenDF", "F", "p")),
       averaged_over_patients = if (!is.null(frame)) averaged(model, frame, points, LMERTEST_DDF[[name]]))
})

kat <- case_rows("kat_small")
fit <- function(case, name, frame) tight_lmer(case_formula(case, name), frame, TRUE)
software_used <- made_by("emmeans_more.R", c("lme4", "lmerTest", "emmeans", "pbkrtest", "mvtnorm"))
write_case(c(list(case = "orthodont"), software_used, list(models = list(
  risx = numbers_of(fit("orthodont", "risx", case_rows("orthodont")), NULL, "Sex", "age", c(8, 14), list(age = 11), TRUE, FALSE)))), "orthodont", "emmeans_more.json")
write_case(c(list(case = "kat_small"), software_used, list(models = list(
  nuisance = numbers_of(fit("kat_small", "nuisance", kat), kat, "route", "s", c(1, 6), list(s = 6), TRUE, TRUE),
  piecewise = numbers_of(fit("kat_small", "piecewise", kat), kat, "route", "s", c(1, 6, 10), list(s = 6), FALSE, TRUE)))), "kat_small", "emmeans_more.json")
