# Writes cases/kat_small/data.csv: a small unbalanced clinic-like study, made up, seed 611.
# One row per assessment. 96 patients, 1 to 8 assessments each. Route goes with payer and severity; no patient is both
# on nasal spray ("IN") and treated at home, so the route-by-setting interaction has an empty cell.
# Run: Rscript tests/reference/r/kat_small.R
this <- sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)[1])
source(file.path(dirname(normalizePath(this)), "optimum.R"))

set.seed(611)
patients <- 96
baseline <- pmin(27, pmax(8, round(rnorm(patients, 17, 4))))
payer <- sample(c("commercial", "Medicaid", "self-pay"), patients, TRUE, c(0.3, 0.2, 0.5))
wants <- cbind(IM = 1, IN = 0.4 + 1.5 * (payer == "commercial"), IV = 1.6 + 0.1 * (baseline - 17), SL = 0.7)
route <- apply(pmax(wants, 0.1), 1, function(weight) sample(colnames(wants), 1, prob = weight))
setting <- ifelse(route != "IN" & runif(patients) < ifelse(route == "SL", 0.7, 0.25), "home", "clinic")
sex <- sample(c("female", "male"), patients, TRUE, c(0.65, 0.35))
age <- round(runif(patients, 19, 74))
level <- rnorm(patients, sd = 3)
slope <- rnorm(patients, sd = 0.5)
gain <- c(IM = -0.9, IN = -0.7, IV = -1.2, SL = -0.6)

rows <- lapply(seq_len(patients), function(i) {
  visits <- sort(sample(1:12, sample(1:8, 1, prob = c(1, 1, 2, 3, 4, 4, 3, 2))))
  induction <- pmin(visits, 6)
  maintenance <- pmax(visits - 6, 0)
  change <- 1 - 0.25 * (baseline[i] - 17) + 0.02 * (age[i] - 45) + 0.8 * (payer[i] == "Medicaid") +
    gain[[route[i]]] * induction - 0.1 * maintenance + level[i] + slope[i] * induction + rnorm(length(visits), sd = 2.5)
  data.frame(id = 1000 + i, route = route[i], setting = setting[i], payer = payer[i], sex = sex[i], age = age[i],
             baseline = baseline[i], baseline_percent = 100 * baseline[i] / 27, s = visits, change = round(change, 3))
})
folder <- file.path(cases_folder(), "kat_small")
dir.create(folder, showWarnings = FALSE)
write.csv(do.call(rbind, rows), file.path(folder, "data.csv"), row.names = FALSE)
