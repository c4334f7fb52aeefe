"""Each outcome under three rules for the patients without a score, with its bounds.

Observed: of those scored in the window. Drop-out as non-response: of everyone who could reach it, no score counted as
not reached. Last score: of those with any later score up to the end of the window, the last one standing in. The
bounds say what the share of everyone would be had none, or every one, of those without a score reached it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.stats.proportion import proportion_confint

from analysis.vocabulary import ROUTES

from ..attrition import Followed
from .definitions import Cutoffs, outcomes

ALL = "all"
OBSERVED = "observed"
NON_RESPONSE = "drop-out as non-response"
LAST_SCORE = "last score"
RULES = (OBSERVED, NON_RESPONSE, LAST_SCORE)
NUMBERS = {  # of each rule: who reached it, of whom
    OBSERVED: ("n_reached", "n_scored"),
    NON_RESPONSE: ("n_reached", "n_able"),
    LAST_SCORE: ("n_last_reached", "n_later"),
}
COUNTS = ("n_able", "n_scored", "n_reached", "n_later", "n_last_reached")
COLUMNS = ("window", "outcome", "route", *COUNTS)
SHARES = ("share", "ci_low", "ci_high")
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Groups:
    """Everyone, then each route of the first session: names, and the number of its route for each patient."""

    names: tuple[str, ...]
    number: Ints

    def counts(self, chosen: NDArray[np.bool_]) -> Ints:
        """How many of the chosen are in each group, everyone first."""
        by_route = np.bincount(self.number[chosen], minlength=len(self.names) - 1)
        return np.concatenate([[int(by_route.sum())], by_route]).astype(np.int64)


def route_groups(followed: Followed) -> Groups:
    route = followed.people["route"].astype("str").to_numpy()
    names = [code for code in ROUTES if (route == code).any()]
    place = {name: number for number, name in enumerate(names)}
    return Groups((ALL, *names), np.array([place[code] for code in route], dtype=np.int64))


def outcome_counts(followed: Followed, of: Cutoffs, windows: Sequence[str]) -> pd.DataFrame:
    """One row per window, outcome and route ("all" first): n_able (could reach it), n_scored (of them, in the window),
    n_reached, n_later (of the able, with any later score up to its end) and n_last_reached (by the last of those)."""
    groups = route_groups(followed)
    parts = []
    for window in windows:
        score, carried = followed.score[window], followed.carried[window]
        pairs = zip(outcomes(followed.baseline, score, of), outcomes(followed.baseline, carried, of), strict=True)
        for now, last in pairs:
            seen, later = now.able & ~np.isnan(score), now.able & ~np.isnan(carried)
            chosen = (now.able, seen, seen & now.reached, later, later & last.reached)
            counts = {name: groups.counts(mask) for name, mask in zip(COUNTS, chosen, strict=True)}
            parts.append(pd.DataFrame({"window": window, "outcome": now.name, "route": groups.names, **counts}))
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS)).astype(dict.fromkeys(COUNTS, "int64"))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def wilson(numerator: Floats, denominator: Floats) -> tuple[Floats, Floats, Floats]:
    """Shares and their 95 % Wilson intervals (Wilson 1927), 0 to 1; missing where the denominator is 0."""
    share, low, high = (np.full(len(numerator), np.nan) for _ in range(3))
    some = denominator > 0
    share[some] = numerator[some] / denominator[some]
    low[some], high[some] = np.clip(proportion_confint(numerator[some], denominator[some], method="wilson"), 0, 1)
    low, high = np.fmin(low, share), np.fmax(high, share)  # at 0 and 1 rounding puts an end beyond the share
    return share, low, high


def with_shares(counts: pd.DataFrame) -> pd.DataFrame:
    """The counts with, for each rule, share, ci_low and ci_high ("observed share"), and the bounds "lowest" and
    "highest" (0 to 1)."""
    frame = counts.copy()
    for rule, (part, whole) in NUMBERS.items():
        found = wilson(frame[part].to_numpy(dtype=float), frame[whole].to_numpy(dtype=float))
        for name, values in zip(SHARES, found, strict=True):
            frame[f"{rule} {name}"] = values
    able = frame["n_able"].to_numpy(dtype=float)
    missing = able - frame["n_scored"].to_numpy(dtype=float)
    reached = frame["n_reached"].to_numpy(dtype=float)
    frame["lowest"], frame["highest"] = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    some = able > 0
    frame.loc[some, "lowest"] = reached[some] / able[some]
    frame.loc[some, "highest"] = (reached + missing)[some] / able[some]
    return frame
