"""Words of one column that differ only in capitals, spaces or signs that look alike: mostly one word, written twice.

They stay different, because nobody but the clinic can say whether "north" and "North" are one place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as compute

from analysis.vocabulary import TABLES, allowed_values

from .conversion import ConvertedTable
from .findings import FindingLog, Mask, Problem
from .identifiers.look_alikes import as_seen
from .words import arrow_text

BETWEEN = r"[\s\p{Z}\p{Cf}]+"
REST = "that an earlier row writes with other capitals, spaces or look-alike letters"
ONE_PATIENT = "They count as different patients. Write the code of a patient in one way."
ONE_WORD = "They count as different words. Write a word in one way, or translate it in a mapping."


def note_spellings(table: ConvertedTable, log: FindingLog) -> None:
    """Note the cells of every open column of text whose word the column also holds in another spelling."""
    for name in table.frame.columns:
        if not _is_open(table, str(name)):
            continue
        cells = _spelt_again(table.frame[name])
        noun, repair = ("code", ONE_PATIENT) if name == "patient_id" else ("cell", ONE_WORD)
        log.report(table.name, table.origin, Problem(cells, noun, REST, repair, "note"), str(name))


def _is_open(table: ConvertedTable, name: str) -> bool:
    """Whether a column holds text of its own. Codes of patients are compared where they are declared."""
    if not isinstance(table.frame[name].dtype, pd.CategoricalDtype):
        return False
    declared = next((one for one in TABLES[table.name].columns if one.name == name), None)
    if declared is not None and allowed_values(table.name, declared):
        return False
    return name != "patient_id" or table.name == "patients"


def _spelt_again(column: pd.Series) -> Mask:
    """The cells whose word is like that of an earlier row, and not the same."""
    category = column.array
    assert isinstance(category, pd.Categorical)
    codes = category.codes.astype(np.int64)
    words = arrow_text(category.categories.array)
    alike, _ = pd.factorize(_plain(words).to_numpy(zero_copy_only=False))
    if len(words) == 0 or int(alike.max()) + 1 == len(words):
        return np.zeros(len(codes), dtype=bool)
    used, first_rows = np.unique(codes[codes >= 0], return_index=True)
    first_rows = np.flatnonzero(codes >= 0)[first_rows]
    order = np.argsort(first_rows, kind="stable")
    again = pd.Series(alike[used[order]]).duplicated().to_numpy()
    later = np.zeros(len(words) + 1, dtype=bool)
    later[used[order][again]] = True
    cells: Mask = later[codes]
    return cells


def _plain(words: Any) -> Any:
    return compute.utf8_lower(compute.replace_substring_regex(as_seen(words), BETWEEN, ""))
