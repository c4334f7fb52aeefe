"""From a formula and a frame to a fitted MMRM: the public entrance."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import ref

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..cells import tabulate_cells
from ..checks import check_options, check_size
from ..design import Design, build_design
from ..formula import parse_model_formula, parse_random_formula
from ..products import change_columns
from ..raw_columns import RawColumns, assemble
from ..refusal import ModelRefused
from ..rows import ModelRows, left_out_note, read_rows
from ..source_rows import remember_rows
from ..wording import dropped_note, level_notes
from .attendance import attendance_of
from .fit import MMRMFit
from .ladder import Choice, fit_structure, named_structure
from .schedule import Schedule, absent_visits_note, check_visit_column, model_levels, read_schedule, visit_reader
from .uncertainty import inference_at
from .visit_data import lay_out

FloatArray = npt.NDArray[np.float64]


def fit_mmrm(
    formula: str,
    data: pd.DataFrame,
    subject: str,
    visit: str,
    covariance: str = "unstructured",
    method: str = "REML",
    df: str = "satterthwaite",
) -> MMRMFit:
    """Fit a mixed model for repeated measures: fixed effects and a covariance of scheduled visits, as R's mmrm.

    One row of ``data`` is one patient at one visit; ``visit`` is a category whose order is that of a pandas
    Categorical, else sorted (numbers by size), and may or may not appear in ``formula``. ``covariance`` is
    "unstructured", "ar1", "ar1h", "cs", "csh", "toeplitz" or "toeplitzh" (h: a variance per visit; distances are
    positions among the visits). "unstructured" gives way to ar1h, csh and cs, in that order, when the visits are too
    sparse, and the fit's notes say so; any other structure is fitted as asked or refused. ``df`` is
    "satterthwaite", "kenward-roger" (REML; mmrm's Kenward-Roger-Linear) or "normal".

    Raises ModelRefused with the reason and what to change; a fit that is returned reached its certified optimum.
    """
    check_options(method, df)
    named_structure(covariance)
    check_visit_column(data, visit)
    rows, schedule, design = _read(formula, data, subject, visit)
    raw = assemble(rows, design, build_design(parse_random_formula("1"), "1", {}), correlated=True)
    m = len(rows.patient_labels)
    check_size(len(rows.outcome), m, len(raw.fixed.kept), 0, int(schedule.together.max()))
    # The working columns are [Z X y]; an MMRM has no Z, and the intercept in its place is left out.
    working = change_columns(raw.change[1:], raw.values)[:, :-1]
    laid_out = lay_out(working, rows.patient, schedule.visit, len(schedule.levels))
    choice = fit_structure(laid_out, attendance_of(working, laid_out, schedule), covariance, method == "REML")
    fit = _described(_Problem(formula, subject, covariance, df, rows, schedule, design, raw), choice)
    remember_rows(fit, ref(data))
    return fit


def _read(formula: str, data: pd.DataFrame, subject: str, visit: str) -> tuple[ModelRows, Schedule, Design]:
    fixed = parse_model_formula(formula)
    rows = read_rows(data, fixed, visit_reader(visit), subject)
    if len(rows.patient_labels) < 2:
        check_size(len(rows.outcome), len(rows.patient_labels), 0, 0, 1)
    schedule = read_schedule(rows, visit)
    design = build_design(fixed, formula, model_levels(rows, fixed, data, visit))
    if not design.names:
        raise ModelRefused("The formula has no terms.", "Write at least '1', an intercept.")
    return rows, schedule, design


@dataclass(frozen=True)
class _Problem:
    """What a fit is described from besides the optimum."""

    formula: str
    subject: str
    asked: str
    df: str
    rows: ModelRows
    schedule: Schedule
    design: Design
    raw: RawColumns

    def notes(self) -> tuple[str, ...]:
        rows, design = self.rows, self.design
        names = tuple(design.names[position] for position in self.raw.fixed.dropped)
        absent = {name: labels.absent for name, labels in rows.labels.items()}
        return (
            *left_out_note(rows.left_out, rows.incomplete, None),
            *level_notes(design.levels, absent),
            *absent_visits_note(self.schedule, self.schedule.column in design.levels),
            *dropped_note(names),
        )


def _described(problem: _Problem, choice: Choice) -> MMRMFit:
    """Undo the working scale and put every part of the result in its place."""
    rows, design, raw, at = problem.rows, problem.design, problem.raw, choice.stop.at
    scale = raw.outcome_scale
    coefficients = raw.fixed.transform @ (scale * at.beta + raw.offset)
    if design.names[:1] == ("Intercept",):
        coefficients[0] += raw.outcome_mean
    inference, df_notes = inference_at(choice.stop, problem.df, scale * raw.fixed.transform)
    m = len(rows.patient_labels)
    used = {name: rows.labels[name] for name in design.levels}
    covariates = {name: rows.numbers[name] for name in design.numeric_variables()}
    cells = tabulate_cells(used, covariates, rows.patient, np.arange(m))
    return MMRMFit(
        formula=problem.formula,
        groups=problem.subject,
        method="REML" if at.reml else "ML",
        status="converged",
        notes=(*problem.notes(), *choice.notes, *df_notes),
        n_rows=len(rows.outcome),
        n_groups=m,
        design=design,
        kept=raw.fixed.kept,
        dropped=raw.fixed.dropped,
        alias=raw.fixed.alias,
        coefficients=coefficients,
        inference=inference,
        neg2loglik=_raw_deviance(choice, raw),
        evaluations=choice.evaluations,
        patients=rows.patient_labels,
        cells=(cells.columns, cells.combinations, cells.frequencies(None, m)),
        known_levels=cells.levels,
        covariate_means=cells.means(None, len(rows.outcome)),
        visit=problem.schedule.column,
        visit_levels=problem.schedule.levels,
        asked_structure=problem.asked,
        covariance=choice.structure.name,
        n_covariance_parameters=choice.structure.count(len(problem.schedule.levels)),
        between_visits=scale**2 * at.sigma,
        patients_together=problem.schedule.together,
    )


def _raw_deviance(choice: Choice, raw: RawColumns) -> float:
    """-2 log likelihood of the raw outcome; for REML by lme4's and mmrm's convention, which depends on the raw X."""
    at = choice.stop.at
    p = at.data.p
    value = at.value + 2.0 * (at.data.n_rows - (p if at.reml else 0)) * np.log(raw.outcome_scale)
    return float(value - (2.0 * raw.fixed.log_determinant if at.reml else 0.0))
