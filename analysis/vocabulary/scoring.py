"""How an instrument's score comes from its items, declared as data; no item wording is here.

Item ranges are those of DOMAIN's ranges divided among the items, so that the items at their highest give
the instrument's maximum (a test adds them up). How many items may be missing is a rule of the instrument
where a source was read (BDI-II up to 4, qscorer; BPI interference 4 of 7 answered, ePPOC); one or two of
PHQ-9 and GAD-7 is what clinics use and a setting of the mapping. No other score is made from fewer items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Method = Literal["sum", "mean", "domains"]


@dataclass(frozen=True)
class Domain:
    """Items of which the highest counts, by their numbers from 1; unknown when fewer than `needed` are answered."""

    items: tuple[int, ...]
    needed: int


@dataclass(frozen=True)
class ItemScoring:
    """One instrument's score from its items.

    item_maximum has an entry per item; every item starts at 0. most_missing is how many items may be
    missing at most when a mapping asks for prorating, missing_by_rule how many may without its asking.
    """

    method: Method
    item_maximum: tuple[int, ...]
    most_missing: int = 0
    missing_by_rule: int = 0
    domains: tuple[Domain, ...] = ()

    @property
    def n_items(self) -> int:
        return len(self.item_maximum)


def _alone(*items: int) -> tuple[Domain, ...]:
    return tuple(Domain((item,), 1) for item in items)


# QIDS-SR16 (Rush 2003): the highest of sleep 1-4, appetite and weight 6-9, psychomotor 15-16; the others alone.
# Of appetite (6, 7) and of weight (8, 9) a form asks for one each, so two answers make that domain known.
_QIDS = (
    Domain((1, 2, 3, 4), 4),
    *_alone(5),
    Domain((6, 7, 8, 9), 2),
    *_alone(10, 11, 12, 13, 14),
    Domain((15, 16), 2),
)
_HAMD = tuple(2 if item in (4, 5, 6, 12, 13, 14, 16, 17) else 4 for item in range(1, 18))

ITEM_SCORING: dict[str, ItemScoring] = {
    "PHQ-9": ItemScoring("sum", (3,) * 9, most_missing=2),
    "GAD-7": ItemScoring("sum", (3,) * 7, most_missing=2),
    "QIDS-SR16": ItemScoring("domains", (3,) * 16, domains=_QIDS),
    "MADRS": ItemScoring("sum", (6,) * 10),
    "HAM-D17": ItemScoring("sum", _HAMD),
    "BDI-II": ItemScoring("sum", (3,) * 21, most_missing=4),
    "PCL-5": ItemScoring("sum", (4,) * 20),
    "PEG": ItemScoring("mean", (10,) * 3),
    "BPI": ItemScoring("mean", (10,) * 7, most_missing=3, missing_by_rule=3),  # the seven of interference
    "CADSS": ItemScoring("sum", (4,) * 23),
}
