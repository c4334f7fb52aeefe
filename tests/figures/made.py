"""Results made by hand, shaped like those of a fit, so that figures are tested without one, and their releases."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.disclosure import Audience, ReleasedChange, ReleasedOverview, release_change, release_overview, viewer
from analysis.outcomes import CareLine, Denominators, ModelSpec, ObservedChange, Overview, SafetyLine, SymptomChange
from analysis.outcomes.balance import COLUMNS as BALANCE
from analysis.outcomes.care.cost import COVERED, PER_SESSION
from analysis.outcomes.induction import END_OF_INDUCTION
from analysis.outcomes.overview import BENCHMARK_COLUMNS
from analysis.outcomes.overview.lines import EVENTS, FIRST
from analysis.outcomes.response import with_shares
from analysis.outcomes.response.three_rules import COLUMNS as RATE_COLUMNS
from analysis.outcomes.result import DECISION, DIFFERENCES, OBSERVED, TRAJECTORY
from analysis.outcomes.who import EVALUABLE, FROM_DAY_90, FROM_END, STARTERS, WITH_BASELINE
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


def made_rates(n_able: int, n_scored: int, reached_it: int) -> pd.DataFrame:
    """Response of so many and remission of half as many, of everyone and on the one route; a tenth more of those scored
    have a last score, and reach it."""
    rows = [
        (END_OF_INDUCTION, outcome, route, n_able, n_scored, k, int(1.1 * n_scored), int(1.1 * k))
        for outcome, k in (("Response", reached_it), ("Remission", reached_it // 2))
        for route in ("all", "IV")
        if n_able
    ]
    return with_shares(pd.DataFrame(rows, columns=list(RATE_COLUMNS)))


def made_safety(*kinds: tuple[str, int, int, int, int, int], serious: int = 0, n_sessions: int = 900) -> SafetyLine:
    """Adverse events: kind, clinics of six, sessions, patients, events, patients with any; so many of them serious."""
    rows, marks = [], []
    for kind, n_clinics, sessions, patients, n_events, n_with in kinds:
        of = max(sessions, 1)
        rate, share = np.array([n_events, 0.8 * n_events, 1.2 * n_events]) / of * 100, n_with / max(patients, 1)
        ends = (rate[1], rate[2], np.nan, np.nan) if n_events < 20 else (rate[1] + 1, rate[2] - 1, rate[1], rate[2])
        none = (300 / of, 3 / max(patients, 1)) if not n_events else (np.nan, np.nan)
        row = (n_clinics, sessions, patients, n_events, n_with, rate[0], *ends, n_events / max(patients, 1), share)
        rows.append((kind, "all", *row, max(share - 0.05, 0), min(share + 0.05, 1), *none))
        for name, n in (("serious", serious), ("not serious", n_events - serious), ("not recorded", 0)):
            of = {"n_clinics": n_clinics, "n_sessions": sessions, "n_patients": patients}
            marks.append({"kind": kind, "seriousness": name, **of, "n_events": n, "n_with_event": min(n, n_with)})
    marked = pd.DataFrame(marks, columns=["kind", "seriousness", *EVENTS[2:]])
    return SafetyLine(True, n_sessions, 6, pd.DataFrame(rows, columns=list(EVENTS)), marked)


def no_safety() -> SafetyLine:
    """A study without a table of events."""
    return SafetyLine(
        False, 0, 6, pd.DataFrame(columns=list(EVENTS)), pd.DataFrame(columns=["kind", "seriousness", *EVENTS[2:]])
    )


def no_care() -> CareLine:
    """A study that records neither visits nor charges nor coverage."""
    measured = pd.DataFrame(columns=list(PER_SESSION))
    return CareLine(False, pd.DataFrame(columns=list(COVERED)), measured, pd.DataFrame(columns=list(COVERED)))


def made_overview(n: int = 400, reached_it: int = 120, **changed: object) -> Overview:
    """An overview of n starters, half of them scored, `reached_it` of those responders, half as many in remission."""
    reached_it = min(reached_it, n // 2)
    able_n, scored = int(0.9 * n), n // 2
    steps = [
        (STARTERS, "Started treatment", n),
        (WITH_BASELINE, "Has a baseline score", able_n),
        (EVALUABLE, "Has a later score (evaluable)", int(1.3 * scored)),
        (FROM_END, "Assessed at the end of induction or later", int(1.2 * scored)),
        (FROM_DAY_90, "Assessed at three months or later", int(0.8 * scored)),
    ]
    published = [
        ("Study A", "IV", "PHQ-9", "6 weeks", "200 patients", 0.5, 0.2, "below 5", np.nan, "J Made 2020"),
        ("Study B", "control", "PHQ-9", "week 8", "100 patients", 0.33, np.nan, "", np.nan, "J Made 2021"),
    ]
    of = max(n, 1)
    attrition = [(*step, step[-1] / of, max(0, step[-1] / of - 0.05), min(1, step[-1] / of + 0.05)) for step in steps]
    first = [
        (axis, "all", int(1.2 * scored), int(1.2 * reached_it), median, median - 1, median + 2)
        for axis, median in (("days", 21.0), ("sessions", 4.0))
    ]
    columns = ["who", "step", "n_patients", "share", "ci_low", "ci_high"]
    values: dict[str, object] = {
        "instrument": "PHQ-9",
        "routes": pd.DataFrame([("IV", n, able_n)], columns=["route", "n_patients", "n_baseline"]),
        "attrition": pd.DataFrame(attrition, columns=columns),
        "rates": made_rates(able_n, scored, reached_it),
        "benchmarks": pd.DataFrame(published, columns=list(BENCHMARK_COLUMNS)),
        "change": ObservedChange(scored, -5.0, -6.0, -4.0),
        "first": pd.DataFrame(first, columns=list(FIRST)),
        "safety": no_safety(),
        "care": no_care(),
        "years": None,
        "remission": RemissionRule(4, "below 5", "Study A"),
    }
    return Overview(**(values | changed))  # type: ignore[arg-type]
