"""The page on response in cards, every number as it may be said."""

from __future__ import annotations

import pandas as pd

from analysis.outcomes import number_text
from analysis.outcomes.response import meaning

from .cards import NOTHING, Card
from .overview_words import rate_card
from .response_page import ReleasedResponse, ReleasedTimes
from .response_words import is_nought, percent

WEEK_8 = 56.0


def cards(released: ReleasedResponse) -> tuple[Card, ...]:
    """At most five: response, remission, deterioration, sessions to response, who keeps it."""
    made = [_rate_card(released, outcome) for outcome in ("Response", "Remission", "Deterioration")]
    made += [_sessions_card(released), _kept_card(released)]
    return tuple(card for card in made if card is not None)


def _rate_card(released: ReleasedResponse, outcome: str) -> Card | None:
    rule = released.result.remission
    return rate_card(released.rates, outcome, meaning(outcome, released.result.cutoffs, rule.label if rule else ""))


def _row(times: ReleasedTimes, axis: str) -> int:
    frame = times.followed.frame
    return int(((frame["axis"] == axis) & (frame["route"] == "all")).to_numpy().nonzero()[0][0])


def _sessions_card(released: ReleasedResponse) -> Card | None:
    times = next((one for one in released.times if one.outcome == "Response"), None)
    if times is None:
        return None
    place = _row(times, "sessions")
    n, k = (times.followed.words(name, place) for name in ("n_patients", "n_reached"))
    return Card(
        "Median sessions to first response", number_text(times.followed.frame["median"].iloc[place], 0),
        f"{k} of {n} with a later score reached it", "Kaplan-Meier over completed sessions.",
    )  # fmt: skip


def _kept_card(released: ReleasedResponse) -> Card | None:
    after = released.after
    if after is None or is_nought(after, 1, "n_patients"):
        return None
    label, followed = "Without relapse 8 weeks on", after.words("n_patients", 1)
    week = released.incidence
    at_8 = week.loc[week["day"] == WEEK_8, "kept"] if len(week) else pd.Series(dtype=float)
    words = f"of {followed} responders followed; a booster ends the follow-up"
    value = percent(at_8.iloc[0]) if len(at_8) else NOTHING
    return Card(label, value, words, "Kaplan-Meier from the response at the end of induction.")
