"""Small triangles inverted through LAPACK itself: solving with them starts threads that cost more than the work."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dtrtri

FloatArray = npt.NDArray[np.float64]


def invert_upper(root: FloatArray) -> FloatArray:
    """Inverse of an upper triangular matrix with zeros below its diagonal."""
    if not root.size:
        return np.zeros(root.shape)
    inverse, failed = dtrtri(root)
    if failed:
        raise np.linalg.LinAlgError("singular triangle")
    return np.ascontiguousarray(inverse)


def solve_upper(root: FloatArray, right: FloatArray, transposed: bool = False) -> FloatArray:
    """root^-1 right, or root'^-1 right, for upper triangular ``root``."""
    inverse = invert_upper(root)
    return np.asarray((inverse.T if transposed else inverse) @ right)
