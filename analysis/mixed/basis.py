"""Which columns are independent, and the change of basis that makes them orthonormal.

Cross-products of raw columns lose every digit on stiff data (NIST StRD SmLs09), so X and Z are centred, scaled
and rotated before any product is summed. Columns are taken in order, as R does: an aliased column is one that the
columns before it determine, and it is the later one that goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .triangles import invert_upper, solve_upper

FloatArray = npt.NDArray[np.float64]

ALIASED = 1e-11  # share of a column's squared length left after the columns before it; rounding leaves 1e-15
CONSTANT = 1e-18  # variance over mean square under which a centred column is rounding error


@dataclass(frozen=True)
class Independent:
    """``kept`` columns in order, upper triangular ``root`` with Gram = root' root, and what each dropped column is:
    ``alias[:, d]`` are the coefficients of dropped column d on the kept ones."""

    kept: tuple[int, ...]
    dropped: tuple[int, ...]
    root: FloatArray
    alias: FloatArray


def independent_columns(gram: FloatArray, floor: FloatArray | float = 0.0) -> Independent:
    """In-order Cholesky of a Gram matrix. A column also goes when its squared length is at most ``floor``."""
    size = len(gram)
    lengths = np.diag(gram)
    floors = np.broadcast_to(np.asarray(floor, dtype=np.float64), (size,))
    kept: list[int] = []
    dropped: list[int] = []
    root = np.zeros((0, 0))
    coefficients: list[FloatArray] = []
    for column in range(size):
        against = solve_upper(root, gram[kept, column], transposed=True) if kept else np.zeros(0)
        left = lengths[column] - against @ against
        if lengths[column] <= floors[column] or left <= ALIASED * lengths[column]:
            dropped.append(column)
            coefficients.append(against)
            continue
        grown = np.zeros((len(kept) + 1, len(kept) + 1))
        grown[:-1, :-1], grown[:-1, -1], grown[-1, -1] = root, against, np.sqrt(left)
        root = grown
        kept.append(column)
    alias = np.zeros((len(kept), len(dropped)))
    for position, against in enumerate(coefficients):
        known = len(against)
        if known:
            alias[:known, position] = solve_upper(root[:known, :known], against)
    return Independent(tuple(kept), tuple(dropped), root, alias)


@dataclass(frozen=True)
class Basis:
    """The working columns W = X[kept] @ transform, with mean square one and no correlation.

    ``transform`` is upper triangular, ``centred`` the same map from centred columns, ``alias`` as in Independent but
    for raw columns.
    """

    kept: tuple[int, ...]
    dropped: tuple[int, ...]
    transform: FloatArray
    centred: FloatArray
    alias: FloatArray

    @property
    def log_determinant(self) -> float:
        """log |det transform|, the constant between the REML criteria of X and W."""
        return float(np.sum(np.log(np.abs(np.diag(self.transform)))))


def orthonormal_basis(gram: FloatArray, means: FloatArray | None, reach: FloatArray | None = None) -> Basis:
    """The basis for columns whose Gram matrix (divided by the rows) is ``gram``.

    ``means`` are the columns' means when ``gram`` is of centred columns and column 0 is the intercept (whose
    own entries in ``gram`` stay those of a column of ones); None when nothing was centred. ``reach`` is the mean square
    of the values a column was worked out from, when that is more than its own: what rounding is measured by.
    """
    shift = _shift(len(gram), means)
    size = np.diag(gram) + shift**2 if reach is None else np.maximum(reach, np.diag(gram) + shift**2)
    scale = np.sqrt(np.where(np.diag(gram) > 0, np.diag(gram), 1.0))
    found = independent_columns(gram / np.outer(scale, scale), CONSTANT * size / scale**2)
    kept, dropped = list(found.kept), list(found.dropped)
    centred = invert_upper(found.root) / scale[kept, None]
    return basis_of(found.kept, found.dropped, centred, found.alias * scale[dropped] / scale[kept, None], means)


def basis_of(
    kept: tuple[int, ...], dropped: tuple[int, ...], centred: FloatArray, alias: FloatArray, means: FloatArray | None
) -> Basis:
    """A basis known for centred columns, with its map and its aliases for the raw ones as well."""
    transform, alias = centred.copy(), alias.copy()
    if means is not None:
        shift = _shift(len(means), means)
        transform[0] -= shift[list(kept)] @ transform
        alias[0] += shift[list(dropped)] - shift[list(kept)] @ alias
    return Basis(kept, dropped, transform, centred, alias)


def _shift(size: int, means: FloatArray | None) -> FloatArray:
    """What centring took off each column; the intercept keeps its ones."""
    return np.zeros(size) if means is None else np.where(np.arange(size) == 0, 0.0, means)
