"""Anxiety, PTSD and pain beside depression: each instrument with its own change and rule, never pooled."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.outcomes.attrition import Followed, follow
from analysis.outcomes.rates import rates
from analysis.study import Study
from analysis.vocabulary import INSTRUMENTS, WINDOWS, Instrument

BEYOND_DEPRESSION = ("anxiety", "PTSD", "pain")
CHANGE = ("instrument", "window", "day", "n_patients", "n_baseline", "mean", "ci_low", "ci_high")
RULES = (
    "instrument", "measures", "outcome", "meaning", "rule", "who_reached", "who_could", "numerator", "denominator",
    "share", "ci_low", "ci_high",
)  # fmt: skip


def conditions_present(study: Study) -> tuple[str, ...]:
    """Instruments beyond depression with at least one score, in the vocabulary's order."""
    scored = set(study.instruments_present())
    return tuple(name for name, item in INSTRUMENTS.items() if name in scored and item.measures in BEYOND_DEPRESSION)


def meaning(item: Instrument, outcome: str) -> str:
    """What an outcome asks of a score, in words."""
    if outcome == "Response":
        return f"a fall of {item.response_fraction or 0:.0%} or more"
    if outcome == "Remission":
        rule = item.remission_default
        return f"a score {rule.label}" if rule else ""
    return f"a fall of {item.meaningful_change:g} points or more"


def condition_tables(study: Study, names: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Observed change per instrument and window; and the outcomes that each instrument defines, around day 28, under
    both denominators. Two frames, one row per instrument and window, and per instrument, outcome and rule."""
    changes, outcomes = [], []
    for name in names:
        followed, item = follow(study, name), INSTRUMENTS[name]
        changes += _changes(name, followed)
        found = rates(followed, item, item.remission_default)
        for row in found[found["route"] == "all"].to_dict("records"):
            words = meaning(item, row["outcome"])
            own = (f"{name}: {row['who_reached']}", f"{name}: {row['who_could']}")
            numbers = (row["numerator"], row["denominator"], row["share"], row["ci_low"], row["ci_high"])
            outcomes.append((name, item.measures, row["outcome"], words, row["rule"], *own, *numbers))
    return pd.DataFrame(changes, columns=list(CHANGE)), pd.DataFrame(outcomes, columns=list(RULES))


def _changes(name: str, followed: Followed) -> list[tuple[object, ...]]:
    n_baseline = int((~np.isnan(followed.baseline)).sum())
    rows: list[tuple[object, ...]] = []
    for window in WINDOWS:
        change = followed.score[window.name] - followed.baseline
        change = change[~np.isnan(change)]
        n = len(change)
        mean = float(change.mean()) if n else np.nan
        half = float(stats.t.ppf(0.975, n - 1) * change.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
        rows.append((name, window.name, window.target_day, n, n_baseline, mean, mean - half, mean + half))
    return rows
