"""The overview in words: its cards, three sentences for a board, and the change, every number as it may be said."""

from __future__ import annotations

import pandas as pd

from analysis.outcomes import Overview, interval_text, number_text
from analysis.outcomes.induction import END_OF_INDUCTION
from analysis.outcomes.response import NON_RESPONSE, OBSERVED
from analysis.outcomes.response.definitions import REMISSION, RESPONSE
from analysis.vocabulary import instrument

from .cards import NOTHING, WITHHELD_VALUE, Card
from .denominators import DENOMINATORS, EVALUABLE_ROW, STARTERS_ROW
from .gate import WITHHELD_WORDS, Release, ReleasedTable, of_patients
from .overview_lines import percent_words, safety_in_short, share_words

FEWEST_FOR_MEAN = 2  # to whoever sees no small cells one is a few like any other
EVALUABLE_STEP, LAST_STEP = 2, 4  # of the attrition


def cards(result: Overview, found: Release, attrition: ReleasedTable, rates: ReleasedTable) -> tuple[Card, ...]:
    """The head of the overview: who started, who is evaluable, the change, response and remission."""
    item, rule = instrument(result.instrument), result.remission
    denominators = found[DENOMINATORS]
    starters = denominators.words("n_patients", STARTERS_ROW)
    evaluable = denominators.words("n_patients", EVALUABLE_ROW)
    made: list[Card | None] = [
        Card(
            "Started treatment", denominators.texts("n_patients")[STARTERS_ROW],
            "patients with at least one session", "Starters of this cohort.",
        ),
        Card(
            "Evaluable", _percent(attrition.frame["share"].iloc[EVALUABLE_STEP], _n(result, 0)),
            f"{evaluable} of {starters} starters",
            f"A {item.name} baseline and at least one later score after a session.",
        ),
        Card(
            f"Change in {item.name}, end of induction", _points(found, result.change.n_patients),
            f"{found.words('change')} of {starters} starters",
            "Observed mean change from baseline, not adjusted. Negative is improvement.",
        ),
        rate_card(rates, RESPONSE, f"a fall of {item.response_fraction or 0:.0%} or more from baseline"),
        rate_card(rates, REMISSION, f"a score {rule.label}" if rule else ""),
    ]  # fmt: skip
    return tuple(card for card in made if card is not None)


def _n(result: Overview, step: int) -> int:
    return int(result.attrition["n_patients"].iloc[step])


def _percent(share: float, of: int = 1) -> str:
    if not of:
        return NOTHING
    return WITHHELD_VALUE if pd.isna(share) else f"{share:.0%}"


def _points(found: Release, n: int) -> str:
    mean = found["change"].frame["mean"].iloc[0]
    if not n or (n < FEWEST_FOR_MEAN and found.audience.sees_small):
        return NOTHING
    return WITHHELD_VALUE if pd.isna(mean) else f"{number_text(mean)} points"


def row_of_rate(table: ReleasedTable, outcome: str) -> int | None:
    """The row of an outcome at the end of induction in everyone; None without one."""
    frame = table.frame
    rows = (frame["outcome"] == outcome) & (frame["route"] == "all") & (frame["window"] == END_OF_INDUCTION)
    places = rows.to_numpy().nonzero()[0]
    return int(places[0]) if len(places) else None


def rate_card(table: ReleasedTable, outcome: str, words: str) -> Card | None:
    """The share of those scored at the end of induction, and beneath it the share when no score is a no; None for an
    outcome that is not defined. words say what the outcome is."""
    place = row_of_rate(table, outcome)
    if place is None:
        return None
    row, label = table.frame.iloc[place], f"{outcome}, end of induction"
    if table.is_seen("n_scored").iloc[place] and row["n_scored"] == 0:
        return Card(label, NOTHING, f"nobody who could reach it was scored then; {words}", words)
    observed, dropped = row[f"{OBSERVED} share"], row[f"{NON_RESPONSE} share"]
    if pd.isna(observed):
        return Card(label, WITHHELD_VALUE, f"it would show fewer than {table.min_cell} patients; {words}", words)
    numbers = f"{table.words('n_reached', place)} of {table.words('n_scored', place)} scored"
    if not pd.isna(dropped):
        numbers += f"; {_percent(dropped)} of {table.words('n_able', place)} if no score is a no"
    return Card(label, _percent(observed), numbers, words)


