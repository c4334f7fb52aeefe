"""Each distinct text of a column once: what is looked at is every word, not every cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from .findings import Mask
from .numbers import Numbers
from .words import Places


def distinct_texts(text: Any) -> tuple[Any, Places]:
    """The distinct texts of an Arrow column, and each cell's place among them (-1: missing)."""
    encoded = compute.dictionary_encode(text)
    if isinstance(encoded, arrow.ChunkedArray):
        chunks = encoded.unify_dictionaries().chunks
        if not chunks:
            return arrow.array([], text.type), np.empty(0, dtype=np.int64)
        words = chunks[0].dictionary
        indices = [_places(chunk.indices) for chunk in chunks]
        return words, np.concatenate(indices)
    return encoded.dictionary, _places(encoded.indices)


def marks(of_words: Mask, places: Places) -> Mask:
    """A mask of distinct texts as a mask of cells; a missing cell is not marked."""
    cells: Mask = np.append(of_words, False)[places]
    return cells


def numbers(of_words: Numbers, places: Places) -> Numbers:
    """Numbers of distinct texts as numbers of cells; NaN for a missing cell."""
    cells: Numbers = np.append(of_words, np.nan)[places]
    return cells


def _places(indices: Any) -> Places:
    places: Places = compute.fill_null(indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return places
