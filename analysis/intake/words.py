"""Text columns as codes into a list of distinct words: a check looks at each word once, not at each cell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute
import pyarrow.types as arrow_types

from .findings import Mask
from .numbers import spells_missing, trim

# Line ends, tabs and other characters that are no part of a word, and signs that cannot be seen or turn the direction.
CONTROL = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]"

Places = npt.NDArray[np.int64]


def words_column(cells: Any) -> tuple[pd.Categorical, Mask, Mask]:
    """An Arrow column of text as a category of its trimmed words.

    With it, the cells that had spaces around the text, and the cells that seem to say "missing".
    """
    codes, words = _encoded(cells)
    trimmed = trim(words)
    padded = np.append(_filled(compute.not_equal(trimmed, words)), False)[codes]
    if not trimmed.equals(words):
        distinct = compute.unique(trimmed).drop_null()
        codes = np.append(_places(trimmed, distinct), -1)[codes]
        words = distinct
    missing = np.append(_filled(spells_missing(words)), False)[codes]
    column = pd.Categorical.from_codes(codes, categories=pd.Index(pd.array(words, dtype="str")))
    return column, padded, missing


def without_controls(column: pd.Categorical) -> tuple[pd.Categorical, Mask]:
    """A category of words whose cells with control characters are missing, and which cells those are."""
    held = _filled(compute.match_substring_regex(arrow_text(column.categories.array), CONTROL))
    cells: Mask = np.append(held, False)[column.codes]
    if not held.any():
        return column, cells
    codes = np.where(cells, -1, column.codes)
    return pd.Categorical.from_codes(codes, categories=column.categories), cells


def as_text_series(column: pd.Series) -> pd.Series:
    """A category of words as plain text, without a pass over Python objects."""
    category = column.array
    assert isinstance(category, pd.Categorical)
    return pd.Series(category.categories.array.take(category.codes, allow_fill=True), copy=False)


def places_in(column: pd.Series, known: Iterable[str] | pd.Series) -> Places:
    """Where each cell of a category stands in a list of distinct texts; -1 when missing or not there."""
    category = column.array
    assert isinstance(category, pd.Categorical)
    words = arrow_text(category.categories.array)
    wanted = arrow_text(known.array) if isinstance(known, pd.Series) else arrow.array(known, arrow.large_string())
    places: Places = np.append(_places(words, wanted), -1)[category.codes]
    return places


def _encoded(cells: Any) -> tuple[npt.NDArray[np.int32], Any]:
    """Codes (-1: missing) and the distinct words of a text column, whether it was encoded in its file or not."""
    encoded = cells if arrow_types.is_dictionary(cells.type) else compute.dictionary_encode(cells)
    if not encoded.num_chunks:
        return np.empty(0, np.int32), arrow.array([], arrow.large_string())
    chunks = encoded.unify_dictionaries().chunks
    codes = [compute.fill_null(compute.cast(chunk.indices, arrow.int32()), -1).to_numpy() for chunk in chunks]
    return np.concatenate(codes), compute.cast(chunks[0].dictionary, arrow.large_string())


def _places(words: Any, known: Any) -> Places:
    found = compute.fill_null(compute.index_in(words, value_set=known), -1)
    places: Places = found.to_numpy(zero_copy_only=False).astype(np.int64)
    return places


def _filled(answers: Any) -> Mask:
    mask: Mask = compute.fill_null(answers, False).to_numpy(zero_copy_only=False)
    return mask


def arrow_text(texts: Any) -> Any:
    """The texts of a pandas array as one Arrow array."""
    made = arrow.array(texts, type=arrow.large_string())
    return made.combine_chunks() if isinstance(made, arrow.ChunkedArray) else made
