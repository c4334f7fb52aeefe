"""An identifier is found however its letters, digits, hyphens and spaces are encoded."""

from __future__ import annotations

import time

import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.intake.identifiers.look_alikes import as_seen, text_as_seen
from analysis.intake.identifiers.names import kind_of_name

from .conftest import gate, refused

WRITTEN = {
    "a hyphen that does not break": "123\u201145\u20116789",
    "a space that does not break": "123\u00a045\u00a06789",
    "points": "123.45.6789",
    "digits of full width": "\uff11\uff12\uff13-\uff14\uff15-\uff16\uff17\uff18\uff19",
    "Arabic digits": "\u0661\u0662\u0663-\u0664\u0665-\u0666\u0667\u0668\u0669",
    "a space without width": "123-\u200b45-6789",
    "a soft hyphen": "1\u00ad23-45-6789",
    "a minus sign": "123\u221245\u22126789",
}
NAMES = {
    "a Cyrillic letter": "J\u0430mes Smith",
    "a space that does not break": "James\u00a0Smith",
    "a space without width": "Ja\u200bmes Smith",
    "mathematical letters": "\U0001d409\U0001d41a\U0001d426\U0001d41e\U0001d42c Smith",
    "an underscore": "James_Smith",
    "a point": "james.smith",
}
OTHERS = {
    "an e-mail address of full width": ("j.doe\uff20example.org", "an e-mail address"),
    "an e-mail address with umlauts": ("j\u00f6rg@\u00fcbung.de", "an e-mail address"),
    "a telephone number": ("212\u2011555\u20110142", "a telephone or fax number"),
    "a date with dashes": ("2021\u201303\u201304", "a calendar date finer than a year"),
}
COLUMNS = {
    "\uff53\uff53\uff4e": "ssn",
    "\u0455\u0455n": "ssn",
    "s\u200bsn": "ssn",
    "ema\u0131l": "email",
    "T\u00e9l\u00e9phone": "phone",
    "na\u0301me": "name",
}


@pytest.mark.parametrize("how", WRITTEN)
def test_a_social_security_number_is_found_in_any_encoding(how: str) -> None:
    [message] = refused("code_b", [WRITTEN[how], "x1", "x2"])
    assert message.startswith("patients.csv: column 'code_b' has 1 cell with what looks like a social security number")


@pytest.mark.parametrize("how", NAMES)
def test_a_name_is_found_in_any_encoding(how: str) -> None:
    [message] = refused("code_b", [NAMES[how], "x1", "x2"])
    assert message.startswith("patients.csv: column 'code_b' has 1 cell with what looks like a person's name (row 2).")


@pytest.mark.parametrize("what", OTHERS)
def test_other_identifiers_are_found_in_any_encoding(what: str) -> None:
    cell, kind = OTHERS[what]
    [message] = refused("code_b", [cell, "x1", "x2"])
    assert message.startswith(f"patients.csv: column 'code_b' has 1 cell with {kind} (row 2).")


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_name_is_read_as_it_looks(name: str) -> None:
    assert kind_of_name(name) == COLUMNS[name]


@pytest.mark.parametrize(
    "name", ["phq9_2021_03_04", "score_james_smith", "visit_march_2021", "seen_2021\u201103\u201104"]
)
def test_a_column_called_after_a_date_or_a_person_is_told_by_its_number(name: str) -> None:
    [message] = refused(name, ["1", "2", "3"])
    assert message.startswith("patients.csv: column number 2 has a name with ")
    assert name not in message


@pytest.mark.parametrize("name", ["dec_1", "icd_10_2019", "item_2_03", "hamilton_depression", "mar_1", "phq_9_total"])
def test_numbers_and_words_between_underscores_are_no_date_and_no_person(name: str) -> None:
    assert refused(name, ["1", "2", "3"]) == []


def test_one_fraction_hides_no_record_numbers() -> None:
    numbers = [float(48_213_377 + 7_919 * place) for place in range(12)]
    [message] = [found.message for found in gate("code_b", [*numbers, 0.5]) if found.level == "error"]
    assert message.startswith("patients.csv: column 'code_b' has 12 cells with what looks like a record number")


def test_charges_with_fractions_are_no_record_numbers() -> None:
    assert gate("code_b", [100_000 + 0.25 * place for place in range(40)]) == []


@given(st.lists(st.text()))
def test_every_text_is_seen_and_plain_ones_are_left_alone(texts: list[str]) -> None:
    seen = as_seen(arrow.array(texts, arrow.large_string())).to_pylist()
    assert seen == [text if text.isascii() else text_as_seen(text) for text in texts]


@pytest.mark.parametrize("letters", ["\ufdfa", "\u0301\u0316", "\u0430", "\u200b", "a\u0301"])
def test_a_megabyte_in_one_cell_neither_grows_nor_takes_long(letters: str) -> None:
    text, started = letters * (1_000_000 // len(letters.encode())), time.process_time()
    assert len(text_as_seen(text)) <= len(text)
    assert kind_of_name(text) is None
    assert time.process_time() - started < 5  # seconds, on a busy machine; normalised as a whole it would take hours
