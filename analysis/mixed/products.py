"""Matrix products in pieces small enough that BLAS keeps to the calling thread.

A product of a few columns over many rows gains nothing from a second thread, and on a busy server the threads wait
for each other: a fit of 3 ms was seen to take 130 ms.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

ONE_THREAD = 400_000  # multiply-adds; OpenBLAS starts a second thread at 524,288


def piece_length(rows: int, columns: int, most: int = 1 << 20) -> int:
    """How many inner or outer columns a product of this width may take at a time."""
    return max(64, min(most, ONE_THREAD // max(rows * columns, 1)))


def change_columns(left: FloatArray, right: FloatArray) -> FloatArray:
    """left @ right for a small ``left`` and a wide ``right``."""
    out = np.empty((len(left), right.shape[1]))
    length = piece_length(*left.shape)
    for first in range(0, right.shape[1], length):
        part = slice(first, first + length)
        np.matmul(left, right[:, part], out=out[:, part])
    return out


def gram_of(values: FloatArray) -> FloatArray:
    """values @ values' for a few wide rows."""
    size = len(values)
    out = np.zeros((size, size))
    length = piece_length(size, size)
    for first in range(0, values.shape[1], length):
        part = values[:, first : first + length]
        out += part @ part.T
    return out
