"""Free text: long and nearly always different. A long label of a catalogue repeats, a note does not."""

from __future__ import annotations

import numpy as np

from ..findings import Mask
from .column import ColumnWords

LONG = 40  # letters
LONG_SENTENCE = r"^\S+(?:\s+\S+){6,}"  # seven words or more
VERY_LONG = 200  # letters; no label of a catalogue is so long, one cell is enough
FEWEST = 5  # distinct long texts
NEARLY_DIFFERENT = 0.5  # distinct long texts for each patient (or cell, where those are fewer)


def free_text_words(column: ColumnWords, n_patients: int) -> Mask:
    """The words of a column that are free text."""
    if column.is_number:
        return np.zeros(len(column.words), dtype=bool)
    very_long: Mask = (column.lengths >= VERY_LONG) & column.matching(r"\s")
    candidates = column.lengths >= LONG
    if not candidates.any():
        return very_long
    long = candidates & column.matching(LONG_SENTENCE)
    n_texts, n_cells = int((long & column.used).sum()), int(column.cells_per_word[long].sum())
    varied = n_texts >= FEWEST and n_texts >= NEARLY_DIFFERENT * min(n_cells, n_patients)
    return long | very_long if varied else very_long
