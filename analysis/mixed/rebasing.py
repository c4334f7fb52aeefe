"""The basis of a cohort's own columns, found from everyone's sums where the cohort empties levels or columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .basis import Basis, independent_columns, orthonormal_basis
from .separation import of_originals, shares_of
from .triangles import invert_upper

FloatArray = npt.NDArray[np.float64]

# A column that a cohort empties comes back from the products of everyone with the rounding of those products, about
# 1e-16 of its reach; a column with 1e-13 of it left says nothing that these products can tell from noise.
REFIT_NOISE = 1e-13
ROUNDED = 1e-13  # with REFIT_NOISE, the square of 1e-13: what subtracting two large combinations leaves of them


def cohort_basis(join: FloatArray, reach: FloatArray, metric: FloatArray) -> tuple[Basis, FloatArray]:
    """The basis of a cohort's raw columns, each given as a combination ``join`` of everyone's working columns, and the
    map from those to the cohort's own.

    ``reach`` holds the sizes of what was added up to each entry of ``join``, ``metric`` the mean products of
    everyone's working columns among the cohort's rows.
    """
    gram = join.T @ metric @ join
    shares = shares_of(orthonormal_basis(gram, None), gram, None)
    present = join - join @ shares
    size = np.where(shares.any(axis=0), np.sum(present**2, axis=0), np.sum(reach**2, axis=0))
    scale = np.sqrt(np.maximum(size, np.maximum(ROUNDED * np.sum(reach**2, axis=0), np.finfo(float).tiny)))
    gram = present.T @ metric @ present
    found = independent_columns(gram / np.outer(scale, scale), REFIT_NOISE)
    kept, dropped = list(found.kept), list(found.dropped)
    map_back = invert_upper(found.root) / scale[kept, None]
    alias = found.alias * scale[dropped] / scale[kept, None]
    basis = of_originals(Basis(found.kept, found.dropped, map_back, map_back, alias), shares, None)
    return basis, present[:, kept] @ map_back
