"""The parts of the Symptom change page: each takes a finished result and shows it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from analysis.disclosure import cell_text
from analysis.figures import (
    comparable,
    differences_chart,
    estimate_text,
    number_text,
    released,
    share_text,
    trajectory_chart,
)
from analysis.outcomes import MIN_PER_ROUTE, SymptomChange, route_names
from analysis.vocabulary import route_label

from . import style
from .panel import figure
from .tables import cards, table

_MOST_CARDS = 5
_BALANCE_VALUES = [
    "baseline_mean", "baseline_sd", "age_mean", "share_female", "share_esketamine", "share_self_pay", "sessions_median",
]  # fmt: skip
_ROUTES_CAPTION = "Patients of the cohort by route of the first session: read this before the differences"
_ONE_ROUTE_CAPTION = "Patients of the cohort, all of whom started on one route"
_PAIR_NAMES = {
    "pair": "Routes compared",
    "estimate": "Difference, points",
    "p_adjusted": "p, adjusted (Holm)",
}


def number_cards(change: SymptomChange) -> None:
    """The change of each route at the decision point, and first the patients it all stands on."""
    at = f"after {change.decision_x:g} {change.spec.time}"
    names = route_names(change.balance)
    shown = [
        (
            "In the model",
            f"{change.n_model:,} patients",
            f"of {change.n_evaluable:,} evaluable and {change.n_starters:,} starters; {change.n_rows:,} scores",
        )
    ]
    largest = change.decision.sort_values("n_patients", ascending=False, kind="stable").head(_MOST_CARDS - 1)
    for row in change.decision.loc[sorted(largest.index)].itertuples():
        interval = estimate_text(row.estimate, row.ci_low, row.ci_high).split(" ", 1)[1].strip("()")
        shown.append(
            (
                f"{names.get(row.route, row.route)}, {at}",
                number_text(row.estimate),
                f"95% interval {interval}; {cell_text(row.n_patients)} still assessed",
            )
        )
    cards(shown)


def main_figure(change: SymptomChange) -> None:
    """The trajectories by route, in small panels or in one."""
    together = st.toggle("All in one panel", key="one_panel", bind="query-params", persist_state="session")
    figure(trajectory_chart(change, style.theme(), together), key="trajectory")
    st.markdown(change.finding)
    _left_out(change)


def _left_out(change: SymptomChange) -> None:
    """Which routes the model is silent about, and why."""
    names = {code: route_label(code) for code in change.left_out["route"]} | route_names(change.balance)
    for reason, routes in change.left_out.groupby("reason"):
        counted = [f"{names[row.route]} ({cell_text(row.n_patients)})" for row in routes.itertuples()]
        st.caption(f"Not in the model, {reason}: {', '.join(counted)}.")


def balance(change: SymptomChange) -> None:
    """How the routes' patients differ, before anyone compares their change."""
    one = len(change.balance) == 1
    st.header("Who is on this route" if one else "Who gets which route")
    names = route_names(change.balance)
    shown = released(change.balance, _BALANCE_VALUES)
    shown = released(shown, ["baseline_mean", "baseline_sd"], "n_baseline").drop(columns="n_clinics")
    shown["route"] = [names.get(route, route) for route in shown["route"]]
    score = change.spec.instrument
    table(
        shown,
        _ONE_ROUTE_CAPTION if one else _ROUTES_CAPTION,
        {
            "route": "Route",
            "n_patients": "Starters",
            "n_baseline": "n with baseline",
            "baseline_mean": f"{score} baseline, mean",
            "baseline_sd": "SD",
            "age_mean": "Age, mean years",
            "share_female": "Female",
            "share_esketamine": "Esketamine",
            "share_self_pay": "Self-pay",
            "sessions_median": "Sessions, median",
        },
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


def _median_text(value: float) -> str:
    return number_text(value, 0 if float(value).is_integer() else 1)


def differences(change: SymptomChange) -> None:
    """Pairs of routes at the decision point, as a figure beside its table."""
    st.header("Differences between routes")
    pairs = comparable(change)
    if pairs.empty:
        st.info(
            "This cohort has one route, so there is nothing to compare."
            if len(change.balance) == 1
            else "Fewer than two routes have 11 patients still assessed at the end of induction, so none are compared.",
            icon=":material/compare_arrows:",
        )
        return
    with st.container(key="halves"):
        left, right = st.columns([1.15, 1], gap="large")
    with left:
        figure(differences_chart(change, style.theme()), key="differences")
    with right:
        names = route_names(change.balance)
        pair = [
            f"{names.get(a, a)} minus {names.get(b, b).lower()}"
            for a, b in zip(pairs["first"], pairs["second"], strict=True)
        ]
        values = [estimate_text(row.estimate, row.ci_low, row.ci_high) for row in pairs.itertuples()]
        shown = pd.DataFrame({"pair": pair, "estimate": values}).join(pairs[["p_value", "p_adjusted"]])
        caption = (
            f"Differences after {change.decision_x:g} {change.spec.time}, with 95% intervals for all pairs together"
        )
        table(shown, caption, _PAIR_NAMES, right=("estimate",))


def who_is_there(change: SymptomChange) -> None:
    """What can still be said when there is no model: what can be changed, and whom the cohort holds."""
    if not _is_about_size(change):
        st.markdown(
            "Above you can choose another instrument, time axis or shape; under *Model settings*, fewer adjustments "
            "or no slope per patient."
        )
    cards(
        [
            ("Starters", cell_text(change.n_starters), "patients of this cohort with a session"),
            ("Evaluable", cell_text(change.n_evaluable), f"with a {change.spec.instrument} baseline and a later score"),
        ]
    )
    _left_out(change)


def _is_about_size(change: SymptomChange) -> bool:
    """Whether too few patients is all there is to it, so that no setting of the model would help."""
    lost_by_setting = change.left_out["reason"].astype(str).str.contains("adjustment").any()
    is_few = change.n_evaluable == 0 or f"{MIN_PER_ROUTE} patients" in change.status_sentence
    return bool(is_few and not lost_by_setting)
