"""The record of released cohorts: kept in a file, shared by processes, and never guessed at when damaged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from analysis.disclosure import CohortRecord

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
    record = CohortRecord(None, "digest", GROUPS, also=[CLINICS])
    assert record.admit(mask(95)).others == ()
    found = record.admit(mask(120))  # 5 more of clinic A, 20 of clinic B
    assert found.allowed
    assert found.groups == ()  # all of one route, in which they differ by 25
    assert found.others == ("clinic A",)


def test_a_clinic_nobody_was_told_of_is_not_named() -> None:
    record = CohortRecord(None, "digest", GROUPS, also=[CLINICS])
    record.admit(mask(100))
    assert record.admit(mask(108) | (np.arange(300) >= 285)).others == ()  # 8 of clinic B were never spoken of


def test_other_partitions_are_remembered_between_runs(tmp_path: Path) -> None:
    path = tmp_path / "cohorts.jsonl"
    CohortRecord(path, "digest", GROUPS, also=[CLINICS]).admit(mask(95))
    assert CohortRecord(path, "digest", GROUPS, also=[CLINICS]).admit(mask(120)).others == ("clinic A",)
