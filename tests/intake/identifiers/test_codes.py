"""Codes of patients: random ones pass, hashes are warned about, identifiers in their place are refused."""

from __future__ import annotations

import base64
import hashlib
import uuid

import numpy as np
import pytest

from .conftest import gate, gate_codes, random_codes

NUMBERS = range(100_200, 100_260)
HASHES = {
    "md5": [hashlib.md5(str(number).encode()).hexdigest() for number in NUMBERS],
    "sha1": [hashlib.sha1(str(number).encode()).hexdigest() for number in NUMBERS],
    "sha224": [hashlib.sha224(str(number).encode()).hexdigest() for number in NUMBERS],
    "sha256": [hashlib.sha256(str(number).encode()).hexdigest().upper() for number in NUMBERS],
    "sha384": [hashlib.sha384(str(number).encode()).hexdigest() for number in NUMBERS],
    "sha512": [hashlib.sha512(str(number).encode()).hexdigest() for number in NUMBERS],
    "sha256 in base64": [base64.b64encode(hashlib.sha256(str(n).encode()).digest()).decode() for n in NUMBERS],
    "md5 in base64": [base64.b64encode(hashlib.md5(str(n).encode()).digest()).decode() for n in NUMBERS],
    "bcrypt": [f"$2b$12${base64.b64encode(hashlib.sha512(str(n).encode()).digest()).decode()[:53]}" for n in NUMBERS],
    "uuid 5": [str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))) for number in NUMBERS],
    "uuid 3": [str(uuid.uuid3(uuid.NAMESPACE_OID, str(number))) for number in NUMBERS],
}
WARNING = (
    "patients.csv: column 'patient_id' has 60 cells with what looks like a hash, which whoever knows the hashed value "
    "can compute (rows 2, 3, 4 and 57 more). Give every patient or clinic a new code drawn at random, kept nowhere in "
    "the study beside the old one."
)


@pytest.mark.parametrize("made", HASHES)
def test_codes_that_look_like_hashes_are_warned_about(made: str) -> None:
    [finding] = gate_codes(HASHES[made])
    assert finding.level == "note"
    assert finding.message == WARNING


def test_hashes_in_a_column_beyond_the_dictionary_are_warned_about() -> None:
    [finding] = gate("other_code", HASHES["sha1"])
    assert (finding.level, finding.column, finding.count) == ("note", "other_code", 60)


def test_hashes_of_words_of_a_category_are_warned_about() -> None:
    [finding] = gate("arm", HASHES["md5"][:2] * 30)
    assert finding.count == 60


REFUSED = {
    "with an e-mail address": [f"p{number}@mail.example" for number in NUMBERS],
    "with what looks like a social security number": [f"123-45-{6000 + place}" for place in range(60)],
    "with what looks like a person's name": ["James Smith", "Linda Garcia", "Karen Okafor"] * 20,
    "with a calendar date finer than a year": [f"19560{1 + place % 9}12-{place:02d}" for place in range(60)],
    "with a telephone or fax number": [f"(212) 555-{1000 + place}" for place in range(60)],
    "with what looks like a record number": [f"MRN {number}" for number in NUMBERS],
}


@pytest.mark.parametrize("what", REFUSED)
def test_identifiers_in_place_of_codes_are_refused(what: str) -> None:
    errors = [finding for finding in gate_codes(REFUSED[what]) if finding.level == "error"]
    [message] = [finding.message for finding in errors]
    assert what in message
    assert "Give every patient or clinic a new code drawn at random" in message


def test_clinics_called_by_their_city_are_refused() -> None:
    [finding] = gate_codes(["Austin", "Boston clinic"] * 30, "clinic_id")
    assert finding.message == (
        "patients.csv: column 'clinic_id' has 60 cells with a place smaller than a state (rows 2, 3, 4 and 57 more). "
        "Give every patient or clinic a new code drawn at random, kept nowhere in the study beside the old one. "
        "An administrator may allow the column in the mapping, under [[allow]], with a written reason."
    )


@pytest.mark.parametrize("code", ["C01", "North", "A", "NIMH", "Clinic 3", "Main Campus"])
def test_opaque_codes_of_clinics_pass(code: str) -> None:
    assert gate_codes([code] * 20, "clinic_id") == []


def test_numbers_close_together_are_noted_as_possible_record_numbers() -> None:
    numbers = np.random.default_rng(2).permutation(np.arange(4_310_000, 4_310_900, 9))
    [finding] = gate_codes([str(number) for number in numbers])
    assert finding.level == "note"
    assert finding.message == (
        "patients.csv: column 'patient_id' holds plain numbers close together, as record numbers and numbers handed "
        "out in order are. Make sure that they are neither: a patient's code should be drawn at random."
    )


def test_a_code_of_its_own_for_every_patient_is_noted() -> None:
    [finding] = gate("link_key", [f"k4-{code}" for code in random_codes(60, 3)])
    assert finding.level == "note"
    assert finding.message == (
        "patients.csv: column 'link_key' gives nearly every patient a code of its own. A code that stands for the same "
        "patient anywhere else identifies: remove the column unless the codes are random."
    )


def test_record_numbers_repeated_on_every_session_are_refused() -> None:
    cells = [str(number) for number in NUMBERS for _ in range(3)]
    [finding] = gate("ref", cells, "sessions", rows_each=3)
    assert (finding.level, finding.count) == ("error", 180)
    assert "with what looks like a record number" in finding.message


def test_six_digits_that_patients_share_are_no_record_numbers() -> None:
    assert gate("batch_of_codes", [str(100_000 + place % 7) for place in range(60)]) == []


def test_a_table_without_patients_is_checked_all_the_same() -> None:
    from .conftest import gate_columns

    [finding] = gate_columns({"clinic_id": ["A"] * 30, "ref": [f"x{place}@mail.example" for place in range(30)]})
    assert finding.level == "error"
