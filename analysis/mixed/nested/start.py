"""An earlier fit of two levels as the place to start from."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..chart import block_diagonal
from ..fit import MixedModelFit
from .fit import NestedMixedModelFit
from .nesting import OuterLevel

FloatArray = npt.NDArray[np.float64]


def with_outer_start(patients: FloatArray, fit: MixedModelFit, level: OuterLevel) -> FloatArray | None:
    """D of both levels on the working scale; None when the earlier fit has other clinics' random effects, or none."""
    if not isinstance(fit, NestedMixedModelFit) or fit.nested_random_names != level.design.names:
        return None
    back = np.linalg.inv(level.basis.transform)
    return block_diagonal([patients, back @ fit.nested_relative_covariance @ back.T])
