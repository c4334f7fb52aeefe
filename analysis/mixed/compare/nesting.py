"""Whether two fits may be compared: the same rows, and the columns of one within the span of the other's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..design import Design, design_columns, factor_values
from ..diagnose.fit_covariance import random_design_of
from ..diagnose.units import Units, units_of
from ..fitted_model import FittedModel
from ..formula import parse_model_formula
from ..refusal import ModelRefused
from ..source_rows import rows_of

FloatArray = npt.NDArray[np.float64]

WITHIN = 1e-8  # share of a column's length outside the other span; rounding leaves about 1e-13
SAME_MEAN = 1e-6  # relative difference of two means of the same numbers, summed in another order; far above rounding
PROBES = 400  # drawn rows on which two designs are compared when the real ones are gone


@dataclass(frozen=True, eq=False)
class Nesting:
    """``fixed`` maps the larger fit's columns of X to the smaller's (X_s = X_l ``fixed``), ``random`` likewise Z."""

    fixed: FloatArray
    random: FloatArray


def nesting(smaller: FittedModel, larger: FittedModel, source: pd.DataFrame | None = None) -> Nesting:
    """How the smaller model lies in the larger.

    Compared on the rows while they can be found, otherwise on drawn values of the same columns. Raises ModelRefused
    when the fits are of different rows, or the smaller's columns are not combinations of the larger's.
    """
    _check_counts(smaller, larger)
    frame = rows_of(larger) if source is None else source
    if frame is None:
        _check_means(smaller, larger)
    pairs = _drawn_columns(smaller, larger) if frame is None else _columns_on_rows(smaller, larger, frame)
    return Nesting(_map(*pairs[0], smaller, "fixed"), _map(*pairs[1], smaller, "random"))


def _check_counts(smaller: FittedModel, larger: FittedModel) -> None:
    if smaller.n_rows != larger.n_rows:
        raise _other_rows(f"one used {smaller.n_rows} rows, the other {larger.n_rows}")
    labels = pd.Index(smaller.patients)
    if len(labels) != len(larger.patients) or not labels.isin(larger.patients).all():
        raise _other_rows("their patients differ")
    outcomes = [parse_model_formula(fit.formula).outcome for fit in (smaller, larger)]
    assert outcomes[0] is not None
    assert outcomes[1] is not None
    if outcomes[0].code != outcomes[1].code:
        raise ModelRefused(
            f"The fits have different outcomes: {outcomes[0].code} and {outcomes[1].code}.",
            "Compare models of one outcome.",
        )


def _check_means(smaller: FittedModel, larger: FittedModel) -> None:
    """What the fits still know of rows that are gone: covariates of both have one mean if the rows are the same."""
    ours, theirs = smaller.covariate_means, larger.covariate_means
    differing = [
        name
        for name in ours
        if name in theirs and abs(ours[name] - theirs[name]) > SAME_MEAN * max(abs(ours[name]), abs(theirs[name]))
    ]
    if differing:
        raise _other_rows(f"they differ in the mean of {', '.join(differing)}")


def _other_rows(how: str) -> ModelRefused:
    return ModelRefused(
        f"The fits are not of the same rows: {how}.",
        "Fit both to the rows that are complete for the larger model.",
    )


def _columns_on_rows(
    smaller: FittedModel, larger: FittedModel, frame: pd.DataFrame
) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
    ours, theirs = units_of(smaller, frame), units_of(larger, frame)
    if not np.array_equal(ours.place, theirs.place):
        raise _other_rows("rows that are complete for one are not for the other")
    own = rows_of(smaller)
    if own is not None and own is not frame and not _same_values(units_of(smaller, own), ours):
        raise _other_rows("their outcome values differ")
    return (ours.x, theirs.x), (ours.z, theirs.z)


def _same_values(left: Units, right: Units) -> bool:
    """Equal outcomes patient by patient, in whatever order the rows come."""
    columns = [np.lexsort((units.y, units.patient)) for units in (left, right)]
    return np.array_equal(left.y[columns[0]], right.y[columns[1]]) and np.array_equal(
        left.patient[columns[0]], right.patient[columns[1]]
    )


def _map(part: FloatArray, whole: FloatArray, smaller: FittedModel, name: str) -> FloatArray:
    """M with part = whole @ M. Raises ModelRefused naming the columns for which there is none."""
    scale = np.sqrt(np.mean(whole**2, axis=0))
    found = np.linalg.lstsq(whole / scale, part, rcond=None)[0]
    left = part - (whole / scale) @ found
    outside = np.linalg.norm(left, axis=0) > WITHIN * np.linalg.norm(part, axis=0)
    if outside.any():
        names = smaller.terms if name == "fixed" else random_design_of(smaller).names
        listed = ", ".join(term for term, out in zip(names, outside, strict=True) if out)
        raise ModelRefused(
            f"The models are not nested: the larger one cannot reproduce the smaller one's {name} terms {listed}.",
            "A likelihood-ratio test needs a larger model with every term of the smaller; otherwise compare"
            " information_criteria.",
        )
    return np.asarray(found / scale[:, None])


def _drawn_columns(
    smaller: FittedModel, larger: FittedModel
) -> tuple[tuple[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]:
    draws = np.random.default_rng(0)
    fits = (smaller, larger)
    designs = [fit.design for fit in fits] + [random_design_of(fit) for fit in fits]
    numbers = {}
    for name in dict.fromkeys(variable for design in designs for variable in design.numeric_variables()):
        middle = {**smaller.covariate_means, **larger.covariate_means}.get(name, 1.0)
        spread = np.exp(draws.normal(size=PROBES)) if middle > 0 else 1.0 + draws.normal(size=PROBES)
        numbers[name] = (middle if middle else 1.0) * spread
    levels = {**smaller.design.levels, **larger.design.levels}
    codes = {name: draws.integers(0, len(known), PROBES) for name, known in levels.items()}
    made = [_drawn(design, numbers, codes) for design in designs]
    return (made[0][:, list(smaller.kept)], made[1][:, list(larger.kept)]), (made[2], made[3])


def _drawn(design: Design, numbers: dict[str, FloatArray], codes: dict[str, npt.NDArray[np.int64]]) -> FloatArray:
    made = np.empty((len(design.names), PROBES))
    with np.errstate(all="ignore"):
        design_columns(design, factor_values(design, numbers, codes), made)
    if not np.isfinite(made).all():
        raise ModelRefused(
            "The rows of these fits are no longer in memory, and their terms cannot be compared without them.",
            "Give the rows: source=data.",
        )
    return made.T
