"""From a formula and a frame to a prepared model or a fit: the public entrance."""

from __future__ import annotations

from weakref import ref

import numpy as np
import numpy.typing as npt
import pandas as pd

from .cells import tabulate_cells
from .checks import check_options, check_size
from .crossproducts import CrossProducts, minors_of, patient_layout, sum_per_patient
from .design import Design, build_design
from .errors.options import PLAIN, ErrorOptions, check_can_prepare, check_errors
from .errors.ordered_rows import order_rows
from .errors.solve import ErrorProblem, with_residuals
from .errors.structure import ResidualStructure, options_of
from .fit import MixedModelFit
from .formula import ParsedFormula, parse_model_formula, parse_random_formula
from .nested.nesting import (
    Nesting,
    OuterLevel,
    add_outer_level,
    asked_nesting,
    check_outer_columns,
    weighted_outer,
    with_clinics,
)
from .prepared import PreparedModel
from .products import change_columns
from .raw_columns import RawColumns, assemble
from .refusal import ModelRefused
from .rows import ModelRows, read_rows
from .working import Everyone, Working

IntArray = npt.NDArray[np.intp]


def prepare_mixed_model(  # noqa: PLR0913 - as fit_mixed_model, so that a fit becomes a prepared model by its name
    formula: str,
    data: pd.DataFrame,
    groups: str,
    random: str = "1",
    correlated: bool = True,
    method: str = "REML",
    df: str = "satterthwaite",
    nested_in: str | None = None,
    nested_random: str = "1",
    weights: str | None = None,
    residual: str = "independent",
    residual_by: str | None = None,
) -> PreparedModel:
    """Read the rows of a mixed model once and keep per-patient cross-products.

    ``formula`` is patsy's; it may use columns, C, Q, I, piecewise, upto, spline, log1p and the elementwise
    functions of np, and nothing from the caller. ``groups`` is the patient column, ``random`` the random
    effects of a patient; ``nested_in``, ``nested_random`` and ``weights`` are as in ``fit_mixed_model``. One row of
    ``data`` is one assessment.

    Raises ModelRefused with the reason and what to change; always for ``residual`` and ``residual_by``, whose
    parameters a cohort's sums cannot follow.
    """
    errors = ErrorOptions(weights, residual, None, residual_by)
    check_can_prepare(errors)
    nesting = asked_nesting(nested_in, nested_random)
    return prepare(formula, data, groups, random, (method, df, correlated), nesting, True, errors)


def prepare(
    formula: str,
    data: pd.DataFrame,
    groups: str,
    random: str,
    options: tuple[str, str, bool],
    nesting: Nesting | None,
    keep_cohorts: bool,
    residuals: ErrorOptions | ResidualStructure = PLAIN,
) -> PreparedModel:
    """``prepare_mixed_model``; without ``keep_cohorts`` the sums that only a cohort needs are not formed.

    ``residuals`` is what was asked of the residuals, or a structure found by an earlier fit, which is then kept.
    """
    method, df, correlated = options
    errors = residuals if isinstance(residuals, ErrorOptions) else options_of(residuals)
    check_options(method, df)
    check_errors(errors, df)
    fixed, effects = parse_model_formula(formula), parse_random_formula(random)
    if nesting is not None:
        check_outer_columns(data, fixed, nesting, errors.has_parameters)
    rows = read_rows(data, fixed, with_clinics(effects, nesting), groups, errors)
    design = build_design(fixed, formula, rows.levels)
    if not design.names:
        raise ModelRefused("The formula has no terms.", "Write at least '1', an intercept.")
    effects_design = random_design(effects, random, rows)
    counts = np.bincount(rows.patient)
    check_size(len(rows.outcome), len(counts), 0, len(effects_design.names), int(counts.max()))
    raw = assemble(rows, design, effects_design, correlated)
    order, everyone = _sum_everyone(rows, raw, design, len(effects_design.names), keep_cohorts)
    level: OuterLevel | None = None
    if nesting is not None:
        outer_design = random_design(parse_random_formula(nesting.random), nesting.random, rows)
        everyone, level = add_outer_level(everyone, rows, raw, outer_design, nesting, correlated)
    absent = {name: labels.absent for name, labels in rows.labels.items()}
    model = PreparedModel(
        formula, random, groups, method, df, correlated, rows.patient_labels[order], everyone, effects_design,
        raw.random, rows.incomplete, rows.left_out, absent, ref(data), outer_level=level,
    )  # fmt: skip
    if errors.is_plain:
        return model
    ordered = order_rows(rows, raw, len(effects_design.names), np.argsort(order), errors)
    outer = weighted_outer(level, rows, raw, design, correlated)
    return with_residuals(model, ErrorProblem(ordered, errors), residuals, keep_cohorts, outer)