def change_words(result: Overview, found: Release) -> str:
    """The observed mean change with its interval and denominator."""
    name, row = result.instrument, found["change"].frame.iloc[0]
    n = result.change.n_patients
    if not n or (n < FEWEST_FOR_MEAN and found.audience.sees_small):
        return f"Too few patients have both a baseline and a score at the end of induction to state a change in {name}."
    starters = found[DENOMINATORS].words("n_patients", STARTERS_ROW)
    if pd.isna(row["mean"]):
        return (
            f"The observed mean change in {name} from baseline to the end of induction is withheld: "
            f"{found.words('change')} of {starters} starters have both scores."
        )
    return (
        f"Observed mean change in {name} from baseline to the end of induction: {number_text(row['mean'])} points "
        f"(95% interval {interval_text(row['ci_low'], row['ci_high'])}), in {found.words('change')} of {starters} "
        "starters."
    )


def board_words(result: Overview, found: Release, attrition: ReleasedTable, rates: ReleasedTable) -> tuple[str, ...]:
    """Three sentences to read out: who is left, what happened to their scores, and what happened at sessions."""
    if not _n(result, 0):
        return ()
    return _who(result, found, attrition), _what(result, found, rates), safety_in_short(result.safety, found)


def _step(attrition: ReleasedTable, place: int) -> str:
    """A count with its share of starters, as far as they may be said."""
    row, count = attrition.frame.iloc[place], attrition.words("n_patients", place)
    if pd.isna(row["share"]):
        return count
    return f"{count} ({percent_words(row)})"


def _who(result: Overview, found: Release, attrition: ReleasedTable) -> str:
    starters = of_patients(found[DENOMINATORS].words("n_patients", STARTERS_ROW))
    return (
        f"Of {starters} who started treatment, {_step(attrition, EVALUABLE_STEP)} have a {result.instrument} score "
        f"before and after it, and {_step(attrition, LAST_STEP)} have one at three months or later."
    )


def _what(result: Overview, found: Release, rates: ReleasedTable) -> str:
    row, name = found["change"].frame.iloc[0], result.instrument
    if pd.isna(row["mean"]) or pd.isna(row["ci_low"]):
        return change_words(result, found)
    low, high, mean = (float(row[column]) for column in ("ci_low", "ci_high", "mean"))
    moved = f"changed by {number_text(mean)} points on average, which is within chance"
    ends = interval_text(low, high)
    count = found.words("change")
    scored = "" if count == WITHHELD_WORDS else f"; {of_patients(count)} scored then"
    if high < 0 or low > 0:
        moved = f"{'fell' if mean < 0 else 'rose'} by {abs(mean):.1f} points on average"
        near, far = sorted((abs(low), abs(high)))
        ends = interval_text(near, far)
    said = f"By the end of induction {name} {moved} (95% interval {ends}{scored})"
    return f"{said}{_responded(rates)}."


def _responded(rates: ReleasedTable) -> str:
    place = row_of_rate(rates, RESPONSE)
    if place is None or pd.isna(rates.frame[f"{OBSERVED} share"].iloc[place]):
        return ""
    row, n = rates.frame.iloc[place], rates.words("n_scored", place)
    whom = "those" if n == WITHHELD_WORDS else f"the {n}"
    said = f"; {share_words(row, *_columns(OBSERVED))} of {whom} scored who could respond did"
    if pd.isna(row[f"{NON_RESPONSE} share"]):
        return said
    every, n = share_words(row, *_columns(NON_RESPONSE), level=""), rates.words("n_able", place)
    whom = "everyone" if n == WITHHELD_WORDS else f"all {n} patients"
    return f"{said}, and {every} of {whom} who could if every missing score counts as no response"


def _columns(rule: str) -> tuple[str, tuple[str, str]]:
    return f"{rule} share", (f"{rule} ci_low", f"{rule} ci_high")
