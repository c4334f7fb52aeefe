"""The parts of the Symptom change page: each takes a finished result and shows it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.disclosure import ReleasedChange, Shown, count_text, of_patients
from analysis.figures import differences_chart, estimate_text, number_text, share_text, trajectory_chart
from analysis.outcomes import MIN_AT_DECISION
from analysis.vocabulary import route_label

from . import style
from .panel import figure
from .tables import cards, table

_MOST_CARDS = 5
_ROUTES_CAPTION = "Patients of the cohort by route of the first session: read this before the differences"
_ONE_ROUTE_CAPTION = "Patients of the cohort, all of whom started on one route"
_PAIR_NAMES = {
    "pair": "Routes compared",
    "estimate": "Difference, points",
    "p_adjusted": "p, adjusted (Holm)",
}


def number_cards(change: ReleasedChange) -> None:
    """The change of each route at the decision point, and first the patients it all stands on."""
    at = f"after {change.decision_x:g} {change.spec.time}"
    counts = change.counts
    shown = [
        (
            "In the model",
            of_patients(counts["model"]).capitalize(),
            f"of {counts['evaluable']} evaluable and {counts['starters']} starters; {change.n_rows:,} scores",
        )
    ]
    for row in change.decision.head(_MOST_CARDS - 1).itertuples():
        interval = estimate_text(row.estimate, row.ci_low, row.ci_high).split(" ", 1)[1].strip("()")
        still = (
            f"; {count_text(row.n_patients, row.n_state)} still assessed" if row.n_state in ("shown", "small") else ""
        )
        shown.append(
            (
                f"{change.names.get(row.route, row.route)}, {at}",
                number_text(row.estimate),
                f"95% interval {interval}{still}",
            )
        )
    cards(shown)


def main_figure(shown: Shown[ReleasedChange]) -> None:
    """The trajectories by route, in small panels or in one."""
    together = st.toggle("All in one panel", key="one_panel", bind="query-params", persist_state="session")
    theme = style.theme()
    figure(shown, lambda change: trajectory_chart(change, theme, together), key="trajectory")
    st.markdown(shown.screen.finding)
    _left_out(shown.screen)


def _left_out(change: ReleasedChange) -> None:
    """Which routes the model is silent about, and why."""
    names = {code: route_label(code) for code in change.left_out["route"]} | change.names
    for reason, routes in change.left_out.groupby("reason"):
        counted = [
            f"{names[row.route]} {row.n_patients}" if row.n_patients else names[row.route]
            for row in routes.itertuples()
        ]
        st.caption(f"Not in the model, {reason}: {', '.join(counted)}.")


def balance(change: ReleasedChange) -> None:
    """How the routes' patients differ, before anyone compares their change."""
    one = change.n_routes == 1
    st.header("Who is on this route" if one else "Who gets which route")
    shown = change.balance[list(_balance_columns(change.spec.instrument))]
    shown = shown.assign(route=[change.names.get(route, route) for route in shown["route"]])
    table(
        shown,
        _ONE_ROUTE_CAPTION if one else _ROUTES_CAPTION,
        _balance_columns(change.spec.instrument),
        {
            "baseline_mean": number_text,
            "baseline_sd": number_text,
            "age_mean": number_text,
            "sessions_median": _median_text,
            "share_female": share_text,
            "share_esketamine": share_text,
            "share_self_pay": share_text,
        },
        right=("n_patients", "n_baseline"),
    )


def _balance_columns(instrument: str) -> dict[str, str]:
    """What the balance table shows, by its name for a reader."""
    return {
        "route": "Route",
        "n_patients": "Starters",
        "n_baseline": "n with baseline",
        "baseline_mean": f"{instrument} baseline, mean",
        "baseline_sd": "SD",
        "age_mean": "Age, mean years",
        "share_female": "Female",
        "share_esketamine": "Esketamine",
        "share_self_pay": "Self-pay",
        "sessions_median": "Sessions, median",
    }


def _median_text(value: float) -> str:
    return number_text(value, 0 if float(value).is_integer() else 1)


def differences(shown: Shown[ReleasedChange]) -> None:
    """Pairs of routes at the decision point, as a figure beside its table."""
    st.header("Differences between routes")
    change = shown.screen
    pairs = change.differences
    if pairs.empty:
        few = max(MIN_AT_DECISION, change.audience.min_cell)
        st.info(
            "This cohort has one route, so there is nothing to compare."
            if change.n_routes == 1
            else f"Fewer than two routes have {few} patients still assessed at the end of induction, so none are "
            "compared.",
            icon=":material/compare_arrows:",
        )
        return
    with st.container(key="halves"):
        left, right = st.columns([1.15, 1], gap="large")
    with left:
        theme = style.theme()
        figure(shown, lambda one: differences_chart(one, theme), key="differences")
    with right:
        names = change.names
        pair = [
            f"{names.get(a, a)} minus {names.get(b, b).lower()}"
            for a, b in zip(pairs["first"], pairs["second"], strict=True)
        ]
        values = [estimate_text(row.estimate, row.ci_low, row.ci_high) for row in pairs.itertuples()]
        numbers = pd.DataFrame({"pair": pair, "estimate": values}).join(pairs[["p_value", "p_adjusted"]])
        caption = (
            f"Differences after {change.decision_x:g} {change.spec.time}, with 95% intervals for all pairs together"
        )
        table(numbers, caption, _PAIR_NAMES, right=("estimate",))


def who_is_there(change: ReleasedChange) -> None:
    """What can still be said when there is no model: what can be changed, and whom the cohort holds."""
    if not change.is_about_size:
        st.markdown(
            "Above you can choose another instrument, time axis or shape; under *Model settings*, fewer adjustments "
            "or no slope per patient."
        )
    cards(
        [
            ("Starters", change.counts["starters"].capitalize(), "patients of this cohort with a session"),
            (
                "Evaluable",
                change.counts["evaluable"].capitalize(),
                f"with a {change.spec.instrument} baseline and a later score",
            ),
        ]
    )
    _left_out(change)
