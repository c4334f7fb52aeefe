"""Small triangular systems through LAPACK itself: the wrappers start threads, which cost more than the work."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dtrtri, dtrtrs

FloatArray = npt.NDArray[np.float64]


def solve_upper(root: FloatArray, right: FloatArray, transposed: bool = False) -> FloatArray:
    """root^-1 right, or root'^-1 right, for upper triangular ``root``."""
    if not root.size:
        return np.zeros((0, *right.shape[1:]))
    solution, failed = dtrtrs(root, right, trans=int(transposed))
    if failed:
        raise np.linalg.LinAlgError("singular triangle")
    return np.asarray(solution.reshape(right.shape))


def invert_upper(root: FloatArray) -> FloatArray:
    """Inverse of an upper triangular matrix."""
    if not root.size:
        return root.copy()
    inverse, failed = dtrtri(root)
    if failed:
        raise np.linalg.LinAlgError("singular triangle")
    return np.asarray(np.triu(inverse))
