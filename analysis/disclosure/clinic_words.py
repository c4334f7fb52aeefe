"""Clinics side by side in words: cards and sentences, every number as it may be said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.outcomes import interval_text, number_text
from analysis.outcomes.clinics import EVENTS_ASKED, EVENTS_MENTIONED, FEWEST_FOR_DISPERSION, RATE
from analysis.outcomes.wording import listed
from analysis.vocabulary import instrument

from .cards import NOTHING, WITHHELD_VALUE, Card
from .clinics import ReleasedClinics, ReleasedFunnel

FEWEST_IN_FUNNEL = 2  # clinics, before a funnel compares anything
NAMES = {
    "response": "Response at the end of induction",
    "drop-out": "Induction not completed",
    "completeness": "Scored before and at the end of induction",
    EVENTS_ASKED: "Adverse events, asked for",
    EVENTS_MENTIONED: "Adverse events, mentioned unasked",
}
NO_EVENTS = "No funnel of adverse events: this study has no adverse_events table, or no event in it."
NO_EVENTS_HERE = "No funnel of adverse events: at no clinic of this cohort is anybody known to have recorded them."
ONE_CLINIC = (
    "No funnel of rates: they need two clinics that are shown by themselves or together. Widen the cohort to hold "
    "clinics against each other."
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
    if not result.between_sd and not pd.isna(result.between_high):
        words = "standard deviation, adjusted: estimated as 0.0, this is the upper end of its 95% interval"
        return Card(label, f"up to {number_text(result.between_high)} points", words, "")
    words = "standard deviation, adjusted"
    if not pd.isna(result.between_low):
        words += f"; 95% interval {interval_text(result.between_low, result.between_high)}"
    return Card(label, f"{number_text(result.between_sd)} points", words, "")


def _is_barred(released: ReleasedClinics) -> bool:
    """Whether the model may not be spoken of: a closed group, or a model of few."""
    frame = released.adjusted.frame
    return bool(len(frame)) and bool(frame["estimate"].isna().all())


def is_compared(funnel: ReleasedFunnel) -> bool:
    """Whether there are clinics to hold against each other, and a rate to hold them against."""
    return funnel.sees_centre and int(funnel.points.frame["value"].notna().sum()) >= FEWEST_IN_FUNNEL


def _outside_card(released: ReleasedClinics) -> Card:
    """How many rates are outside, and which, with their side: outside is neither good nor bad by itself."""
    label = "Outside the 95% limits"
    compared = {name: funnel for name, funnel in released.funnels.items() if is_compared(funnel)}
    if not compared:
        return Card(label, NOTHING, "no funnel can be shown", "")
    n = sum(int(funnel.points.frame["value"].notna().sum()) for funnel in compared.values())
    said = [f"{place} ({NAMES[name].lower()})" for name, funnel in compared.items() for place in _places(funnel)]
    words = f"of {n} rates in {len(compared)} funnels"
    return Card(label, str(len(said)), f"{words}: {listed(said)}" if said else words, "")


def _places(funnel: ReleasedFunnel) -> list[str]:
    """Each clinic outside, with its side: "C03 below"."""
    frame = funnel.points.frame
    return [f"{row['clinic']} {side_of(funnel, row)}" for row in frame[is_outside(frame)].to_dict("records")]


def is_outside(points: pd.DataFrame) -> pd.Series:
    return points["outside"].isin(["95", "99.8"])


def side_of(funnel: ReleasedFunnel, point: Mapping[Any, Any]) -> str:
    """On which side of the cohort's own rate a clinic lies."""
    return "above" if float(point["value"]) > float(funnel.whole["centre"]) else "below"


def spread_sentence(released: ReleasedClinics) -> str:
    """How far clinics differ after adjusting, and what the model says of itself."""
    result = released.result
    if result.status == "refused":
        return result.status_sentence
    if _is_barred(released):
        return "The differences between clinics are withheld for this cohort."
    if not result.between_sd:
        most = "" if pd.isna(result.between_high) else _at_most(released)
        return f"{result.status_sentence}{most}"
    interval = ""
    if not pd.isna(result.between_low):
        interval = f" (95% interval {interval_text(result.between_low, result.between_high)})"
    return (
        f"After adjusting, clinics differ with a standard deviation of {number_text(result.between_sd)} "
        f"points{interval} in {released.instrument} change. {result.status_sentence}"
    )


def _at_most(released: ReleasedClinics) -> str:
    high, notable = float(released.result.between_high), instrument(released.instrument).meaningful_change
    said = f" The standard deviation between clinics may be up to {number_text(high)} points (95% interval)."
    if notable is not None and high >= notable:
        said += f" That is as much as patients notice ({notable:g} points): these data cannot tell clinics apart."
    return said


def group_sentence(released: ReleasedClinics) -> str:
    """Which clinics are not shown by themselves."""
    result, few = released.result, released.audience.min_cell
    if result.n_pooled:
        return (
            f"{result.n_pooled} clinics have fewer than {few} starters each and are shown together as smaller clinics."
        )
    if result.n_left_out:
        if result.n_left_out == 1:
            return f"1 clinic has fewer than {few} starters, too few to show."
        return f"{result.n_left_out} clinics have fewer than {few} starters, too few to show even together."
    return ""


WITHHELD_FUNNEL = "Withheld: it would show fewer patients than the limit allows."


def outside_words(funnel: ReleasedFunnel) -> str:
    """Which clinics are outside the limits of a measure, and on which side: "C03 is below the 95% limits"."""
    frame, said = funnel.points.frame, []
    widened = "widened " if float(funnel.whole["dispersion"]) > 1 else ""
    for level in ("99.8", "95"):
        for side in ("above", "below"):
            rows = frame[frame["outside"] == level].to_dict("records")
            names = [str(row["clinic"]) for row in rows if side_of(funnel, row) == side]
            if names:
                are = "is" if len(names) == 1 else "are"
                said.append(f"{listed(names)} {are} {side} the {widened}{level}% limits")
    return ", ".join(said) if said else f"no clinic is outside the {widened}95% limits"


def finding(funnel: ReleasedFunnel) -> str:
    """What a funnel shows: where limits had to be widened, first that clinics differ more than chance allows."""
    outside = outside_words(funnel)
    if not float(funnel.whole["dispersion"]) > 1:
        return outside
    values = funnel.points.frame["value"].dropna()
    ends = (rate_words(funnel, value) for value in (values.min(), values.max()))
    return f"clinics differ more than chance allows ({' to '.join(ends)}); {outside}"


def rate_words(funnel: ReleasedFunnel, value: float) -> str:
    """A rate in its unit."""
    return number_text(value) if funnel.unit == RATE else f"{value:.0%}"


def widening_words(funnel: ReleasedFunnel) -> str:
    """How much the limits are widened, "" where they are not."""
    factor = float(funnel.whole["dispersion"])
    if not factor > 1:
        return ""
    return f" Limits widened {number_text(factor**0.5)}-fold: clinics differ that much more than by chance."


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
