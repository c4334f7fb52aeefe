"""Clinics side by side in words: cards and sentences, every number as it may be said."""

from __future__ import annotations

import pandas as pd

from analysis.outcomes import interval_text, number_text
from analysis.outcomes.clinics import EVENTS_ASKED, EVENTS_MENTIONED, FEWEST_FOR_DISPERSION, RATE
from analysis.outcomes.wording import listed

from .cards import NOTHING, WITHHELD_VALUE, Card
from .clinics import ReleasedClinics, ReleasedFunnel

BY_CHANCE = 0.05  # of the points, outside the 95 % limits although nothing differs
NAMES = {
    "response": "Response at the end of induction",
    "drop-out": "Induction not completed",
    "completeness": "Scored before and at the end of induction",
    EVENTS_ASKED: "Adverse events, asked for",
    EVENTS_MENTIONED: "Adverse events, mentioned unasked",
}
NO_EVENTS = (
    "No funnel of adverse events: no clinic of this study recorded any, or the study has no adverse_events table."
)


def cards(released: ReleasedClinics) -> tuple[Card, ...]:
    """Clinics of the cohort, the spread between them after adjusting, and how many points are outside."""
    return (_clinics_card(released), _spread_card(released), _outside_card(released))


def _clinics_card(released: ReleasedClinics) -> Card:
    return Card("Clinics", f"{released.result.n_clinics:,}", f"with a starter; {released.starters} starters", "")


def _spread_card(released: ReleasedClinics) -> Card:
    label = f"Spread between clinics in {released.instrument} change"
    result = released.result
    if result.status == "refused":
        return Card(label, NOTHING, "no model of this cohort", "")
    if _is_barred(released):
        return Card(label, WITHHELD_VALUE, "standard deviation, adjusted", "")
    words = "standard deviation, adjusted"
    if not pd.isna(result.between_low):
        words += f"; 95% interval {interval_text(result.between_low, result.between_high)}"
    return Card(label, f"{number_text(result.between_sd)} points", words, "")


def _is_barred(released: ReleasedClinics) -> bool:
    """Whether the model may not be spoken of: a closed group, or a model of few."""
    frame = released.adjusted.frame
    return bool(len(frame)) and bool(frame["estimate"].isna().all())


def _shown(released: ReleasedClinics) -> list[ReleasedFunnel]:
    return [funnel for funnel in released.funnels.values() if funnel.sees_centre]


def _outside_card(released: ReleasedClinics) -> Card:
    frames = [funnel.points.frame for funnel in _shown(released)]
    n = sum(int(frame["value"].notna().sum()) for frame in frames)
    label = "Outside the 95% limits"
    if not n:
        return Card(label, NOTHING, "no funnel can be shown", "")
    n_outside = sum(int((frame["outside"].fillna("") != "").sum()) for frame in frames)
    words = f"of {n} rates in {len(frames)} funnels; about {BY_CHANCE * n:.0f} by chance if all are alike"
    return Card(label, str(n_outside), words, "")


def spread_sentence(released: ReleasedClinics) -> str:
    """How far clinics differ after adjusting, and what the model says of itself."""
    result = released.result
    if result.status == "refused":
        return result.status_sentence
    if _is_barred(released):
        return "The differences between clinics are withheld for this cohort."
    sd = f"{number_text(result.between_sd)} points"
    interval = ""
    if not pd.isna(result.between_low):
        interval = f" (95% interval {interval_text(result.between_low, result.between_high)})"
    return (
        f"After adjusting, clinics differ with a standard deviation of {sd}{interval} in {released.instrument} change. "
        f"{result.status_sentence}"
    )


def group_sentence(released: ReleasedClinics) -> str:
    """Which clinics are not shown by themselves."""
    result, few = released.result, released.audience.min_cell
    if result.n_pooled:
        are = "clinic has" if result.n_pooled == 1 else "clinics have"
        return f"{result.n_pooled} {are} fewer than {few} starters and are shown together as smaller clinics."
    if result.n_left_out:
        are = "clinic has" if result.n_left_out == 1 else "clinics have"
        return f"{result.n_left_out} {are} fewer than {few} starters, too few to show even together."
    return ""


WITHHELD_FUNNEL = "Withheld: it would show fewer patients than the limit allows."


def outside_words(funnel: ReleasedFunnel) -> str:
    """Which clinics are outside the limits of a measure: "C03 is outside the 95% limits"."""
    frame = funnel.points.frame
    said = []
    for level in ("99.8", "95"):
        names = [str(name) for name in frame.loc[frame["outside"] == level, "clinic"]]
        if names:
            said.append(f"{listed(names)} {'is' if len(names) == 1 else 'are'} outside the {level}% limits")
    return ", ".join(said) if said else "no clinic is outside the 95% limits"


def limits_sentence(funnel: ReleasedFunnel) -> str:
    """What the limits are made of."""
    factor, within = float(funnel.whole["dispersion"]), float(funnel.whole["within"])
    law = "exact binomial limits"
    if funnel.unit == RATE:
        law = f"exact limits of counts that scatter {within:.1f} times as much as Poisson counts within clinics"
    if factor > 1:
        return f"Limits: {law}, widened for overdispersion (factor {factor:.1f})."
    few = (
        f", as with fewer than {FEWEST_FOR_DISPERSION} clinics"
        if len(funnel.points.frame) < FEWEST_FOR_DISPERSION
        else ""
    )
    return f"Limits: {law}, not widened for overdispersion{few}."
