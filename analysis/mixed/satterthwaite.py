"""Degrees of freedom of any linear combination of fixed effects.

Giesbrecht and Burns (1985), Fai and Cornelius (1996): df = 2 (c'Φc)² / (g'A g), with g the gradient of c'Φc in
the variance parameters and A twice the inverse observed Hessian of the deviance. Taken in (L, log sigma), where
singular fits are regular, with a pseudo-inverse for directions in which the deviance is flat.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .certificate import Bend
from .deviance import Evaluation
from .inference import Satterthwaite

FloatArray = npt.NDArray[np.float64]


def satterthwaite(at: Evaluation, bend: Bend, transform: FloatArray) -> Satterthwaite:
    """Prepare the df at a certified optimum. ``transform`` maps working fixed effects to raw ones, outcome
    scale included."""
    p = len(at.beta)
    pulled = np.einsum("sab,abxy->sxy", bend.chart.directions(), at.k[:, :, :p, :p])
    by_entry = at.sigma2 * (at.xvx_inverse @ pulled @ at.xvx_inverse)
    slopes = np.concatenate([by_entry, 2.0 * at.sigma2 * at.xvx_inverse[None]])
    raw = transform @ np.tensordot(bend.root.T, slopes, axes=1) @ transform.T
    return Satterthwaite(at.sigma2 * transform @ at.xvx_inverse @ transform.T, raw)
