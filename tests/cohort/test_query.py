"""A cohort survives its URL, and an address can ask for nothing that is not there."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.cohort import Cohort, cohort_from_query, cohort_to_query
from tests.cohort.test_select import ASSESSMENTS, PATIENTS, SESSIONS
from tests.drawn import drawn_study

STUDY = drawn_study(PATIENTS, SESSIONS, ASSESSMENTS)


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True).map(tuple)


def limits(low: int, high: int) -> st.SearchStrategy[tuple[float, float] | None]:
    pair = st.tuples(st.integers(low, high), st.integers(low, high))
    return st.none() | pair.map(lambda ends: (float(min(ends)), float(max(ends))))


COHORTS = st.builds(
    Cohort,
    routes=some("IV", "IN", "SL"),
    molecules=some("racemic", "esketamine"),
    clinics=some("C01", "C02"),
    diagnoses=some("MDD", "PTSD", "GAD"),
    sexes=some("female", "male"),
    payers=some("commercial", "self-pay", "Medicare"),
    age=limits(18, 90),
    baseline_instrument=st.sampled_from(["PHQ-9", "GAD-7"]),
    baseline=limits(0, 27),
    sessions_reached=limits(1, 40),
    extra=st.sampled_from([(), (("ward", ("north",)),), (("ward", ("north", "south")),)]),
    drop_missing=some("age", "sex", "payer", "ward"),
)


@settings(max_examples=150, deadline=None)
@given(COHORTS)
def test_a_cohort_survives_its_url(cohort: Cohort) -> None:
    assert cohort_from_query(cohort_to_query(cohort), STUDY) == (cohort, ())


def test_everyone_leaves_the_url_clean() -> None:
    assert cohort_to_query(Cohort()) == {}
    assert Cohort().is_everyone
    assert not Cohort(routes=("IV",)).is_everyone


def test_one_value_may_come_as_a_string() -> None:
    assert cohort_from_query({"route": "IV"}, STUDY)[0] == Cohort(routes=("IV",))


def test_what_the_study_does_not_know_is_ignored_and_said_without_repeating_it() -> None:
    query = {"route": ["IV", "<script>"], "age": ["old", "70"], "baseline": ["9"], "sessions": ["nan", "inf"]}
    cohort, ignored = cohort_from_query(query, STUDY)
    assert cohort == Cohort(routes=("IV",))
    assert ignored == (
        "The address asks for 1 route value(s) this study does not have; they were ignored.",
        "The age range in the address is not two numbers in order; it was ignored.",
        "The baseline range in the address is not two numbers in order; it was ignored.",
        "The sessions range in the address is not two numbers in order; it was ignored.",
    )


def test_keys_that_are_no_rule_are_left_to_others() -> None:
    assert cohort_from_query({"shape": "linear", "x.unknown": "1"}, STUDY) == (Cohort(), ())
