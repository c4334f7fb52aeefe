"""The functions a model formula may call. Knots are numbers, never quantiles of the data.

A formula that took its knots from the rows would mean something else in every cohort, and two cohorts
could not be compared.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from patsy import Diff, Helmert, Poly, Sum, Treatment

FloatArray = npt.NDArray[np.float64]


def upto(x: FloatArray, knot: float) -> FloatArray:
    """The part of x up to the knot: min(x, knot). A slope on it stops at the knot."""
    return np.minimum(x, float(knot))


def piecewise(x: FloatArray, knot: float) -> FloatArray:
    """A straight line that may bend once: the columns min(x, knot) and max(x - knot, 0)."""
    return np.stack([np.minimum(x, float(knot)), np.maximum(x - float(knot), 0.0)], axis=-1)


def spline(x: FloatArray, *knots: float) -> FloatArray:
    """Natural cubic spline with fixed knots, straight beyond the first and the last.

    Three or more increasing knots give one column fewer than knots; with an intercept the columns span what
    R's ``splines::ns`` spans for the same inner and boundary knots.
    Basis of Hastie, Tibshirani and Friedman (2009), eq. 5.4 and 5.5, divided by the squared knot range.
    """
    k = [float(knot) for knot in knots]
    if len(k) < 3 or any(later <= earlier for earlier, later in pairwise(k)):
        raise ValueError("spline() needs at least three knots in increasing order.")
    width = (k[-1] - k[0]) ** 2

    def hinge(knot: float) -> FloatArray:
        top = np.maximum(x - knot, 0.0) ** 3 - np.maximum(x - k[-1], 0.0) ** 3
        return np.asarray(top / (k[-1] - knot) / width, dtype=np.float64)

    last = hinge(k[-2])
    return np.stack([x, *(hinge(knot) - last for knot in k[:-2])], axis=-1)


def _same(x: FloatArray) -> FloatArray:
    return x


FUNCTIONS: dict[str, Callable[..., FloatArray]] = {
    "piecewise": piecewise,
    "upto": upto,
    "spline": spline,
    "log1p": np.log1p,
    "I": _same,
}

CONTRASTS = {"Treatment": Treatment, "Sum": Sum, "Helmert": Helmert, "Diff": Diff, "Poly": Poly}

NUMPY_NAMES = frozenset(
    [name for name in dir(np) if isinstance(getattr(np, name), np.ufunc)] + ["pi", "e", "where", "clip"]
)
