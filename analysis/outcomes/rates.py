"""Response and remission, always with the denominator they are a share of."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.stats.proportion import proportion_confint

from analysis.vocabulary import Instrument, RemissionRule

from .attrition import Followed

RATES = ("outcome", "route", "rule", "numerator", "denominator", "share", "ci_low", "ci_high")
OBSERVED = "of patients scored around day 28"
AS_NON_RESPONSE = "of all starters with a baseline, no score counted as no"
ROUNDING = 1e-9  # points: a fall of exactly the cut-off counts, however its product rounds
Mask = NDArray[np.bool_]


def _outcomes(
    baseline: NDArray[np.float64], score: NDArray[np.float64], item: Instrument, remission: RemissionRule | None
) -> Iterator[tuple[str, Mask]]:
    """Each outcome the instrument defines, and who reached it; a missing score reached nothing."""
    if item.response_fraction is not None:
        yield "Response", baseline - score >= item.response_fraction * baseline - ROUNDING
    if remission is not None:
        yield "Remission", score <= remission.at_most
    if item.meaningful_change is not None:
        yield "Meaningful change", baseline - score >= item.meaningful_change - ROUNDING


def _row(outcome: str, route: str, rule: str, numerator: int, denominator: int) -> tuple[object, ...]:
    if denominator == 0:
        return outcome, route, rule, 0, 0, np.nan, np.nan, np.nan
    low, high = proportion_confint(numerator, denominator, method="wilson")
    return outcome, route, rule, numerator, denominator, numerator / denominator, float(low), float(high)


def rates(
    followed: Followed, item: Instrument, remission: RemissionRule | None, window: str = "day 28"
) -> pd.DataFrame:
    """Share reaching each outcome in a window, under two denominators, for everyone and by route.

    One row per outcome, route ("all" first) and rule: numerator, denominator (patients), share and its
    95 % Wilson interval (0 to 1). Baselines of zero cannot fall and are left out of both.
    """
    score = followed.score[window]
    able = followed.baseline > 0
    seen = able & ~np.isnan(score)
    route = followed.people["route"].astype("str").to_numpy()
    groups = [("all", np.ones(len(route), dtype=bool)), *((code, route == code) for code in sorted(set(route)))]
    rows = []
    for outcome, reached in _outcomes(followed.baseline, score, item, remission):
        for code, group in groups:
            for rule, of in ((OBSERVED, seen), (AS_NON_RESPONSE, able)):
                rows.append(_row(outcome, str(code), rule, int((reached & of & group).sum()), int((of & group).sum())))
    return pd.DataFrame(rows, columns=list(RATES))
