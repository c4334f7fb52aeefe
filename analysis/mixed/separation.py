"""Columns that the columns before them nearly determine, separated from them on the rows themselves.

``time:route`` with time in seconds since 1970 is ``route`` times a large number and a small rest, and the rest is
what the model is about. A Gram matrix sees squares: a rest of 1e-6 of the column's length is 1e-12 of its square, near
what rounding leaves, and cannot be told from a column that is determined. The rows tell: the rest is worked out from
them and takes the column's place, a Gram-Schmidt step, and the way back is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .basis import Basis, basis_of, orthonormal_basis
from .products import gram_of

FloatArray = npt.NDArray[np.float64]

NEAR = 1e-6  # share of a column's square left after the columns before it, under which the rows are asked


@dataclass(frozen=True)
class Separated:
    """``fixed`` is the basis of the original columns, ``working`` the same basis for the columns as they now stand in
    ``values``; original columns are the present ones times ``undo``. ``gram`` is of the present columns."""

    fixed: Basis
    working: Basis
    undo: FloatArray
    gram: FloatArray


def separate(values: FloatArray, gram: FloatArray, p: int, means: FloatArray | None) -> Separated:
    """The basis of the first ``p`` rows of ``values`` (columns of X), some of them replaced in place by their rest.

    ``values`` are centred when ``means`` is given, ``gram`` is their Gram matrix over the number of rows.
    """
    first = orthonormal_basis(gram[:p, :p], means)
    shares = shares_of(first, gram[:p, :p], means)
    near = np.flatnonzero(shares.any(axis=0))
    if not len(near):
        return Separated(first, first, np.eye(p), gram)
    original = values[near].copy()
    for column in near[::-1]:
        values[column] -= shares[:, column] @ values[:p]
    n = values.shape[1] - 1
    again = gram_of(values) / n
    reach = np.diag(gram)[:p] + (0.0 if means is None else np.where(np.arange(p) == 0, 0.0, means[:p]) ** 2)
    second = orthonormal_basis(again[:p, :p], None, reach)
    if not set(first.kept) <= set(second.kept):
        values[near] = original
        return Separated(first, first, np.eye(p), gram)
    undo: FloatArray = np.asarray(np.linalg.inv(np.eye(p) - shares), dtype=np.float64)
    return Separated(of_originals(second, shares, means), second, undo, again)


def of_originals(present: Basis, shares: FloatArray, means: FloatArray | None) -> Basis:
    """A basis found for columns less their shares of earlier ones, as a basis of the columns themselves."""
    kept, dropped = np.array(present.kept, dtype=np.intp), np.array(present.dropped, dtype=np.intp)
    turn = (np.eye(len(shares)) - shares)[np.ix_(kept, kept)]
    alias = turn @ present.alias + shares[np.ix_(kept, dropped)]
    return basis_of(present.kept, present.dropped, turn @ present.centred, alias, means)


def shares_of(found: Basis, gram: FloatArray, means: FloatArray | None) -> FloatArray:
    """For each column that those before it nearly or wholly determine, its coefficients on them; p x p."""
    p = len(gram)
    shares = np.zeros((p, p))
    kept, dropped = np.array(found.kept, dtype=np.intp), np.array(found.dropped, dtype=np.intp)
    diagonal = np.diag(found.centred)
    left = 1.0 / (diagonal**2 * np.diag(gram)[kept])
    for place in np.flatnonzero(left < NEAR):
        shares[kept[:place], kept[place]] = -found.centred[:place, place] / diagonal[place]
    if len(dropped):
        alias = found.alias.copy()
        if means is not None:
            shift = np.where(np.arange(p) == 0, 0.0, means[:p])
            alias[0] -= shift[dropped] - shift[kept] @ found.alias
        shares[np.ix_(kept, dropped)] = alias
    return shares
