"""What comes out of a bootstrap: one row of estimates per replicate, the refits that failed, and intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..fitted_model import LEVEL
from ..refusal import ModelRefused

FEWEST = 20  # refits below which no interval is given: its ends would be the extremes


@dataclass(frozen=True, eq=False)
class Replicates:
    """``table`` has one row per refit that succeeded (index replicate), one column per quantity, and ``status``.

    ``estimates`` are the same quantities of the fit itself. ``failures`` counts the refits that were refused, by
    reason: they are in no interval, and many of them make an interval doubtful. ``asked`` replicates were drawn.
    """

    table: pd.DataFrame
    estimates: pd.Series[float]
    failures: dict[str, int]
    asked: int

    @property
    def n_failed(self) -> int:
        return sum(self.failures.values())

    @property
    def note(self) -> str:
        """How many replicates there are, how many were singular, and why others failed."""
        singular = int((self.table["status"] == "singular").sum())
        said = f"{len(self.table)} of {self.asked} replicates were fitted, {singular} of them singular."
        return said + "".join(f" {count} failed: {reason}" for reason, count in self.failures.items())

    def intervals(self, level: float = LEVEL, kind: str = "percentile") -> pd.DataFrame:
        """One row per quantity: estimate, std_error (standard deviation over replicates), bias, ci_low, ci_high.

        ``kind`` "percentile" takes quantiles of the replicates, "basic" reflects them about the estimate (Davison and
        Hinkley 1997, section 5.2 and 5.3). A quantity that some replicates do not define (a correlation with a
        variance of zero) uses the others. Raises ModelRefused for another kind and with too few replicates.
        """
        if kind not in ("percentile", "basic"):
            raise ModelRefused(f"There is no '{kind}' bootstrap interval.", "Use 'percentile' or 'basic'.")
        if len(self.table) < FEWEST:
            raise ModelRefused(
                f"Only {len(self.table)} replicates could be fitted; an interval needs {FEWEST}.",
                "Ask for more replicates, or use a simpler model.",
            )
        values = self.table[list(self.estimates.index)].astype(np.float64)
        low, high = values.quantile(0.5 - level / 2.0), values.quantile(0.5 + level / 2.0)
        if kind == "basic":
            low, high = 2.0 * self.estimates - high, 2.0 * self.estimates - low
        spread = {"estimate": self.estimates, "std_error": values.std(), "bias": values.mean() - self.estimates}
        return pd.DataFrame({**spread, "ci_low": low, "ci_high": high}).rename_axis("quantity")
