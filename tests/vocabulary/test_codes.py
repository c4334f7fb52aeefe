"""Codes of public vocabularies: each declared once, each with the check digit it should have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.vocabulary import INSTRUMENTS, ROUTES
from analysis.vocabulary.codes import (
    CSSRS_LIFETIME,
    INSTRUMENT_OF_LOINC,
    LOINC,
    PCL_C_TOTAL,
    PHQ9_ANSWERS,
    PHQ9_ITEM_9,
    PHQ9_PANEL,
    ROUTE_OF_SNOMED,
    RXNORM,
    SNOMED,
    shown_code,
)


def test_totals_are_those_of_the_instruments() -> None:
    assert INSTRUMENT_OF_LOINC == {"44261-6": "PHQ-9", "70274-6": "GAD-7", "101698-9": "PCL-5", "93293-9": "C-SSRS"}
    assert PCL_C_TOTAL not in INSTRUMENT_OF_LOINC


def test_buccal_has_no_code_because_none_was_verified() -> None:
    assert set(ROUTES) - set(ROUTE_OF_SNOMED.values()) == {"buccal"}


def test_phq9_answers_are_its_items_points() -> None:
    assert list(PHQ9_ANSWERS.values()) == [0, 1, 2, 3]
    assert sum([max(PHQ9_ANSWERS.values())] * 9) == INSTRUMENTS["PHQ-9"].maximum


@pytest.mark.parametrize("code", [*INSTRUMENT_OF_LOINC, PHQ9_PANEL, PHQ9_ITEM_9, PCL_C_TOTAL, CSSRS_LIFETIME])
def test_every_loinc_code_passes_its_check_digit(code: str) -> None:
    assert shown_code(LOINC, code) == f"LOINC {code}"


@pytest.mark.parametrize("code", ROUTE_OF_SNOMED)
def test_every_snomed_code_passes_its_check_digit(code: str) -> None:
    assert shown_code(SNOMED, code) == f"SNOMED CT {code}"


@given(
    st.sampled_from([(SNOMED, code) for code in ROUTE_OF_SNOMED] + [(LOINC, code) for code in INSTRUMENT_OF_LOINC]),
    st.data(),
)
def test_a_code_with_one_wrong_digit_is_not_shown(known: tuple[str, str], data: st.DataObject) -> None:
    system, code = known
    places = [place for place, letter in enumerate(code) if letter.isdigit()]
    place = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != code[place]]))
    assert shown_code(system, code[:place] + digit + code[place + 1 :]) is None


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (RXNORM, "Ada"),
        (RXNORM, "123-45-6789"),
        (RXNORM, "12345678"),
        (LOINC, "44261"),
        (SNOMED, "1"),
        ("urn:x", "44261-6"),
        ("", ""),
    ],
)
def test_what_has_not_the_form_of_its_vocabulary_is_not_shown(system: str, code: str) -> None:
    assert shown_code(system, code) is None
