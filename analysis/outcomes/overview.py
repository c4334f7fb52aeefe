"""The overview: who came, how many were lost, how far scores moved, with denominators everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.study import Study
from analysis.vocabulary import BENCHMARKS, CONTROL_ARMS, RemissionRule, instrument

from .attrition import Followed, attrition, follow
from .rates import rates
from .safety_line import SafetyLine, safety_line

BENCHMARK_COLUMNS = (
    "study", "route", "instrument", "time_point", "denominator", "response", "remission", "remission_rule", "change",
    "citation",
)  # fmt: skip


@dataclass(frozen=True)
class ObservedChange:
    """Mean change from baseline to around day 28, not adjusted, with its 95 % interval (points), in n_patients.

    Missing when fewer than two have both scores."""

    n_patients: int
    mean: float = np.nan
    ci_low: float = np.nan
    ci_high: float = np.nan


@dataclass(frozen=True, eq=False)
class Overview:
    """The overview of one cohort on one instrument. See `attrition`, `rates` and `SafetyLine` for the frames' rows.

    routes: starters (n_patients) and those with a baseline (n_baseline) by route of the first session.
    benchmarks: one row per published arm on the same instrument and the cohort's routes, then control arms; never
    averaged. remission: the rule that the rates use. Nothing here is released yet.
    """

    instrument: str
    routes: pd.DataFrame
    attrition: pd.DataFrame
    rates: pd.DataFrame
    benchmarks: pd.DataFrame
    change: ObservedChange
    safety: SafetyLine
    remission: RemissionRule | None


def _change(followed: Followed) -> ObservedChange:
    change = followed.score["day 28"] - followed.baseline
    change = change[~np.isnan(change)]
    n = len(change)
    if n < 2:
        return ObservedChange(n)
    half = stats.t.ppf(0.975, n - 1) * change.std(ddof=1) / np.sqrt(n)
    mean = float(change.mean())
    return ObservedChange(n, mean, float(mean - half), float(mean + half))


def _routes(followed: Followed) -> pd.DataFrame:
    route = followed.people["route"].astype("str").to_numpy()
    has_baseline = ~np.isnan(followed.baseline)
    rows = [
        (code, int((route == code).sum()), int((has_baseline & (route == code)).sum())) for code in sorted(set(route))
    ]
    return pd.DataFrame(rows, columns=["route", "n_patients", "n_baseline"])


def published(name: str, routes: set[str]) -> pd.DataFrame:
    """Published arms on the same instrument for the routes given, then its control arms."""
    arms = [row for row in BENCHMARKS if row.instrument == name and row.route in routes]
    arms += [row for row in CONTROL_ARMS if row.instrument == name]
    return pd.DataFrame(
        [{key: getattr(row, key) for key in BENCHMARK_COLUMNS} for row in arms], columns=list(BENCHMARK_COLUMNS)
    )


def overview(study: Study, name: str = "PHQ-9", remission: RemissionRule | None = None) -> Overview:
    """The overview of a (selected) study on one instrument.

    remission is one of the instrument's published rules; its first when None. Works on any size of
    cohort: an empty one gives zero counts and no rates.
    """
    item = instrument(name)
    rule = remission or item.remission_default
    followed = follow(study, name)
    routes = set(followed.people["route"].astype("str"))
    return Overview(
        name, _routes(followed), attrition(followed), rates(followed, item, rule),
        published(name, routes), _change(followed), safety_line(study), rule,
    )  # fmt: skip
