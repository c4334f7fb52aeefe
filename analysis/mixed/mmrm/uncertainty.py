"""Standard errors and degrees of freedom of an MMRM: Satterthwaite, and the linear form of Kenward and Roger.

Both rest on A, twice the inverse of the second derivative of -2 log likelihood in the covariance parameters. As in
mmrm that is the observed one, not its expectation as in pbkrtest. The Kenward-Roger adjustment here is
Φ + 2Φ[sum A_st (Q_st - P_sΦP_t)]Φ without the term in second derivatives of the covariance (mmrm:
"Kenward-Roger-Linear"): that term changes with the way a covariance is written down, this form does not.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..inference import Inference, KenwardRoger, Normal, Satterthwaite
from .search import Stop

FloatArray = npt.NDArray[np.float64]

LINEAR_FORM = (
    "Kenward-Roger standard errors are of the linear form (observed information, no second derivatives of the"
    " covariance), which R's mmrm calls Kenward-Roger-Linear."
)


def inference_at(found: Stop, df: str, to_raw: FloatArray) -> tuple[Inference, tuple[str, ...]]:
    """Inference of the kind asked for at a certified optimum, and a note where the kind needs one.

    ``to_raw`` maps working coefficients to raw ones, outcome scale included.
    """
    raw = to_raw @ found.at.half
    phi = raw @ raw.T
    if df == "normal":
        return Normal(phi), ()
    root = _root_of_twice_inverse(found.curvature)
    p = found.at.data.p
    turned = np.tensordot(root.T, found.pulls[:, :p, :p], axes=1)
    slopes = raw @ turned @ raw.T
    if df == "satterthwaite":
        return Satterthwaite(phi, slopes), ()
    adjustment = _second_order(found, root) - np.einsum("rxz,rzy->xy", turned, turned)
    return KenwardRoger(phi + 2.0 * raw @ adjustment @ raw.T, phi, slopes), (LINEAR_FORM,)


def _root_of_twice_inverse(curvature: FloatArray) -> FloatArray:
    """root with root root' = 2 curvature⁻¹; its columns are uncorrelated directions of unit variance."""
    size = 1.0 / np.sqrt(np.diag(curvature))
    values, vectors = np.linalg.eigh(curvature * np.outer(size, size))
    return np.asarray(size[:, None] * vectors * np.sqrt(2.0 / values))


def _second_order(found: Stop, root: FloatArray) -> FloatArray:
    """sum of A_st Q_st in the basis where Φ is the identity: p x p."""
    at = found.at
    inner = np.zeros_like(at.weights)
    for direction in np.tensordot(root.T, found.directions, axes=1):
        inner += direction @ at.weights @ direction
    u = at.pulled[:, :, : at.data.p]
    return np.asarray(np.tensordot(u, np.matmul(inner[at.data.pattern], u), axes=([0, 1], [0, 1])))
