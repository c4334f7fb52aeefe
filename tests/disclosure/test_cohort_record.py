"""The record of released cohorts: kept in a file, shared by processes, and never guessed at when damaged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from analysis.disclosure import CohortRecord
from analysis.disclosure.guard import REST

GROUPS = ["IV"] * 200 + ["IM"] * 100


def mask(n: int) -> np.ndarray:
    return np.arange(300) < n


def test_a_cohort_too_close_to_one_of_an_earlier_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cohorts.jsonl"
    assert CohortRecord(path, "digest", GROUPS).admit(mask(100)).allowed
    again = CohortRecord(path, "digest", GROUPS)
    assert not again.admit(mask(105)).allowed
    assert again.admit(mask(111)).allowed
    assert len(path.read_text().splitlines()) == 2


def test_cohorts_of_another_study_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "cohorts.jsonl"
    CohortRecord(path, "one", GROUPS).admit(mask(100))
    assert CohortRecord(path, "other", GROUPS).admit(mask(105)).allowed


def test_a_record_sees_what_another_process_released_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "cohorts.jsonl"
    mine = CohortRecord(path, "digest", GROUPS)
    mine.admit(mask(100))
    code = (
        "import numpy as np\nfrom pathlib import Path\nfrom analysis.disclosure import CohortRecord\n"
        f"CohortRecord(Path({str(path)!r}), 'digest', ['IV'] * 200 + ['IM'] * 100).admit(np.arange(300) < 150)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert not mine.admit(mask(155)).allowed
    assert len(mine) == 2


def test_the_same_cohort_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "cohorts.jsonl"
    record = CohortRecord(path, "digest", GROUPS)
    for _ in range(3):
        assert record.admit(mask(100)).allowed
        record.remember(mask(100))
    assert len(path.read_text().splitlines()) == 1


def test_what_the_holder_takes_away_is_remembered_whatever_it_is_close_to() -> None:
    record = CohortRecord(None, "digest", GROUPS)
    record.admit(mask(100))
    record.remember(mask(103))
    assert not record.admit(mask(112)).allowed
    assert len(record) == 2


@pytest.mark.parametrize("n", [0, 1, 10])
def test_a_cohort_of_fewer_than_eleven_shows_nothing_to_subtract_and_is_not_kept(n: int) -> None:
    record = CohortRecord(None, "digest", GROUPS)
    assert record.admit(mask(n)).allowed
    record.remember(mask(n))
    assert len(record) == 0


@pytest.mark.parametrize("line", ["half a line", '{"study": "digest"}', '{"study": "digest", "patients": "%"}', "[]"])
def test_a_damaged_record_is_an_error_and_not_an_empty_one(tmp_path: Path, line: str) -> None:
    path = tmp_path / "cohorts.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(OSError, match=r"^the record of released cohorts is damaged$"):
        CohortRecord(path, "digest", GROUPS).admit(mask(100))


CLINICS = ["clinic A"] * 100 + ["clinic B"] * 100 + ["clinic A"] * 100


def test_a_clinic_in_which_two_cohorts_differ_by_few_is_named_although_the_cohorts_differ_by_many() -> None:
    record = CohortRecord(None, "digest", GROUPS, also={"clinic": CLINICS})
    assert record.admit(mask(95)).others == ()
    found = record.admit(mask(120))  # 5 more of clinic A, 20 of clinic B
    assert found.allowed
    assert found.groups == ()  # all of one route, in which they differ by 25
    assert found.others == ("clinic A", "clinic B")  # the total without B would be A


def test_a_clinic_nobody_was_told_of_is_closed_only_with_the_small_ones() -> None:
    record = CohortRecord(None, "digest", GROUPS, also={"clinic": CLINICS})
    record.admit(mask(100))
    # 8 of clinic B were never spoken of by themselves; as what is left of the total they would be
    assert record.admit(mask(108) | (np.arange(300) >= 285)).others == (f"clinic {REST}",)


def test_other_partitions_are_remembered_between_runs(tmp_path: Path) -> None:
    path = tmp_path / "cohorts.jsonl"
    CohortRecord(path, "digest", GROUPS, also={"clinic": CLINICS}).admit(mask(95))
    assert CohortRecord(path, "digest", GROUPS, also={"clinic": CLINICS}).admit(mask(120)).others == (
        "clinic A",
        "clinic B",
    )


def test_clinics_too_small_to_be_shown_are_closed_together_when_they_differ_by_few() -> None:
    """Three clinics of 9 are pooled; 4 of their patients fewer, and the pooled row would show them."""
    clinics = ["clinic A"] * 200 + ["clinic B"] * 73 + ["clinic C"] * 9 + ["clinic D"] * 9 + ["clinic E"] * 9
    record = CohortRecord(None, "digest", GROUPS, also={"clinic": clinics})
    record.admit(mask(300))
    found = record.admit(mask(296) & (np.arange(300) >= 40))
    assert found.allowed
    assert found.others == (f"clinic {REST}",)


def test_groups_closed_together_never_differ_by_a_few_in_all() -> None:
    """A and B differ by 3 and 2, and their sum is what is left of the total: the group that differs next is closed."""
    clinics = ["clinic A"] * 100 + ["clinic B"] * 100 + ["clinic C"] * 60 + ["clinic D"] * 40
    record = CohortRecord(None, "digest", GROUPS, also={"clinic": clinics})
    everyone = mask(300)
    record.admit(everyone)
    fewer = everyone.copy()
    fewer[[0, 1, 2, 100, 101]] = False
    fewer[200:215] = False  # 15 of clinic C
    assert record.admit(fewer).others == ("clinic A", "clinic B", "clinic C")
