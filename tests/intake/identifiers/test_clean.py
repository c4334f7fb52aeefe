"""What identifies nobody passes without a word: codes, scores, years, clinical words, terminologies."""

from __future__ import annotations

import uuid
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import read_study
from analysis.study import Study

from .conftest import gate, gate_codes, random_codes

N = 240
RNG = np.random.default_rng(11)


def among(*words: object) -> list[object]:
    return [words[place] for place in RNG.integers(0, len(words), N)]


CLEAN: dict[str, list[object]] = {
    "arm": among("A", "B", "C"),
    "site": among("C01", "C02", "C03"),
    "region": among("North", "South", "East", "West"),
    "state": among("TX", "CA", "NY", "WA"),
    "home_state": among("Texas", "California", "New York State", "Georgia", "Virginia"),
    "country": among("United States", "Canada", "Mexico", "Jordan"),
    "race": among("White", "Black or African American", "Asian", "American Indian"),
    "religion": among("Christian", "Jewish", "Muslim", "None"),
    "visit_name": among("Screening", "Week 4", "Day 1", "Month 3", "dose 1"),
    "redcap_event_name": among("baseline_arm_1", "week_4_arm_1", "month_6_arm_1"),
    "drug_name": among("Lamotrigine", "Lithium Carbonate", "Bupropion XL", "Sertraline", "Quetiapine Fumarate"),
    "medications": among("Lithium, Lamotrigine", "Sertraline", "none", "Bupropion; Trazodone"),
    "dx_label": among(
        "Major depressive disorder, recurrent severe without psychotic features",
        "Generalized Anxiety Disorder",
        "Bipolar Depression",
        "Post-traumatic stress disorder, chronic",
    ),
    "icd10": among("F33.2", "F43.10", "F41.1", "F31.81", "R45.851"),
    "loinc": among("44261-6", "70274-6", "101698-9"),
    "snomed": among("370143000", "197480006", "473126001", "231504006"),
    "ndc": among("50458-028-03", "50458-028-02", "0143-9508-01"),
    "cpt": among("J0013", "96365", "99417", "G2083"),
    "rxnorm": [int(code) for code in among(2201623, 6130, 2119365)],
    "gene": among("*1/*2", "*1/*1", "SEPT2", "MARCH1"),
    "blood_pressure": [f"{RNG.integers(100, 160)}/{RNG.integers(60, 95)}" for _ in range(N)],
    "time_of_day": [f"{RNG.integers(8, 18):02d}:{RNG.integers(0, 60):02d}" for _ in range(N)],
    "dose_text": [f"0.{RNG.integers(3, 9)} mg/kg over 40 min" for _ in range(N)],
    "titration": among("0.5-0.75-1.0", "1-2-3", "10/20"),
    "score_total": [int(value) for value in RNG.integers(0, 28, N)],
    "phq9_total": [str(value) for value in RNG.integers(0, 28, N)],
    "ratio": [float(value) for value in RNG.uniform(0, 2, N)],
    "income_usd": [int(value) * 1000 for value in RNG.integers(15, 250, N)],
    "charge_usd": [round(float(value), 2) for value in RNG.uniform(300, 1800, N)],
    "platelets": [int(value) * 1000 for value in RNG.integers(150, 450, N)],
    "ketamine_ng_ml": [round(float(value), 3) for value in RNG.gamma(2, 60, N)],
    "few_platelets": [int(value) * 1000 for value in RNG.integers(150, 450, 12)],
    "start_year": [int(value) for value in RNG.integers(2012, 2025, N)],
    "year_text": [str(value) for value in RNG.integers(2012, 2025, N)],
    "years_span": among("2019-2021", "2021-2023", "2015/2016"),
    "version": among("2.1.0", "2.10", "v3.2.1"),
    "random_code": random_codes(N, 23)[: N // 2] * 2,
    "treatment_code": [f"T-{code[:3]}" for code in random_codes(40, 3)] * 6,
    "payer_name": among("Blue Cross", "United Healthcare", "Aetna", "Kaiser Permanente", "Self Pay"),
    "therapist_credential": among("Nurse Practitioner", "Licensed Counselor", "Psychiatrist", "MD"),
    "referral_source": among("Primary Care", "Family or Friend", "Web Search", "Psychiatrist"),
    "music": among("Playlist One", "Ambient", "none"),
    "phone_visit": among("yes", "no"),
    "email_consent": among(True, False),
    "n_phone_calls": [int(value) for value in RNG.integers(0, 12, N)],
    "address_known": among("Y", "N", None),
    "licence_type": among("LCSW", "MD", "NP"),
    "start_date": [int(value) for value in RNG.integers(-30, 400, N)],
    "date_year": [int(value) for value in RNG.integers(2015, 2025, N)],
    "age_group": among("18-29", "30-44", "45-64", "65-89", "90+"),
    "age_at_onset": [int(value) for value in RNG.integers(8, 91, N)],
    "age_onset_months": [int(value) for value in RNG.integers(100, 1080, N)],
    "birth_year": [int(value) for value in RNG.integers(1950, 2004, N)],
    "percentage_change": [float(value) for value in RNG.normal(0, 100, N)],
    "average_dosage": [float(value) for value in RNG.uniform(90, 140, N)],
    "serial_sevens": [int(value) for value in RNG.integers(0, 6, N)],
    "urine_ph": [round(float(value), 1) for value in RNG.uniform(4.5, 8, N)],
    "ip_op": among("inpatient", "outpatient"),
    "tract_infection": among("true", "false"),
    "comment_code": among("A1", "B2"),
    "first": [int(value) for value in RNG.integers(0, 9, N)],
    "last": [float(value) for value in RNG.uniform(0, 30, N)],
    "patient_global_impression": among("Much Improved", "Minimally Improved", "No Change"),
    "contact_mode": among("In Person", "Video Visit", "Phone Call"),
    "adverse_outcome": among("fall", "rash", "none"),
    "state_fips": among("48", "06", "36"),
}  # fmt: skip


@pytest.mark.parametrize("name", CLEAN)
def test_a_column_that_identifies_nobody_passes_without_a_word(name: str) -> None:
    assert [finding.message for finding in gate(name, CLEAN[name])] == []


def test_random_codes_of_patients_pass_in_every_shape() -> None:
    rng = np.random.default_rng(4)
    shapes = {
        "uuid": [str(uuid.UUID(bytes=rng.bytes(16), version=4)) for _ in range(200)],
        "uuid without dashes": [uuid.UUID(bytes=rng.bytes(16), version=4).hex for _ in range(200)],
        "letters and digits": random_codes(200, 8),
        "P and seven digits": [f"P{number:07d}" for number in rng.integers(0, 10_000_000, 200)],
        "eight digits": [str(number) for number in rng.integers(10_000_000, 100_000_000, 200)],
        "nine digits": [str(number) for number in rng.integers(100_000_000, 1_000_000_000, 200)],
        "ten digits": [str(number) for number in rng.integers(1_000_000_000, 10_000_000_000, 200)],
        "study code": [f"sub-MOA{number}" for number in range(101, 301)],
        "counted": [f"{number:03d}" for number in range(1, 201)],
        "site and number": [f"C01-{number:04d}" for number in range(1, 201)],
    }
    for shape, codes in shapes.items():
        cells = [finding.message for finding in gate_codes(codes)]
        assert cells == [], shape


def test_the_sample_study_and_a_real_one_pass(sample_study: Study, shared_folder: Path) -> None:
    told = ("under [[allow]]", "hash", "code of its own", "close together", "Take it out")
    real = shared_folder / "data" / "nimh_ketamine"
    if not real.is_dir():
        pytest.skip(f"no NIMH ketamine data at {real}")
    nimh = read_study(real, Path(__file__).parents[1] / "nimh_ketamine.toml")
    for study in (sample_study, nimh):
        assert not [note for note in study.notes if any(words in note for words in told)]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=40))
def test_numbers_of_up_to_five_digits_never_identify(numbers: list[float]) -> None:
    assert gate("measure", numbers) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(sorted({str(cell) for cells in CLEAN.values() for cell in cells if len(str(cell)) > 5
                                        and not str(cell).startswith("T-")})),
                min_size=1, max_size=8, unique=True), st.integers(1, 6))  # fmt: skip
def test_clinical_words_mixed_at_random_are_never_refused(words: list[str], times: int) -> None:
    assert [finding for finding in gate("item_a", words * times) if finding.level == "error"] == []
