"""Results made by hand, shaped like those of a fit, so that figures are tested without one, and their releases."""

from __future__ import annotations

import numpy as np
import pandas as pd
from analysis.outcomes.safety_line import EVENTS

from analysis.disclosure import Audience, ReleasedChange, ReleasedOverview, release_change, release_overview, viewer
from analysis.outcomes import Denominators, ModelSpec, ObservedChange, Overview, SafetyLine, SymptomChange
from analysis.outcomes.balance import COLUMNS as BALANCE
from analysis.outcomes.overview import BENCHMARK_COLUMNS
from analysis.outcomes.rates import RATES
from analysis.outcomes.result import DECISION, DIFFERENCES, OBSERVED, TRAJECTORY
from analysis.outcomes.who import EVALUABLE, STARTERS, WITH_BASELINE, able, reached, seen
from analysis.vocabulary import RemissionRule

FOUR_ROUTES = ("IV", "IN", "IM", "SL")


def released_change(change: SymptomChange, audience: Audience | None = None) -> ReleasedChange:
    """A result as somebody may have it; a viewer when nobody is named."""
    return release_change(change, audience or viewer())


def released_overview(overview: Overview, audience: Audience | None = None) -> ReleasedOverview:
    return release_overview(overview, 2_000, audience or viewer())


def made_change(routes: tuple[str, ...] = FOUR_ROUTES, last: int = 12, **changed: object) -> SymptomChange:
    """A converged result: each route shallower and with fewer patients than the one before it.

    The first route starts with 200 patients and each further one with 40 fewer; a tenth leave at each step.
    """
    points, means, decision = [], [], []
    for place, route in enumerate(routes):
        depth, started = -8 + 0.7 * place, max(200 - 40 * place, 24)
        for x in range(1, last + 1):
            estimate, half, n = depth * (1 - np.exp(-x / 2.2)), 1 + 0.1 * x, int(started * 0.9 ** (x - 1) / (1 + place))
            points.append((route, float(x), estimate, half / 2, 100.0, estimate - half, estimate + half, n, n))
            means.append((route, float(x), estimate + 0.3, n // 2))
            if x == 6 and n >= 11:
                decision.append((route, estimate, half / 2, 100.0, estimate - half, estimate + half, n, n))
    at_decision = pd.DataFrame(decision, columns=list(DECISION))
    curve = pd.DataFrame(points, columns=list(TRAJECTORY))
    n_first = int(curve.loc[curve["x"] == 1, "n_patients"].sum())
    balance = made_balance(routes)
    n_baseline, n_starters = int(balance["n_baseline"].sum()), int(balance["n_patients"].sum())
    values: dict[str, object] = {
        "spec": ModelSpec(),
        "status": "converged",
        "status_sentence": "The model converged.",
        "of": Denominators(2_000, n_starters, n_baseline, min(n_first + 40, n_baseline)),
        "decision_x": 6.0,
        "n_model": n_first,
        "n_rows": 3400,
        "covariates": ("age", "sex"),
        "trajectory": curve,
        "observed": pd.DataFrame(means, columns=list(OBSERVED)),
        "decision": at_decision,
        "differences": made_differences(at_decision),
        "balance": balance,
    }
    return SymptomChange(**(values | changed))  # type: ignore[arg-type]


def made_differences(decision: pd.DataFrame, p_adjusted: float = 0.2) -> pd.DataFrame:
    """Every pair of routes at the decision point: three points wide to either side, or clear of zero when p is."""
    pairs = []
    for later in range(len(decision)):
        for earlier in range(later):
            first, second = decision.iloc[earlier], decision.iloc[later]
            gap = first["estimate"] - second["estimate"]
            name = f"{first['route']} - {second['route']}"
            half = 3.0 if p_adjusted >= 0.05 else abs(gap) / 2
            row = (first["route"], second["route"], gap, 1.5, 90.0, gap - half, gap + half, gap / 1.5, 0.05, p_adjusted)
            pairs.append((name, *row))
    return pd.DataFrame(pairs, columns=list(DIFFERENCES))


def made_balance(routes: tuple[str, ...]) -> pd.DataFrame:
    """300 starters on the first route and 40 fewer on each further one, of whom a tenth and 11 more lack a baseline."""
    rows = []
    for place, route in enumerate(routes):
        n = max(300 - 40 * place, 60)
        known, esketamine = int(0.9 * n) - 11, n if route == "IN" else 0
        shares = (n, n // 2, n, esketamine, n, n // 3)
        rows.append((route, n, known, 17.0, 5.0, 42.0, 0.5, float(route == "IN"), 1 / 3, 6.0, n, *shares))
    return pd.DataFrame(rows, columns=list(BALANCE))


def made_overview(n: int = 400, reached_it: int = 120, **changed: object) -> Overview:
    """An overview of n starters, half of them scored, `reached_it` of those responders, half as many in remission."""
    able_n, scored = int(0.9 * n), n // 2
    steps = [
        (STARTERS, "Started treatment", n),
        (WITH_BASELINE, "Has a baseline score", able_n),
        (EVALUABLE, "Has a later score (evaluable)", scored),
    ]
    rules = ("of patients scored around day 28", "of all starters with a baseline, no score counted as no")
    rates = [
        (outcome, route, rule, k, of, k / of, max(0.0, k / of - 0.05), k / of + 0.05, reached(outcome), who(outcome))
        for outcome, k in (("Response", reached_it), ("Remission", reached_it // 2))
        for route in ("all", "IV")
        for rule, of, who in zip(rules, (scored, able_n), (seen, able), strict=True)
        if of
    ]
    published = [
        ("Study A", "IV", "PHQ-9", "6 weeks", "200 patients", 0.5, 0.2, "below 5", np.nan, "J Made 2020"),
        ("Study B", "control", "PHQ-9", "week 8", "100 patients", 0.33, np.nan, "", np.nan, "J Made 2021"),
    ]
    columns = ["who", "step", "n_patients", "share"]
    values: dict[str, object] = {
        "instrument": "PHQ-9",
        "routes": pd.DataFrame([("IV", n, able_n)], columns=["route", "n_patients", "n_baseline"]),
        "attrition": pd.DataFrame([(*step, step[-1] / max(n, 1)) for step in steps], columns=columns),
        "rates": pd.DataFrame(rates, columns=list(RATES)),
        "benchmarks": pd.DataFrame(published, columns=list(BENCHMARK_COLUMNS)),
        "change": ObservedChange(scored, -5.0, -6.0, -4.0),
        "safety": SafetyLine(False, 0, n, pd.DataFrame(columns=list(EVENTS)), None),
        "remission": RemissionRule(4, "below 5", "Study A"),
    }
    return Overview(**(values | changed))  # type: ignore[arg-type]