def random_design(effects: ParsedFormula, random: str, rows: ModelRows) -> Design:
    """The columns of Z: numbers only, at most three. Raises ModelRefused otherwise."""
    design = build_design(effects, random, rows.levels)
    if design.category_of:
        raise ModelRefused(
            f"The random part uses the category {', '.join(design.category_of)}.",
            "Use numeric columns in the random part.",
        )
    if len(design.names) > 3:
        raise ModelRefused(f"The random part has {len(design.names)} effects.", "At most three can be fitted.")
    return design


def _sum_everyone(
    rows: ModelRows, raw: RawColumns, design: Design, q: int, keep_cohorts: bool
) -> tuple[IntArray, Everyone]:
    m = len(rows.patient_labels)
    order, counts, layout = patient_layout(rows.patient, m)
    zz, zx, total, squares = sum_per_patient(raw.values, raw.change, q, layout, m, keep_cohorts)
    place = np.empty(m, dtype=np.intp)
    place[order] = np.arange(m)
    used = {name: rows.labels[name] for name in design.levels}
    covariates = {name: rows.numbers[name] for name in design.numeric_variables()}
    cells = tabulate_cells(used, covariates, rows.patient, place)
    if design.names[:1] == ("Intercept",):
        sums: npt.NDArray[np.float64] | None = None
        ones = total[:-1, 0] / raw.fixed.transform[0, 0]
    else:
        working_rows = change_columns(raw.change[q:-1], raw.values)
        ones = working_rows.sum(axis=1)
        sums = np.empty((len(working_rows), m))
        for target, row in zip(sums, working_rows, strict=True):
            target[place] = np.bincount(rows.patient, weights=row[:-1], minlength=m)
    working = Working(
        CrossProducts(zz, zx, total, minors_of(zz, q), len(rows.outcome)),
        design, raw.fixed.kept, raw.fixed.dropped, raw.fixed.alias, raw.fixed.transform, raw.offset, raw.outcome_mean,
        raw.outcome_scale, ones, cells.frequencies(None, m),
    )  # fmt: skip
    return order, Everyone(working, cells, counts, squares, sums)


def fit_mixed_model(  # noqa: PLR0913 - the argument names an lme4 or lmerTest user expects, in one place
    formula: str,
    data: pd.DataFrame,
    groups: str,
    random: str = "1",
    nested_in: str | None = None,
    nested_random: str = "1",
    correlated: bool = True,
    method: str = "REML",
    df: str = "satterthwaite",
    weights: str | None = None,
    residual: str = "independent",
    residual_time: str | None = None,
    residual_by: str | None = None,
) -> MixedModelFit:
    """Fit a linear mixed model with random effects per patient; agrees with R's lme4 and lmerTest.

    ``formula``, ``groups`` and ``random`` as in ``prepare_mixed_model``; ``correlated=False`` estimates no
    covariances between random effects. ``df`` is "satterthwaite", "kenward-roger" or "normal".

    ``nested_in`` names the column of the clinics that patients are nested in, ``nested_random`` the random effects of
    a clinic; ``correlated`` holds for both levels. A clinic's label says which clinic it is, so a patient with rows in
    two is refused: that design is crossed.

    ``weights`` is a column of prior weights: the residual variance of a row is sigma² / weight (lme4's meaning).
    ``residual`` "ar1" correlates the rows of a patient rho^|k - l| for whole visit numbers k, l in the column
    ``residual_time``; "exponential" exp(-|s - t| / range) for days s, t (continuous-time AR(1)). ``residual_by`` is a
    category with a residual variance per level.

    Raises ModelRefused with the reason and what to change; a fit that is returned reached its certified optimum.
    """
    errors = ErrorOptions(weights, residual, residual_time, residual_by)
    nesting = asked_nesting(nested_in, nested_random)
    return prepare(formula, data, groups, random, (method, df, correlated), nesting, False, errors).fit()
