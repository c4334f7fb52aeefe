"""Joint tests: does an adjusted mean depend on a column, alone or together with others?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..fitted_model import FittedModel
from ..formula import parse_model_formula
from ..refusal import ModelRefused
from .averages import variables_behind
from .estimable import ROUNDING, estimable_part, is_zero
from .given_covariance import with_covariance
from .grid import Request, check_known, known_columns, listed, reference_grid, request

FloatArray = npt.NDArray[np.float64]

STEP = 1.0  # how far either side of its mean a number not in at is compared, in its own unit (as emmeans)
RESULT = ["df_num", "df_den", "statistic", "p_value", "note"]


def joint_tests(
    fit: FittedModel,
    by: str | Sequence[str] = (),
    at: Mapping[str, Any] | None = None,
    vcov: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """F tests that adjusted means do not depend on a column, or on one column differently by another.

    One row per column of the model and per interaction of columns in it, within each combination of the ``by``
    columns; index the by columns and term. The hypothesis of a term is that every contrast of its means is zero
    (main), or every difference of such differences (interaction), with equal weights for the other categories, as
    emmeans' joint_tests. It does not depend on how categories are coded, nor on the order of terms.

    A number is compared at its values in ``at``, else at one below and one above its row mean, which is the test of
    its slope; in the rows of other terms it stands at its mean, or is averaged over its values in ``at``; with one
    value in ``at`` it is held there and has no row. (emmeans averages over one below and one above the mean there
    too, which differs where a curve bends between.) A number that enters as a curve has fewer values than columns
    unless ``at`` names more; ``note`` says so.

    Columns df_num, df_den, statistic (F), p_value and note. Degrees of freedom are the fit's own kind, those of
    ``term_tests`` (emmeans takes the smallest df among the differences from the first level, and does not scale F
    under Kenward-Roger). Of a term that the
    rows can estimate only in part, the part is tested, and ``note`` says how much; F is missing when there is none.
    ``vcov`` as in ``marginal_means``. Raises ModelRefused for names the model does not have, and when it has no term.
    """
    asked = request(by, at, "equal")
    check_known(fit, (*asked.by, *asked.at))
    fit = with_covariance(fit, vcov)
    values = _values(fit, asked.at)
    fixed = {*asked.by, *(name for name in values if len(values[name]) < 2)}
    found = [row for term in _terms(fit, fixed) for row in _term_rows(fit, asked, term, values)]
    if not found:
        raise ModelRefused("The model has no term left to test.", "Add a term, or leave columns out of by and at.")
    by_order = list(dict.fromkeys(level for level, _, _ in found))
    found.sort(key=lambda row: by_order.index(row[0]))
    index = pd.MultiIndex.from_tuples([(*level, term) for level, term, _ in found], names=[*asked.by, "term"])
    table = pd.DataFrame([row for _, _, row in found], index=index, columns=RESULT)
    return table if asked.by else table.set_axis(pd.Index([term for _, term, _ in found], name="term"))


def _values(fit: FittedModel, at: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The values every column of the model is compared at."""
    values: dict[str, list[Any]] = {}
    for name in known_columns(fit):
        if name in at:
            values[name] = listed(at[name])
        elif name in fit.levels:
            values[name] = list(fit.levels[name])
        else:
            values[name] = [fit.covariate_means[name] - STEP, fit.covariate_means[name] + STEP]
    return values


def _terms(fit: FittedModel, fixed: Iterable[str]) -> list[tuple[str, ...]]:
    """Sets of columns that some product in the design varies with, and all their subsets: mains first."""
    behind = variables_behind(fit.design)
    products = [set().union(*(behind[piece.code] for piece in pieces)) for pieces in fit.design.columns]
    order = parse_model_formula(fit.formula).variables()
    free = [[name for name in order if name in wanted and name not in set(fixed)] for wanted in products]
    subsets = (chain.from_iterable(combinations(names, size) for size in range(1, len(names) + 1)) for names in free)
    unique = dict.fromkeys(chain.from_iterable(subsets))
    return sorted(unique, key=lambda term: (len(term), [order.index(name) for name in term]))


def _term_rows(
    fit: FittedModel, asked: Request, term: tuple[str, ...], values: Mapping[str, list[Any]]
) -> list[tuple[tuple[Any, ...], str, tuple[Any, ...]]]:
    """The test of one term at every combination of by: the combination, the term's name and its results."""
    here = {name: values[name] for name in term if name in asked.at or name not in fit.levels}
    grid = reference_grid(fit, Request((*asked.by, *term), {**here, **asked.at}))
    levels = grid.values(asked.by)
    differences: FloatArray = np.ones((1, 1))
    for name in term:
        differences = np.asarray(np.kron(differences, _from_first(len(values[name]))))
    means = grid.columns.reshape(len(levels), differences.shape[1], -1, grid.columns.shape[1]).mean(axis=2)
    magnitude = np.abs(differences) @ np.abs(means)
    rows = []
    for level, hypothesis, size in zip(levels, differences @ means, magnitude, strict=True):
        if not is_zero(hypothesis, size).all():
            rows.append((level, ":".join(term), _tested(fit, hypothesis, _curve_note(fit, term, values))))
    return rows


def _from_first(count: int) -> FloatArray:
    """Differences from the first of several means."""
    return np.hstack([-np.ones((count - 1, 1)), np.eye(count - 1)])


def _tested(fit: FittedModel, hypothesis: FloatArray, note: str) -> tuple[Any, ...]:
    estimable, whole = (
        estimable_part(fit, hypothesis),
        int(np.linalg.matrix_rank(hypothesis, tol=_rounding(hypothesis))),
    )
    left = int(np.linalg.matrix_rank(estimable, tol=_rounding(hypothesis))) if len(estimable) else 0
    if left < whole:
        lost = f"These rows can estimate {left} of its {whole} degrees of freedom."
        note = f"{lost} {note}".strip()
    if not left:
        return 0, np.nan, np.nan, np.nan, note
    test = fit.joint_test(estimable)
    return test.df_num, test.df_den, test.statistic, test.p_value, note


def _rounding(hypothesis: FloatArray) -> float:
    return ROUNDING * float(np.abs(hypothesis).max())


def _curve_note(fit: FittedModel, term: Sequence[str], values: Mapping[str, list[Any]]) -> str:
    """Which numbers of a term enter through more columns than their values can tell apart."""
    behind = variables_behind(fit.design)
    pieces = {(piece.code, piece.index) for columns in fit.design.columns for piece in columns if piece.index >= 0}
    notes = []
    for name in term:
        count = sum(name in behind[code] for code, _ in pieces)
        if name not in fit.levels and count >= len(values[name]):
            notes.append(
                f"{name} enters as {count} columns and is compared at {len(values[name])} values; name more in at to"
                " test its whole curve."
            )
    return " ".join(notes)
