"""The same differences before shrinking: the clinic as a fixed effect of the headline model, for comparison.

Each clinic against the mean of all clinics (every clinic counting once), adjusted for the same. What shrinking took
away is seen beside what it left; a small clinic is far out here by chance.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.mixed import MixedModelFit, ModelRefused, contrasts

from .prepared import CLINIC

UNSHRUNKEN = ("fixed", "fixed_low", "fixed_high")
Shares = Mapping[str, Mapping[str, float]]


def unshrunken(fit: MixedModelFit, shares: Shares) -> pd.DataFrame:
    """One row per group, under its label as index: fixed (points, against the mean of all clinics), fixed_low and
    fixed_high, a 95 % interval with the fit's degrees of freedom. shares: for each label, the part that each clinic has
    in it, summing to 1. Missing where the rows cannot tell a clinic from what else differs there."""
    present = [str(name) for name in fit.levels[CLINIC]]
    wanted = {
        label: {name: part.get(name, 0.0) - 1 / len(present) for name in present} for label, part in shares.items()
    }
    frame = pd.DataFrame(np.nan, index=list(shares), columns=list(UNSHRUNKEN))
    try:
        found = contrasts(fit, by=CLINIC, method=wanted, adjust="none").set_index("contrast")
    except ModelRefused:
        return frame  # no clinic can be told from what else differs there: every row stays missing
    named = found[["estimate", "ci_low", "ci_high"]].set_axis(list(UNSHRUNKEN), axis=1)
    frame.loc[named.index] = named
    return frame
