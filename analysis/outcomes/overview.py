"""The overview: who came, how many were lost, how far scores moved, with denominators everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.study import Study
from analysis.vocabulary import BENCHMARKS, CONTROL_ARMS, Instrument, RemissionRule, instrument

from .attrition import Followed, attrition, follow
from .counted import Counted
from .numbers import interval_text, number_text
from .rates import AS_NON_RESPONSE, OBSERVED, rates
from .safety_line import safety_line

BENCHMARK_COLUMNS = (
    "study", "route", "instrument", "time_point", "denominator", "response", "remission", "remission_rule", "change",
    "citation",
)  # fmt: skip


@dataclass(frozen=True)
class Card:
    """One number card: what it is, its value as text, the denominator it stands on, a line of help.

    counts are the patients behind it, so that whoever shows it can withhold what rests on too few.
    """

    label: str
    value: str
    denominator: str
    help: str
    counts: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Overview:
    """The overview of one cohort on one instrument. See `attrition`, `rates` for the frames' rows.

    change: mean change to around day 28, observed, with its interval. safety: adverse events, a sentence each.
    benchmarks: one row per
    published arm on the same instrument and the cohort's routes, then control arms; never averaged.
    """

    instrument: str
    n_starters: int
    n_evaluable: int
    cards: tuple[Card, ...]
    attrition: pd.DataFrame
    rates: pd.DataFrame
    benchmarks: pd.DataFrame
    change: Counted
    safety: tuple[Counted, ...]
    remission_rule: str


def _change(followed: Followed, name: str) -> tuple[Counted, str, int]:
    """Observed mean change to around day 28: in words, as a value, and the patients it stands on."""
    change = followed.score["day 28"] - followed.baseline
    change = change[~np.isnan(change)]
    n = len(change)
    if n < 2:
        text = f"Too few patients have both a baseline and a score around day 28 to state a change in {name}."
        return Counted(text), "–", n
    half = stats.t.ppf(0.975, n - 1) * change.std(ddof=1) / np.sqrt(n)
    mean = float(change.mean())
    text = (
        f"Observed mean change in {name} from baseline to around day 28: {number_text(mean)} points "
        f"(95% interval {interval_text(mean - half, mean + half)}), in {n:,} of {len(followed.baseline):,} starters."
    )
    return Counted(text, (n,)), f"{number_text(mean)} points", n


def _rate_card(table: pd.DataFrame, outcome: str, who: str, words: str) -> Card | None:
    rows = table[(table["outcome"] == outcome) & (table["route"] == "all")].set_index("rule")
    if not len(rows) or rows.loc[OBSERVED, "denominator"] == 0:
        return None
    seen, everyone = rows.loc[[OBSERVED, AS_NON_RESPONSE]].to_dict("records")
    return Card(
        f"{outcome}, around day 28",
        f"{seen['share']:.0%}",
        f"{seen['numerator']:,} of {seen['denominator']:,} scored, {who}; "
        f"{everyone['share']:.0%} of {everyone['denominator']:,} if no score is a no",
        words,
        (int(seen["numerator"]), int(seen["denominator"]), int(everyone["denominator"])),
    )


def _cards(
    followed: Followed,
    table: pd.DataFrame,
    item: Instrument,
    rule: RemissionRule | None,
    change: tuple[Counted, str, int],
) -> tuple[Card, ...]:
    n = len(followed.baseline)
    n_evaluable = int(followed.evaluable.sum())
    _, value, n_change = change
    cards: list[Card | None] = [
        Card("Started treatment", f"{n:,}", "patients with at least one session", "Starters of this cohort.", (n,)),
        Card(
            "Evaluable", f"{n_evaluable / n:.0%}" if n else "–", f"{n_evaluable:,} of {n:,} starters",
            f"A {item.name} baseline and at least one later score after a session.", (n_evaluable, n),
        ),
        Card(
            f"Change in {item.name}, around day 28", value, f"{n_change:,} of {n:,} starters",
            "Observed mean change from baseline, not adjusted. Negative is improvement.", (n_change, n),
        ),
        _rate_card(
            table, "Response", "baseline above 0",
            f"A fall of {item.response_fraction or 0:.0%} or more from baseline.",
        ),
        _rate_card(
            table, "Remission", f"baseline above {rule.at_most:g}" if rule else "",
            f"A score {rule.label} (used by {rule.used_by})." if rule else "",
        ),
    ]  # fmt: skip
    return tuple(card for card in cards if card is not None)


def published(name: str, routes: set[str]) -> pd.DataFrame:
    """Published arms on the same instrument for the routes given, then its control arms."""
    arms = [row for row in BENCHMARKS if row.instrument == name and row.route in routes]
    arms += [row for row in CONTROL_ARMS if row.instrument == name]
    return pd.DataFrame(
        [{key: getattr(row, key) for key in BENCHMARK_COLUMNS} for row in arms], columns=list(BENCHMARK_COLUMNS)
    )


def overview(study: Study, name: str = "PHQ-9", remission: RemissionRule | None = None) -> Overview:
    """The overview of a (selected) study on one instrument.

    remission is one of the instrument's published rules; its first when None. Works on any size of
    cohort: an empty one gives zero counts and sentences instead of rates.
    """
    item = instrument(name)
    rule = remission or item.remission_default
    followed = follow(study, name)
    table = rates(followed, item, rule)
    change = _change(followed, name)
    routes = set(followed.people["route"].astype("str"))
    return Overview(
        name, len(followed.baseline), int(followed.evaluable.sum()), _cards(followed, table, item, rule, change),
        attrition(followed), table, published(name, routes), change[0], safety_line(study),
        f"{rule.label} ({rule.used_by})" if rule else "",
    )  # fmt: skip
