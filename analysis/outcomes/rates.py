"""Response and remission, always with the denominator they are a share of."""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from analysis.vocabulary import Instrument, RemissionRule

from .attrition import Followed
from .response.definitions import MEANINGFUL, REMISSION, RESPONSE, cutoffs, outcomes
from .who import able, reached, seen

RATES = (
    "outcome", "route", "rule", "numerator", "denominator", "share", "ci_low", "ci_high", "who_reached", "who_could",
)  # fmt: skip
OBSERVED = "of patients scored around day 28"
AS_NON_RESPONSE = "of all starters with a baseline, no score counted as no"
SHOWN = (RESPONSE, REMISSION, MEANINGFUL)


def _row(outcome: str, route: str, rule: str, numerator: int, denominator: int) -> tuple[object, ...]:
    if denominator == 0:
        return outcome, route, rule, 0, 0, np.nan, np.nan, np.nan
    low, high = proportion_confint(numerator, denominator, method="wilson")
    return outcome, route, rule, numerator, denominator, numerator / denominator, float(low), float(high)


def rates(
    followed: Followed, item: Instrument, remission: RemissionRule | None, window: str = "day 28"
) -> pd.DataFrame:
    """Share reaching each outcome in a window, under two denominators, for everyone and by route.

    One row per outcome, route ("all" first) and rule: numerator, denominator (patients, with the names of whom they
    count), share and its 95 % Wilson interval (0 to 1). Patients who could not reach an outcome from their baseline
    (already in remission, or with less to lose than the change asked for) are in neither.
    """
    score = followed.score[window]
    scored = ~np.isnan(score)
    route = followed.people["route"].astype("str").to_numpy()
    groups = [("all", np.ones(len(route), dtype=bool)), *((code, route == code) for code in sorted(set(route)))]
    rows = []
    for outcome in outcomes(followed.baseline, score, cutoffs(item, remission)):
        if outcome.name not in SHOWN:
            continue
        for code, group in groups:
            for rule, of, who in (
                (OBSERVED, outcome.able & scored, seen(outcome.name)),
                (AS_NON_RESPONSE, outcome.able, able(outcome.name)),
            ):
                n, k = int((of & group).sum()), int((outcome.reached & of & group).sum())
                rows.append((*_row(outcome.name, str(code), rule, k, n), reached(outcome.name), who))
    return pd.DataFrame(rows, columns=list(RATES))
