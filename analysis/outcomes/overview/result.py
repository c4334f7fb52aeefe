"""The overview: who came, how many were lost, how far scores moved, with denominators everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.study import Study
from analysis.vocabulary import BENCHMARKS, CONTROL_ARMS, RemissionRule, instrument

from ..attrition import Followed, attrition, follow
from ..care.therapy import visit_recording
from ..induction import END_OF_INDUCTION
from ..response.definitions import REMISSION, RESPONSE, cutoffs
from ..response.three_rules import outcome_counts, with_shares
from ..safety.event_rows import recording
from .lines import CareLine, SafetyLine, care_line, first_response, safety_line
from .years import YearChange, compared_years, year_change

BENCHMARK_COLUMNS = (
    "study", "route", "instrument", "time_point", "denominator", "response", "remission", "remission_rule", "change",
    "citation",
)  # fmt: skip
SHOWN = (RESPONSE, REMISSION)


@dataclass(frozen=True)
class ObservedChange:
    """Mean change from baseline to the end of induction, not adjusted, with its 95 % t interval (points), in
    n_patients; missing when fewer than two have both scores."""

    n_patients: int
    mean: float = np.nan
    ci_low: float = np.nan
    ci_high: float = np.nan


@dataclass(frozen=True, eq=False)
class Overview:
    """The overview of one cohort on one instrument. Nothing here is released yet.

    routes: starters (n_patients) and those with a baseline (n_baseline) by route of the first session.
    attrition: see there. rates: response and remission at the end of induction under three rules, one row per outcome
    and route ("all" first), see `outcome_counts` and `with_shares`. first: see `first_response`.
    benchmarks: one row per published arm on the same instrument and the cohort's routes, then control arms; never
    averaged. years: the last index year of the study against the one before, None where there are not two. remission:
    the rule that the rates use.
    """

    instrument: str
    routes: pd.DataFrame
    attrition: pd.DataFrame
    rates: pd.DataFrame
    benchmarks: pd.DataFrame
    change: ObservedChange
    first: pd.DataFrame
    safety: SafetyLine
    care: CareLine
    years: YearChange | None
    remission: RemissionRule | None


def _change(followed: Followed) -> ObservedChange:
    change = followed.score[END_OF_INDUCTION] - followed.baseline
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


def overview(
    study: Study, name: str = "PHQ-9", remission: RemissionRule | None = None, whole: Study | None = None
) -> Overview:
    """The overview of a (selected) study on one instrument.

    remission is one of the instrument's published rules; its first when None. whole is the study that was selected
    from: which of its clinics record events and visits decides who can be counted (this study when None). Works on any
    size of cohort: an empty one gives zero counts and no rates.
    """
    item, whole = instrument(name), whole or study
    rule = remission or item.remission_default
    of = cutoffs(item, rule)
    followed = follow(study, name)
    counts = outcome_counts(followed, of, [END_OF_INDUCTION])
    rates = with_shares(counts[counts["outcome"].isin(SHOWN)].reset_index(drop=True))
    return Overview(
        name, _routes(followed), attrition(followed), rates,
        published(name, set(followed.people["route"].astype("str"))), _change(followed),
        first_response(study, name, of), safety_line(study, recording(whole)),
        care_line(study, visit_recording(whole)), year_change(followed, of, compared_years(whole)), rule,
    )  # fmt: skip
