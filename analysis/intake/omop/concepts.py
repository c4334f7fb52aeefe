"""Which rule of the mapping, if any, the concept and the source code of each row meet."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from .settings import ConceptRule

Places = npt.NDArray[np.int64]


def rule_places(rules: tuple[ConceptRule, ...], concepts: pd.Series, source_values: pd.Series) -> Places:
    """The place of the rule that each row meets, by its concept or else by its source code; -1 for none.

    When several rules name a code the first of them holds.
    """
    by_concept: dict[str, int] = {}
    by_source: dict[str, int] = {}
    for place, rule in enumerate(rules):
        for code in rule.concepts:
            by_concept.setdefault(code, place)
        for code in rule.source_values:
            by_source.setdefault(code, place)
    found = concepts.map(by_concept).fillna(source_values.map(by_source))
    places: Places = found.astype("float64").fillna(-1).to_numpy().astype(np.int64)
    return places


def meanings(rules: tuple[ConceptRule, ...], places: Places, key: str) -> pd.Series:
    """What the rule of each row says for a key; missing where there is no rule or it is silent."""
    words = [*(rule.meaning.get(key) for rule in rules), None]
    return pd.Series([words[place] for place in places], dtype="str")


def sizes(rules: tuple[ConceptRule, ...], places: Places) -> npt.NDArray[np.float64]:
    """How many mg one unit of quantity is, by the rule of each row; nan where it is silent."""
    given = [np.nan if rule.mg_per_unit is None else rule.mg_per_unit for rule in rules]
    return np.array([*given, np.nan])[places]
