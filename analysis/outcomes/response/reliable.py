"""Reliable change after Jacobson and Truax (1991): change beyond what measuring twice would give.

The limit is 1.96 times the standard error of a difference, SD * sqrt(2 * (1 - r)), with the reliability r of the
instrument and the SD of scores before treatment. No reliability of any instrument was verified, so it is a setting
and there is no reliable change without it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z = 1.959963984540054  # two-sided 5 %, as Jacobson and Truax use
OF_COHORT = "the baseline scores of this cohort"
GIVEN = "the settings"


@dataclass(frozen=True)
class ReliableChange:
    """The limit in points, and what it was made of: the reliability, the SD in points and where the SD is from."""

    points: float
    reliability: float
    sd: float
    sd_from: str

    @property
    def sentence(self) -> str:
        return (
            f"Reliable change: more than {self.points:.1f} points (Jacobson and Truax 1991), from a reliability of "
            f"{self.reliability:g} and a standard deviation of {self.sd:.1f} points, that of {self.sd_from}."
        )


def reliable_limit(reliability: float, sd: float) -> float:
    """The smallest change, in points, that is reliable. Raises ValueError for what cannot be a reliability or SD."""
    if not 0 < reliability < 1:
        raise ValueError(f"A reliability lies between 0 and 1, both excluded; {reliability:g} does not. Give another.")
    if not sd > 0:
        raise ValueError(f"A standard deviation is above 0; {sd:g} is not. Give another or leave it out.")
    return float(Z * sd * np.sqrt(2 * (1 - reliability)))


def reliable_change(
    baseline: NDArray[np.float64], reliability: float | None, sd: float | None = None
) -> ReliableChange | None:
    """Reliable change of one cohort; None without a reliability, or where the baselines do not differ."""
    if reliability is None:
        return None
    origin = GIVEN
    if sd is None:
        known = baseline[~np.isnan(baseline)]
        sd, origin = (float(known.std(ddof=1)) if len(known) > 1 else 0.0), OF_COHORT
        if sd == 0:
            return None
    return ReliableChange(reliable_limit(reliability, sd), reliability, sd, origin)
