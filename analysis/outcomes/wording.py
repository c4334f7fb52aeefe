"""Titles, findings and honesty notes, made from results with cautious words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.vocabulary import control_change_sentence, route_label

from .model_spec import COVARIATES, ModelSpec
from .numbers import interval_text, number_text

CLEAR_P = 0.05
POINT = {"sessions": "six completed sessions", "weeks": "four weeks"}


def listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _title(spec: ModelSpec, decision: pd.DataFrame) -> str:
    at = POINT[spec.time]
    if len(decision) and bool((decision["ci_high"] < 0).all()):
        falls = sorted(-decision["estimate"])
        size = f"{falls[0]:.1f}" if len(falls) == 1 else f"{falls[0]:.1f} to {falls[-1]:.1f}"
        where = "" if len(falls) == 1 else ", on every route shown"
        return f"{spec.instrument} was {size} points lower after {at}, adjusted{where}"
    return f"Change in {spec.instrument} by route and {spec.time}"


def _named(route: str, names: Mapping[str, str]) -> str:
    """A route in the middle of a sentence; one that nobody started on has no name of its own in the balance."""
    return names.get(route, route_label(route)).lower()


def clear_of_chance(differences: pd.DataFrame) -> pd.Series:
    """Which pairs differ beyond chance: by Holm's p value and by the (wider) interval, so that the two never
    contradict each other on a page."""
    beyond_zero = (differences["ci_low"] > 0) | (differences["ci_high"] < 0)
    return (differences["p_adjusted"] < CLEAR_P) & beyond_zero


def _largest_difference(differences: pd.DataFrame, names: Mapping[str, str]) -> str:
    """The largest difference as "more improvement on", so that its sign cannot be misread."""
    if not len(differences):
        return "There is no second route to compare with at that point."
    clear = clear_of_chance(differences)
    among = differences[clear] if clear.any() else differences
    row = among.iloc[int(among["estimate"].abs().to_numpy().argmax())]
    better, other = (row["first"], row["second"]) if row["estimate"] < 0 else (row["second"], row["first"])
    ends = sorted([-row["ci_low"], -row["ci_high"]] if row["estimate"] < 0 else [row["ci_low"], row["ci_high"]])
    size = (
        f"{abs(row['estimate']):.1f} points more improvement with {_named(better, names)} than with "
        f"{_named(other, names)} (95% interval {interval_text(*ends)}, adjusted for all pairs)"
    )
    if clear.any():
        return (
            f"The largest clear difference associated with route: {size}. "
            "Routes were chosen, not drawn by lot, so this is not what changing route would do."
        )
    return f"No difference between routes is clear of chance; the largest is {size}."


def title_and_finding(
    spec: ModelSpec, decision: pd.DataFrame, differences: pd.DataFrame, names: Mapping[str, str]
) -> tuple[str, str]:
    """A title that states a finding only when every interval supports it, and one plain sentence."""
    if not len(decision):
        return (
            f"Change in {spec.instrument} by route and {spec.time}",
            f"Too few patients were still assessed after {POINT[spec.time]} to state a change there.",
        )
    parts = [
        f"{_named(row['route'], names)} {number_text(row['estimate'])} ({interval_text(row['ci_low'], row['ci_high'])})"
        for row in decision.to_dict("records")
    ]
    sentence = f"Adjusted mean change in {spec.instrument} after {POINT[spec.time]}, points (95% interval): "
    return _title(spec, decision), sentence + "; ".join(parts) + ". " + _largest_difference(differences, names)


def subtitle(spec: ModelSpec, covariates: Sequence[str], denominators: str) -> str:
    """What the model is, what it adjusts for, what band and points are, and whom it is about."""
    adjusted = listed(["baseline", *(COVARIATES[name] for name in covariates)])
    return (
        f"Mixed model adjusted for {adjusted}. Line and band: adjusted mean for the average patient of this cohort, "
        f"95% interval. Points: observed means, not adjusted. {denominators}"
    )


CHANGED = {
    "index": "they count under the route of their first session",
    "unchanged only": "they are left out",
    "at each session": "each score counts under the route of the last session before it",
}


def who_is_counted_how(spec: ModelSpec, changed: str | None, not_recorded: str | None) -> tuple[str, ...]:
    """What a reader must know about who is counted how. The numbers come as they may be said; None is nobody."""
    notes = []
    if changed is not None:
        text = f"{changed} evaluable patients changed route later; {CHANGED[spec.route_rule]}."
        notes.append(text[0].upper() + text[1:])
    if not_recorded is not None:
        text = f"{not_recorded} evaluable patients are not in the model: an adjustment is not recorded for them."
        notes.append(text[0].upper() + text[1:])
    return tuple(notes)


def honesty_notes(spec: ModelSpec) -> tuple[tuple[str, str], ...]:
    """What the chart cannot say: about sessions, about routes, about change in a single arm. Heading, text."""
    return (
        (
            "The number of sessions is not assigned",
            "Patients who feel better may stop, patients who do not may stop too, and those who stay on are a selected "
            "group. More sessions going with more change does not mean that more sessions would bring more change.",
        ),
        (
            "Routes are not drawn by lot",
            "Route goes together with payer, severity, molecule, clinic and how events were asked about. The model "
            "adjusts for what was recorded, not for what was not; read the balance table before the differences.",
        ),
        (
            "Change in treated patients alone is not change due to treatment",
            "People start treatment when they feel worst and part of a low point passes by itself. "
            + control_change_sentence(spec.instrument),
        ),
    )
