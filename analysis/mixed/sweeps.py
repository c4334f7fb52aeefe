"""One sweep over the patients, whichever way a model's sums are kept: of one level, or of patients in clinics."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .crossproducts import CrossProducts
from .curvature import own_centre
from .deviance import Evaluation, evaluate
from .nested.deviance import evaluate_nested
from .nested.sums import NestedProducts

FloatArray = npt.NDArray[np.float64]

Data = CrossProducts | NestedProducts


def sweep(
    data: Data, covariance: FloatArray, reml: bool, near: Evaluation | None = None, keep_score: bool = False
) -> Evaluation | None:
    """The deviance of one level or two at ``covariance``, with second derivatives as at ``near``."""
    centre = own_centre(near) if near is not None else None
    if isinstance(data, NestedProducts):
        return evaluate_nested(data, covariance, reml, centre, keep_score)
    return evaluate(data, covariance, reml, centre, keep_score)
