"""Results made by hand, shaped like those of a fit, so that figures are tested without one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.outcomes import Counted, ModelSpec, Overview, SymptomChange
from analysis.outcomes.overview import BENCHMARK_COLUMNS
from analysis.outcomes.rates import RATES
from analysis.outcomes.result import DECISION, DIFFERENCES, OBSERVED, TRAJECTORY

FOUR_ROUTES = ("IV", "IN", "IM", "SL")
BALANCE = ["route", "n_patients", "baseline_mean", "baseline_sd", "age_mean", "share_female", "share_esketamine"]


def made_change(routes: tuple[str, ...] = FOUR_ROUTES, last: int = 12, **changed: object) -> SymptomChange:
    """A converged result: each route shallower and with fewer patients than the one before it.

    The first route starts with 200 patients and each further one with 40 fewer; a tenth leave at each step.
    """
    points, means, decision = [], [], []
    for place, route in enumerate(routes):
        depth, started = -8 + 0.7 * place, 200 - 40 * place
        for x in range(1, last + 1):
            estimate, half, n = depth * (1 - np.exp(-x / 2.2)), 1 + 0.1 * x, int(started * 0.9 ** (x - 1) / (1 + place))
            points.append((route, float(x), estimate, half / 2, 100.0, estimate - half, estimate + half, n))
            means.append((route, float(x), estimate + 0.3, n // 2))
            if x == 6 and n >= 11:
                decision.append((route, estimate, half / 2, 100.0, estimate - half, estimate + half, n))
    at_decision = pd.DataFrame(decision, columns=list(DECISION))
    values: dict[str, object] = {
        "spec": ModelSpec(),
        "status": "converged",
        "status_sentence": "The model converged.",
        "notes": (),
        "n_starters": 640,
        "n_evaluable": 591,
        "decision_x": 6.0,
        "n_model": 580,
        "n_rows": 3400,
        "covariates": ("age", "sex"),
        "trajectory": pd.DataFrame(points, columns=list(TRAJECTORY)),
        "observed": pd.DataFrame(means, columns=list(OBSERVED)),
        "decision": at_decision,
        "differences": made_differences(at_decision),
        "balance": made_balance(routes),
        "title": "PHQ-9 was 5.4 to 7.4 points lower after six completed sessions, on every route shown",
        "subtitle": "Mixed model adjusted for baseline, age and sex. 591 evaluable of 640 starters.",
        "finding": "PHQ-9 was lower after six sessions.",
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
    rows = [(route, 200 - 40 * place, 17.0, 5.0, 42.0, 0.6, float(route == "IN")) for place, route in enumerate(routes)]
    return pd.DataFrame(rows, columns=BALANCE)


def made_overview(n: int = 400, reached: int = 120, **changed: object) -> Overview:
    """An overview of n starters, half of them scored, `reached` of those responders and half as many in remission."""
    steps = [("Started treatment", n), ("Has a baseline score", int(0.9 * n)), ("Scored around day 28", n // 2)]
    rules = ("of patients scored around day 28", "of all starters with a baseline, no score counted as no")
    rates = [
        (outcome, route, rule, count, of, count / of, max(0.0, count / of - 0.05), count / of + 0.05)
        for outcome, count in (("Response", reached), ("Remission", reached // 2))
        for route in ("all", "IV")
        for rule, of in zip(rules, (n // 2, int(0.9 * n)), strict=True)
        if of
    ]
    published = [
        ("Study A", "IV", "PHQ-9", "6 weeks", "200 patients", 0.5, 0.2, "below 5", np.nan, "J Made 2020"),
        ("Study B", "control", "PHQ-9", "week 8", "100 patients", 0.33, np.nan, "", np.nan, "J Made 2021"),
    ]
    values: dict[str, object] = {
        "instrument": "PHQ-9",
        "n_starters": n,
        "n_evaluable": n // 2,
        "cards": (),
        "attrition": pd.DataFrame([(s, c, c / max(n, 1)) for s, c in steps], columns=["step", "n_patients", "share"]),
        "rates": pd.DataFrame(rates, columns=list(RATES)),
        "benchmarks": pd.DataFrame(published, columns=list(BENCHMARK_COLUMNS)),
        "change": Counted("Observed mean change."),
        "safety": (Counted("Safety."),),
        "remission_rule": "below 5 (Study A)",
    }
    return Overview(**(values | changed))  # type: ignore[arg-type]
