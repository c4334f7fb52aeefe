"""Two cohorts that differ by a few patients are never both released."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure.guard import ReleasedCohorts, Verdict, differs_by_few

GROUPS = ["IV"] * 150 + ["IM"] * 90 + ["SL"] * 60


def mask(*patients: int, n: int = 300) -> np.ndarray:
    keep = np.zeros(n, dtype=bool)
    keep[list(patients)] = True
    return keep


def test_the_first_cohort_may_be_released() -> None:
    assert ReleasedCohorts(GROUPS).admit(mask(*range(100))).allowed


def test_the_same_cohort_again_may_be_released() -> None:
    released = ReleasedCohorts(GROUPS)
    released.admit(mask(*range(100)))
    assert released.admit(mask(*range(100))).allowed
    assert len(released) == 1


@pytest.mark.parametrize(("more", "allowed"), [(1, False), (10, False), (11, True)])
def test_a_cohort_with_one_to_ten_patients_more_is_refused(more: int, allowed: bool) -> None:
    released = ReleasedCohorts(["IV"] * 300)
    released.admit(mask(*range(100)))
    verdict = released.admit(mask(*range(100 + more)))
    assert verdict.allowed is allowed
    assert verdict.sentence == (
        ""
        if allowed
        else "This cohort differs by fewer than 11 patients from one that was released before, so the difference would"
        " show those patients. Widen or narrow it by more."
    )


def test_a_refused_cohort_is_not_remembered() -> None:
    released = ReleasedCohorts(["IV"] * 300)
    released.admit(mask(*range(100)))
    released.admit(mask(*range(103)))
    assert released.admit(mask(*range(114))).allowed


def test_a_group_that_differs_by_few_is_named_though_the_whole_differs_by_many() -> None:
    released = ReleasedCohorts(GROUPS)
    released.admit(mask(*range(200)))
    verdict = released.admit(mask(*range(3, 200), *range(240, 300)))
    assert verdict.allowed
    assert verdict.groups == ("IV", "SL")  # the total without the other would be IV
    assert verdict.sentence == (
        "Withheld for IV, SL: compared with a cohort released before, fewer than 11 patients differ in one or more of "
        "them."
    )


def test_closed_groups_differ_together_by_nobody_or_by_enough() -> None:
    rng = np.random.default_rng(5)
    groups = rng.choice(list("ABCDEF"), 400, p=[0.3, 0.25, 0.2, 0.1, 0.1, 0.05]).tolist()
    released, labels = ReleasedCohorts(groups), np.array(groups)
    first = rng.random(400) < 0.9
    released.admit(first)
    for _ in range(200):
        moved = first ^ (rng.random(400) < rng.uniform(0.02, 0.2))
        verdict = released.judge(moved)
        apart = int((first ^ moved)[np.isin(labels, verdict.groups)].sum())
        assert not verdict.allowed or apart == 0 or apart >= 11


@settings(max_examples=60, deadline=None)
@given(st.integers(20, 150), st.integers(0, 2**32 - 1))
def test_no_two_released_cohorts_differ_by_one_to_ten_patients(n: int, seed: int) -> None:
    """The plain comparison, mask by mask, as the second opinion."""
    draws = np.random.default_rng(seed)
    released = ReleasedCohorts(draws.choice(["IV", "IM", "SL"], n).tolist())
    base = draws.random(n) < 0.5
    admitted: list[np.ndarray] = []
    for _ in range(12):
        keep = base ^ (draws.random(n) < draws.choice([0.0, 0.02, 0.1, 0.5]))
        close = any(differs_by_few(keep, other) for other in admitted)
        verdict = released.admit(keep)
        assert verdict.allowed is not close
        if verdict.allowed:
            admitted.append(keep)


def test_released_cohorts_survive_a_restart() -> None:
    released = ReleasedCohorts(GROUPS)
    released.admit(mask(*range(100)))
    again = ReleasedCohorts(GROUPS)
    again.restore(released.stored())
    assert not again.admit(mask(*range(105))).allowed


def test_the_cohorts_of_another_study_are_not_taken_over() -> None:
    released = ReleasedCohorts(GROUPS)
    released.admit(mask(*range(100)))
    with pytest.raises(ValueError, match=r"^The released cohorts on record are of another study\.$"):
        ReleasedCohorts(["IV"] * 1000).restore(released.stored())


def test_a_group_of_which_nothing_was_said_in_one_of_the_two_is_not_closed() -> None:
    """Nine in one cohort, none in the other: both are withheld or nought by themselves."""
    released = ReleasedCohorts(GROUPS)
    released.admit(mask(*range(100), *range(240, 249)))
    verdict = released.admit(mask(*range(50), *range(150, 180)))
    assert verdict == Verdict(True)


def test_a_cohort_can_be_remembered_whatever_it_differs_by() -> None:
    released = ReleasedCohorts(GROUPS)
    released.admit(mask(*range(100)))
    assert released.remember(mask(*range(103)))
    assert not released.remember(mask(*range(103)))
    assert len(released) == 2
