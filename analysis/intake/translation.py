"""Values of a column renamed by a list of the mapping, then by a vocabulary."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from analysis.vocabulary import meanings, plain_spelling

from .column_rules import ColumnRule
from .distinct import distinct_texts
from .findings import Mask
from .numbers import trim

Text = Any  # an Arrow column of text


def renamed(cells: Text, rule: ColumnRule) -> tuple[Text, Mask | None]:
    """The values renamed, and the cells whose value is in no list when that is an error (None: it is none)."""
    if rule.values is None and rule.vocabulary is None:
        return cells, None
    made = _by_list(cells, rule.values or {})
    if rule.vocabulary is not None:
        made = compute.coalesce(made, words_of(cells, rule.vocabulary))
    unlisted = cells.is_valid().to_numpy() & ~made.is_valid().to_numpy() & ~_listed_as_blank(cells, rule)
    if rule.unlisted == "keep":
        made = compute.if_else(arrow.array(unlisted), cells, made)
    return made, unlisted if rule.unlisted == "error" else None


def words_of(cells: Text, vocabulary: str) -> Text:
    """The study's word for each cell by a vocabulary; missing where it has none. Each distinct text once."""
    words, places = distinct_texts(cells)
    known = meanings(vocabulary)
    found = [known.get(plain_spelling(word)) for word in words.to_pylist()]
    made = arrow.array(found, arrow.large_string()).take(arrow.array(places, mask=places < 0))
    return arrow.chunked_array([made])


def _by_list(cells: Text, values: dict[str, str]) -> Text:
    words = arrow.array(list(values), arrow.large_string())
    meant = arrow.array(list(values.values()), arrow.large_string())
    return trim(compute.take(meant, compute.index_in(cells, value_set=words)))


def _listed_as_blank(cells: Text, rule: ColumnRule) -> Mask:
    """Cells that the list turns into nothing on purpose."""
    blank = [word for word, meaning in (rule.values or {}).items() if not meaning.strip()]
    found: Mask = np.asarray(compute.is_in(cells, value_set=arrow.array(blank, arrow.large_string())), dtype=bool)
    return found
