"""The working columns of every patient laid out by visit, and patients with the same visits taken together.

The likelihood sees the patients of one attendance pattern only through the sums of products of their columns. Any
other set of "patients" with the same sums has the same likelihood, and a pivoted Cholesky factor of the sums is the
smallest such set: with few routes and covariates it has some twenty members however many patients there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dpstrf

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

WORTH_SUMMING = 3  # patients of a pattern per visit; with fewer, the factor is about as large as the patients
ROUNDING = 1e-15  # of the largest sum of squares: what is left below it is the rounding error of the sums
AT_ONCE = 4096  # patients whose columns are multiplied at a time


@dataclass(frozen=True)
class VisitData:
    """Working columns [X y], rows in groups of one attendance pattern.

    ``columns`` is units x visits x (p + 1), zero at visits not attended, where a unit is a patient or a row of
    the factor that stands for many. Units of pattern k begin at ``starts[k]``; ``pattern`` gives each unit's.
    ``attended`` is patterns x visits, ``counts`` patients per pattern.
    """

    columns: FloatArray
    starts: IntArray
    pattern: IntArray
    attended: BoolArray
    counts: FloatArray
    n_rows: int

    @property
    def p(self) -> int:
        return int(self.columns.shape[2]) - 1

    @property
    def visits(self) -> int:
        return int(self.columns.shape[1])


def lay_out(working: FloatArray, patient: IntArray, visit: IntArray, size: int) -> VisitData:
    """``working`` is (p + 1) x rows; ``patient`` numbers patients from 0, ``visit`` visits below ``size``."""
    width, n_rows = working.shape
    m = int(patient.max()) + 1
    present = np.zeros((m, size), dtype=bool)
    present[patient, visit] = True
    packed = np.packbits(present, axis=1)
    _, first, pattern = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    pattern = pattern.ravel()
    counts = np.bincount(pattern)
    place = np.empty(m, dtype=np.intp)
    place[np.argsort(pattern, kind="stable")] = np.arange(m)
    every = np.zeros((m, size, width))
    every[place[patient], visit] = working.T
    attended = present[first]
    ends = np.cumsum(counts)
    parts = [_summed(every[end - count : end], seen) for end, count, seen in zip(ends, counts, attended, strict=True)]
    sizes = np.array([len(part) for part in parts])
    return VisitData(
        np.concatenate(parts),
        np.cumsum(sizes) - sizes,
        np.repeat(np.arange(len(sizes)), sizes),
        attended,
        counts.astype(np.float64),
        n_rows,
    )


def _summed(units: FloatArray, attended: BoolArray) -> FloatArray:
    """Fewer units with the same sums of products, where that is worth the sums."""
    _, size, width = units.shape
    seen = np.flatnonzero(attended)
    if len(units) <= WORTH_SUMMING * len(seen):
        return units
    flat = units[:, seen].reshape(len(units), -1)
    sums = np.zeros((flat.shape[1], flat.shape[1]))
    for start in range(0, len(flat), AT_ONCE):
        part = flat[start : start + AT_ONCE]
        sums += part.T @ part
    largest = float(np.diag(sums).max())
    factor, pivots, rank, _ = dpstrf(sums, tol=ROUNDING * max(largest, np.finfo(float).tiny))
    if rank >= len(units):
        return units
    fewer = np.zeros((rank, flat.shape[1]))
    fewer[:, pivots - 1] = np.triu(factor)[:rank]
    made = np.zeros((rank, size, width))
    made[:, seen] = fewer.reshape(rank, len(seen), width)
    return made
