"""Response, remission and the like under three rules as an audience may have them: counts for the gate, and the shares
that may stay in whole percent where their numbers cannot."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from analysis.outcomes.response import LAST_SCORE, NON_RESPONSE, OBSERVED
from analysis.outcomes.response.three_rules import NUMBERS, SHARES
from analysis.outcomes.who import able, reached, seen

from . import response_names as names
from .counted import CountColumn, CountedTable
from .gate import ReleasedTable
from .shares import may_stay, whole_percent

BOUNDS = ("lowest", "highest")
OF_RULE = {rule: tuple(f"{rule} {name}" for name in SHARES) for rule in NUMBERS}


def rates_table(rates: pd.DataFrame, outcome: Sequence[str]) -> CountedTable:
    """The counts of every row of `with_shares`, under the name of each row's outcome."""
    pairs = list(zip(outcome, rates["window"], strict=True))
    named = {
        "of_able": [able(one) for one in outcome],
        "of_scored": [names.at(seen(one), window) for one, window in pairs],
        "of_reached": [names.at(reached(one), window) for one, window in pairs],
        "of_later": [names.later(*pair) for pair in pairs],
        "of_last": [names.last_reached(*pair) for pair in pairs],
    }
    frame = rates.assign(**{name: pd.Series(values, index=rates.index, dtype="str") for name, values in named.items()})
    observed, dropped, last = (OF_RULE[rule] for rule in (OBSERVED, NON_RESPONSE, LAST_SCORE))
    return CountedTable(
        frame,
        tuple(
            CountColumn(column, named_by=who, by=("route",), values=values, partition=True)
            for column, who, values in (
                ("n_able", "of_able", (*dropped, *BOUNDS)),
                ("n_scored", "of_scored", (*observed, "highest")),
                ("n_reached", "of_reached", (*observed, *dropped, *BOUNDS)),
                ("n_later", "of_later", last),
                ("n_last_reached", "of_last", last),
            )
        ),
    )


def released_rates(raw: pd.DataFrame, table: ReleasedTable, sees_small: bool, closed: Collection[str]) -> ReleasedTable:
    """The released table without the names that only the gate needed, and with the shares that can stay although their
    numbers cannot."""
    frame = table.frame[list(raw.columns)].copy()
    if not sees_small:
        for rule, (part, whole) in NUMBERS.items():
            sees = list(zip(table.is_seen(part), table.is_seen(whole), strict=True))
            pairs = list(zip(raw[part].astype(int), raw[whole].astype(int), strict=True))
            stays = [
                not all(seen) and route not in closed and may_stay(pair, seen, table.min_cell)
                for pair, seen, route in zip(pairs, sees, raw["route"], strict=True)
            ]
            for name in OF_RULE[rule]:
                frame[name] = frame[name].where(~np.array(stays, dtype=bool), raw[name].map(whole_percent))
    return ReleasedTable(frame, table.states, table.min_cell)
