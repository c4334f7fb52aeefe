"""Cells of an export translated by the dictionary: codes and labels of choices, ticks, decimal commas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import pyarrow as arrow
import pyarrow.compute as compute

from ..findings import Mask, Problem
from ..source import SourceTable
from .dictionary import Field, plain

Text = Any  # an Arrow column of text
Written = Literal["codes", "labels"]

TRUTHS = {"1": "true", "0": "false"}
TICKS = {"codes": TRUTHS, "labels": {"Checked": "true", "Unchecked": "false"}}
UNLISTED = "that the data dictionary does not list for the field"
REPAIR = "Download the dictionary again, or list missing data codes under 'missing' in [redcap]."


def how_written(export: SourceTable, fields: Iterable[Field]) -> Written:
    """Whether an export holds the codes of choices or their labels: the one that more of its cells fit."""
    n_codes, n_labels = 0, 0
    for item in fields:
        for name in item.columns:
            if not item.choices or name not in export.cells.column_names:
                continue
            cells = export.cells.column(name)
            codes, labels = _known(item, "codes"), _known(item, "labels")
            n_codes += _held(cells, codes)
            n_labels += _held(cells, labels)
    return "labels" if n_labels > n_codes else "codes"


def translated(cells: Text, item: Field, written: Written, as_code: bool) -> tuple[Text, Problem | None]:
    """The cells of a field as the mapping meets them, and those that the dictionary does not list.

    Choices become their labels, or their codes where a number is wanted; ticks, yes and no become true and false.
    """
    if item.has_comma:
        return compute.replace_substring(cells, ",", "."), None
    if not item.choices:
        return cells, None
    known = _meanings(item, written, as_code)
    given = _tidied(cells) if written == "labels" else cells
    place = compute.index_in(given, value_set=arrow.array(list(known), arrow.large_string()))
    made = compute.take(arrow.array(list(known.values()), arrow.large_string()), place)
    unlisted: Mask = cells.is_valid().to_numpy() & ~place.is_valid().to_numpy()
    return made, Problem(unlisted, "value", UNLISTED, REPAIR) if unlisted.any() else None


def is_ticked(cells: Text, written: Written) -> Mask:
    """Whether a choice of a checkbox is ticked."""
    tick = next(word for word, meaning in TICKS[written].items() if meaning == "true")
    ticked: Mask = compute.fill_null(compute.equal(cells, tick), False).to_numpy()
    return ticked


def _known(item: Field, written: Written) -> list[str]:
    if item.kind == "checkbox":
        return list(TICKS[written])
    return list(item.choices if written == "codes" else item.choices.values())


def _meanings(item: Field, written: Written, as_code: bool) -> dict[str, str]:
    """What each possible cell of a field becomes."""
    if item.kind == "checkbox":
        return TICKS[written]
    codes = dict(zip(item.choices, item.choices, strict=True))
    meant = codes if as_code else TRUTHS if item.kind in ("yesno", "truefalse") else item.choices
    if written == "codes":
        return meant
    by_label: dict[str, str] = {}
    for code, label in item.choices.items():
        by_label.setdefault(label, meant[code])
    return by_label


def _held(cells: Text, words: list[str]) -> int:
    return int(compute.sum(compute.is_in(cells, value_set=arrow.array(words, cells.type))).as_py() or 0)


def _tidied(cells: Text) -> Text:
    """Labels as the dictionary's are compared: without tags, with single spaces. Each distinct label is made once."""
    encoded = compute.dictionary_encode(cells).combine_chunks()
    words = arrow.array([plain(word) for word in encoded.dictionary.to_pylist()], arrow.large_string())
    return arrow.chunked_array([compute.take(words, encoded.indices)], arrow.large_string())
