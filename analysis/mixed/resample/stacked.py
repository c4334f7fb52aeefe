"""Sums of one level or two seen alike: every patient's random-effect columns side by side, Z_i = [patient's, clinic's].

A clinic's random effects are then the same numbers for each of its patients.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..chart import blocks_of
from ..crossproducts import CrossProducts, lower_pairs
from ..nested.sums import NestedProducts
from ..sweeps import Data

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Stacked:
    """``zz`` Z_i'Z_i (m x q x q) and ``zx`` Z_i'X_i (q x p x m) of both levels together; ``sizes`` per level."""

    data: Data
    zz: FloatArray
    zx: FloatArray
    sizes: tuple[int, ...]

    def effects(self, factor: FloatArray, draws: np.random.Generator) -> FloatArray:
        """Random effects with covariance factor factor' (a block per level), one column per patient: q x m."""
        made = np.empty(self.zx.shape[::2])
        for level, block in enumerate(blocks_of(self.sizes)):
            groups = self.data.m if level == 0 else self._clinics().n_clinics
            drawn = factor[block, block] @ draws.standard_normal((self.sizes[level], groups))
            made[block] = drawn if level == 0 else np.repeat(drawn, self._clinics().counts, axis=1)
        return made

    def _clinics(self) -> NestedProducts:
        assert isinstance(self.data, NestedProducts)
        return self.data

    def with_outcome(self, zy: FloatArray, xy: FloatArray, yy: float) -> Data:
        """The same patients with another outcome: Z_i'y_i (q x m), X'y and y'y."""
        total, p = self.data.total.copy(), self.data.p
        total[:p, p] = total[p, :p] = xy
        total[p, p] = yy
        patients = self.data.patients if isinstance(self.data, NestedProducts) else self.data
        q = self.sizes[0]
        changed = CrossProducts(
            patients.zz, _last_replaced(patients.zx, zy[:q]), total, patients.minors, patients.n_rows
        )  # fmt: skip
        if not isinstance(self.data, NestedProducts):
            return changed
        cx = _last_replaced(self.data.outer.cx, zy[q:])
        sums = np.add.reduceat(cx, self.data.starts, axis=-1)
        return replace(self.data, patients=changed, outer=replace(self.data.outer, cx=cx), cx=sums)


def stacked(data: Data) -> Stacked:
    """The sums of a problem, whatever its levels."""
    if not isinstance(data, NestedProducts):
        return Stacked(data, _squares(data.zz, data.q), data.zx[:, :-1], (data.q,))
    q, qc = data.sizes
    zz = np.empty((data.m, q + qc, q + qc))
    zz[:, :q, :q] = _squares(data.patients.zz, q)
    zz[:, q:, q:] = _squares(data.outer.cc, qc)
    zz[:, q:, :q] = np.moveaxis(data.outer.cz, -1, 0)
    zz[:, :q, q:] = zz[:, q:, :q].swapaxes(1, 2)
    zx = np.concatenate([data.patients.zx[:, :-1], data.outer.cx[:, :-1]])
    return Stacked(data, zz, zx, data.sizes)


def _squares(triangles: FloatArray, q: int) -> FloatArray:
    """m x q x q from lower triangles by rows."""
    whole = np.empty((triangles.shape[1], q, q))
    for value, (row, column) in zip(triangles, lower_pairs(q), strict=True):
        whole[:, row, column] = whole[:, column, row] = value
    return whole


def _last_replaced(products: FloatArray, last: FloatArray) -> FloatArray:
    """[X y] products with those of another y."""
    made = products.copy()
    made[:, -1] = last
    return made
