"""Names of people and of places, which have no shape of their own: judged by the whole column.

Two capitalised words may be a diagnosis ("Bipolar Depression") as well as a person, so a shape counts only when
nearly every patient has a different one; common names count when they make up a good part of the distinct words.
A frequent given name beside a frequent surname is enough in one cell.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from ..findings import Mask
from .column import ColumnWords
from .common_names import CITIES, GIVEN_NAMES, SURNAMES
from .letters import CAPITAL, LETTER, SMALL
from .names import names_people

PART = rf"(?:{CAPITAL}{SMALL}*(?:['’-]{CAPITAL}{SMALL}+)*|{CAPITAL}['’]?{CAPITAL}+|{CAPITAL}\.)"
SHAPE = rf"^{PART}(?: {PART}){{1,3}}$|^{PART}(?: {PART})?, ?{PART}(?: {PART})?$"  # Ann B. Lee; Lee, Ann
NAME_LETTERS = LETTER[:-1] + ".,_'’-]"
BETWEEN_NAMES = re.compile(r"[,._]")
LONGEST_NAME = 60  # letters, of at most four words
COMMON_SHARE = 0.25  # of the distinct words; lists of drugs, diagnoses and sites hold next to no common name
FEWEST_COMMON = 2  # one religion or one country may be a given name too
SHAPED_SHARE = 0.8
VARIED = 0.5  # different words for each patient: names differ, categories repeat
FEWEST_SHAPED, FEWEST_IN_PEOPLE = 10, 3  # distinct words before the shape says anything; in a column about people
PLACE_SHARE = 0.5
AFTER_A_CITY = r"(?:,? [a-z]{2})?(?:,? (?:clinic|center|centre|office|site|location|north|south|east|west))?$"


def person_words(column: ColumnWords, n_patients: int) -> Mask:
    """The words of a column that are names of people."""
    nothing = np.zeros(len(column.words), dtype=bool)
    if column.is_number or not column.matching(f"{LETTER}{LETTER}").any():
        return nothing
    common, certain = common_names(column)
    n_common = int((common & column.used).sum())
    if n_common >= FEWEST_COMMON and column.share_of_words(common) >= COMMON_SHARE:
        return common | column.matching(SHAPE)
    fewest = FEWEST_IN_PEOPLE if names_people(column.name) else FEWEST_SHAPED
    if column.variety(n_patients) >= VARIED and column.n_words >= fewest:
        shaped = column.matching(SHAPE)
        if column.share_of_words(shaped) >= SHAPED_SHARE:
            return shaped
    return certain


def place_words(column: ColumnWords) -> Mask:
    """The words of a column that are cities; none unless they are half of its distinct words."""
    if column.is_number:
        return np.zeros(len(column.words), dtype=bool)
    bare = compute.replace_substring_regex(column.lower, AFTER_A_CITY, "")
    known = arrow.array(sorted(CITIES), arrow.large_string())
    cities: Mask = compute.is_in(bare, value_set=known).to_numpy(zero_copy_only=False)
    return cities if column.share_of_words(cities) >= PLACE_SHARE else np.zeros_like(cities)


def common_names(column: ColumnWords) -> tuple[Mask, Mask]:
    """Words of one to four parts with a frequent name, and those with a given name beside a surname."""
    letters = column.matching(f"^{NAME_LETTERS}+(?: {NAME_LETTERS}+){{0,3}}$") & (column.lengths <= LONGEST_NAME)
    places = np.flatnonzero(letters)
    common, certain = (np.zeros(len(column.words), dtype=bool) for _ in range(2))
    for place, text in zip(places, column.lower.take(arrow.array(places)).to_pylist(), strict=True):
        parts = [part.strip(".,'’-") for part in BETWEEN_NAMES.sub(" ", text).split()]
        given = [part for part in parts if part in GIVEN_NAMES]
        surnames = [part for part in parts if part in SURNAMES]
        common[place] = bool(given) or (len(parts) == 1 and bool(surnames))
        certain[place] = len(set(given) | set(surnames)) > 1 and bool(given) and bool(surnames)
    return common, certain
