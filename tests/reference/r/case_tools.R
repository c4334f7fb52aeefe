# What the scripts beside this one share: the rows of a case, its formulas, named numbers, versions of packages.
# A script sources optimum.R first, then this file.

# The rows as lmm_cases.R reads them: labels of groups are text.
case_rows <- function(case) {
  frame <- read.csv(file.path(cases_folder(), case, "data.csv"), stringsAsFactors = FALSE)
  for (label in intersect(c("Subject", "Batch", "patient", "id", "clinic", "batch", "sample", "USUBJID"), names(frame)))
    frame[[label]] <- as.character(frame[[label]])
  frame
}

# The formula that cases/<case>/reference.json was made with.
case_formula <- function(case, model) {
  written <- read_json(file.path(cases_folder(), case, "reference.json"))$models[[model]]$formula
  as.formula(written, env = globalenv())
}

formula_text <- function(formula) paste(deparse(formula, width.cutoff = 500), collapse = " ")

# A matrix with its row and column order beside it, so that no reader has to guess.
with_terms <- function(matrix_, terms = colnames(matrix_)) list(terms = I(terms), values = unname(as.matrix(matrix_)))

by_name <- function(values, names_ = names(values)) as.list(setNames(as.numeric(values), names_))

made_by <- function(script, packages) list(
  script = paste0("r/", script),
  software = c(list(R = R.version.string),
               lapply(setNames(packages, packages), function(p) as.character(packageVersion(p)))))

write_case <- function(object, case, file) write_reference(object, file.path(cases_folder(), case, file))

# A degree-of-freedom matrix of one row, whatever L comes as.
as_rows <- function(L) if (is.matrix(L)) L else matrix(L, nrow = 1)
