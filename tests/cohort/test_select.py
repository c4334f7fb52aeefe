"""Selecting a cohort: who stays, who leaves where, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.cohort import Cohort, CohortError, select
from analysis.study import Study
from tests.drawn import drawn_study

PATIENTS = """
patient_id clinic_id primary_diagnosis age sex payer ward
a C01 MDD 40 female commercial north
b C02 MDD 50 male self-pay south
c C01 PTSD 60 - Medicare north
d C01 MDD - male - south
e C02 GAD 30 female self-pay -
"""
SESSIONS = """
patient_id session_number day route molecule
a 1 0 IV racemic
a 2 3 IV racemic
b 1 0 IN esketamine
c 1 0 IV racemic
d 1 0 SL racemic
"""
ASSESSMENTS = """
patient_id day instrument score
a 0 PHQ-9 20
b -2 PHQ-9 12
c 0 GAD-7 9
"""


@pytest.fixture(scope="module")
def study() -> Study:
    return drawn_study(PATIENTS, SESSIONS, ASSESSMENTS)


def kept(study: Study, **rules: object) -> str:
    return "".join(select(study, Cohort(**rules)).patients)  # type: ignore[arg-type]


def test_a_cohort_without_rules_is_every_starter(study: Study) -> None:
    assert kept(study) == "abcd"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"routes": ("IV",)}, "ac"),
        ({"molecules": ("esketamine",)}, "b"),
        ({"clinics": ("C01",)}, "acd"),
        ({"diagnoses": ("MDD",)}, "abd"),
        ({"sexes": ("female",)}, "ac"),  # c has no recorded sex and stays
        ({"sexes": ("female",), "drop_missing": ("sex",)}, "a"),
        ({"payers": ("self-pay",), "drop_missing": ("payer",)}, "b"),
        ({"age": (45, 60)}, "bcd"),
        ({"age": (45, 60), "drop_missing": ("age",)}, "bc"),
        ({"baseline": (15, 27)}, "acd"),
        ({"baseline": (15, 27), "drop_missing": ("baseline",)}, "a"),
        ({"baseline_instrument": "GAD-7", "baseline": (0, 21), "drop_missing": ("baseline",)}, "c"),
        ({"sessions_reached": (2, 99)}, "a"),
        ({"extra": (("ward", ("north",)),)}, "ac"),
        ({"drop_missing": ("age",)}, "abc"),
        ({"drop_missing": ("ward",)}, "abcd"),
    ],
)
def test_each_rule_keeps_the_patients_who_meet_it(study: Study, rules: dict[str, object], expected: str) -> None:
    assert kept(study, **rules) == expected


def test_flow_counts_a_patient_once_at_the_first_failed_rule(study: Study) -> None:
    flow = select(study, Cohort(routes=("IV",), sexes=("female",), drop_missing=("sex",))).flow
    assert flow["rule"].tolist() == [
        "Patients in the study", "At least one ketamine session", "Route of the first session", "Sex",
    ]  # fmt: skip
    assert flow["kept"].tolist() == [5, 4, 2, 1]
    assert flow["left_out"].tolist() == [0, 1, 2, 1]
    assert flow["which_missing"].tolist() == [0, 0, 0, 1]
    assert flow["kept"].iloc[0] - flow["left_out"].sum() == flow["kept"].iloc[-1]


def test_patients_stay_or_go_whole(study: Study) -> None:
    chosen = select(study, Cohort(routes=("IV",))).study
    assert len(chosen.sessions) == 3
    assert set(chosen.assessments["patient_id"]) == {"a", "c"}


def test_asking_for_what_the_study_lacks_lists_everything_with_the_nearest(study: Study) -> None:
    with pytest.raises(CohortError) as caught:
        select(study, Cohort(routes=("IM",), clinics=("C1",), age=(60, 40), drop_missing=("shoe",)))
    assert str(caught.value) == (
        "This cohort cannot be selected: no patient has route of the first session 'IM'. "
        "no patient has clinic 'C1'. Nearest: C01. "
        "age: the lower end 60 is above the upper end 40. "
        "'shoe' is no rule, so its missing values cannot be dropped."
    )


def test_a_rule_on_a_column_the_study_does_not_record_is_refused_in_words() -> None:
    study = drawn_study(
        "patient_id clinic_id primary_diagnosis\na C MDD", SESSIONS[:60], "patient_id day instrument score\na 0 PHQ-9 9"
    )
    with pytest.raises(CohortError, match="the study records no payer; remove that rule"):
        select(study, Cohort(payers=("VA",)))


def test_a_cohort_may_be_of_nobody(study: Study) -> None:
    selection = select(study, Cohort(routes=("SL",), sexes=("female",)))
    assert selection.n_patients == 0
    assert len(selection.study.sessions) == 0


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.sampled_from(["IV", "IN", "SL"])),
    st.sets(st.sampled_from(["C01", "C02"])),
    st.tuples(st.integers(20, 50), st.integers(50, 80)),
    st.sets(st.sampled_from(["age", "sex", "payer", "baseline"])),
)
def test_a_stricter_cohort_never_adds_a_patient(
    routes: set[str], clinics: set[str], age: tuple[int, int], drop: set[str]
) -> None:
    study = drawn_study(PATIENTS, SESSIONS, ASSESSMENTS)
    loose = Cohort(routes=tuple(routes))
    strict = Cohort(routes=tuple(routes), clinics=tuple(clinics), age=age, drop_missing=tuple(drop))
    assert set(select(study, strict).patients) <= set(select(study, loose).patients)
