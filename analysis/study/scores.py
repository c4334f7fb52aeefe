"""The scores of one instrument among all assessments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .study import Study


def scores_of(study: Study, instrument: str) -> NDArray[np.float64]:
    """One entry per row of `assessments`: its score on this instrument, NaN on another one or without a score."""
    table = study.assessments
    theirs = (table["instrument"] == instrument).to_numpy(dtype=bool)
    return np.where(theirs, table["score"].to_numpy(dtype=float, na_value=np.nan), np.nan)
