"""Which combinations of means the rows can estimate, when columns of the design had to be dropped.

A combination is estimable when the dropped columns add nothing to it that the kept ones do not already say
(Searle 1971). A difference can be estimable where the two means are not.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..fitted_model import FittedModel

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ROUNDING = 1e-7  # how far from estimable rounding alone can put a combination, relative to its size

NOT_ESTIMABLE_REMEDY = (
    "Two categories go together completely in these rows, such as a clinic with a route of its own: widen the "
    "cohort, or leave one of them out of the model."
)


def estimable(fit: FittedModel, combinations: FloatArray, magnitude: FloatArray | None = None) -> Mask:
    """True per row of ``combinations`` (rows x all design columns) that has an estimate.

    ``magnitude``, of the same shape, is the size of the numbers each entry is a difference of; by default its own.
    """
    if not fit.dropped:
        return np.ones(len(combinations), dtype=bool)
    size = _gap_size(fit, np.abs(combinations) if magnitude is None else magnitude)
    return np.asarray((np.abs(_gap(fit, combinations)) <= ROUNDING * size).all(axis=1))


def is_zero(combinations: FloatArray, magnitude: FloatArray) -> Mask:
    """True per row whose every entry is rounding error of a difference between numbers of this magnitude."""
    return np.asarray((np.abs(combinations) <= ROUNDING * magnitude).all(axis=1))


def kept(fit: FittedModel, combinations: FloatArray) -> FloatArray:
    """The combinations' coefficients on the terms that have an estimate."""
    return np.asarray(combinations[:, list(fit.kept)])


def estimable_part(fit: FittedModel, hypothesis: FloatArray) -> FloatArray:
    """Combinations of the rows of a hypothesis that can be estimated, as rows x kept terms."""
    wanted = kept(fit, hypothesis)
    if not fit.dropped:
        return wanted
    scaled = _gap(fit, hypothesis) / _gap_size(fit, np.abs(hypothesis)).max(axis=0)
    left, values, _ = np.linalg.svd(scaled)
    return np.asarray(left[:, int(np.sum(values > ROUNDING)) :].T @ wanted)


def _gap(fit: FittedModel, combinations: FloatArray) -> FloatArray:
    """What the dropped columns add: rows x dropped columns."""
    return np.asarray(combinations[:, list(fit.dropped)] - combinations[:, list(fit.kept)] @ fit.alias)


def _gap_size(fit: FittedModel, magnitude: FloatArray) -> FloatArray:
    """The size of what a gap is the difference of, at least 1: the alias of an indicator is known to rounding."""
    through_alias = magnitude[:, list(fit.kept)] @ np.abs(fit.alias)
    return np.asarray(1.0 + magnitude[:, list(fit.dropped)] + through_alias)
