"""A dirty study: every seeded fault is reported where it is, nothing is dropped silently, nothing is echoed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.intake import Finding, StudyDataError, findings_frame, read_study
from analysis.intake.findings import FindingLog
from analysis.study import Study

from .dirty_files import (
    BROKEN,
    MAPPED_CELLS,
    SECRET,
    SOURCE_FILES,
    BrokenFile,
    foreign_study,
    write_broken,
    write_foreign,
)
from .dirty_seeds import dirty_study, noted_study
from .dirty_study import FIRST_ROWS, DirtyStudy, Fault, as_csv, clean_tables

SEEDS = range(3)
FEWEST_FAULTS, FEWEST_KINDS = 40, 25
SHORTEST_SECRET = 4  # characters; a shorter one stands in every number of rows
BASELINE = "a baseline (a score on day 0"  # blanking and moving scores takes some patients' baseline away


def findings_of(dirty: DirtyStudy, folder: Path) -> tuple[Finding, ...]:
    dirty.write(folder)
    with pytest.raises(StudyDataError) as caught:
        read_study(folder)
    return caught.value.findings


def is_of(finding: Finding, fault: Fault, dirty: DirtyStudy) -> bool:
    """Whether a finding names a fault's level, table, column, sentence, number of rows and first rows."""
    rows = sorted(dirty.row_number(fault.table, row) for row in fault.rows)
    return (
        (finding.level, finding.table, finding.column) == (fault.level, fault.table, fault.column)
        and f"{fault.table}.csv: " in finding.message
        and fault.says in finding.message
        and finding.count == (len(rows) or None)
        and finding.rows == tuple(rows[:FIRST_ROWS])
    )


def test_the_clean_copy_has_no_error(tmp_path: Path) -> None:
    for name, rows in clean_tables().items():
        (tmp_path / f"{name}.csv").write_text(as_csv(rows), encoding="utf-8")
    study = read_study(tmp_path)
    assert all(BASELINE in note for note in study.notes)
    assert {name: len(frame) for name, frame in study.tables.items()} == {
        name: len(rows) for name, rows in clean_tables().items()
    }


def test_the_dirty_study_has_enough_faults_of_enough_kinds_in_every_table() -> None:
    faults = dirty_study(0).faults
    assert len(faults) >= FEWEST_FAULTS
    assert len({fault.kind for fault in faults}) >= FEWEST_KINDS
    assert {fault.table for fault in faults} == set(clean_tables())


@pytest.mark.parametrize("seed", SEEDS)
def test_every_fault_is_reported_with_its_place_and_nothing_else_is(seed: int, tmp_path: Path) -> None:
    dirty = dirty_study(seed)
    findings = [finding for finding in findings_of(dirty, tmp_path) if BASELINE not in finding.message]
    reported = [[finding for finding in findings if is_of(finding, fault, dirty)] for fault in dirty.faults]
    unclear = [fault for fault, found in zip(dirty.faults, reported, strict=True) if len(found) != 1]
    assert unclear == []
    assert sorted(map(str, findings)) == sorted(str(found[0]) for found in reported)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_cell_that_was_put_in_is_in_any_message(seed: int, tmp_path: Path) -> None:
    dirty = dirty_study(seed)
    findings = findings_of(dirty, tmp_path)
    told = str(StudyDataError(findings)) + findings_frame(findings).to_csv()
    secrets = {cell.strip() for fault in dirty.faults for cell in fault.secrets if len(cell) >= SHORTEST_SECRET}
    assert len(secrets) >= FEWEST_FAULTS
    assert [cell for cell in secrets if cell in told] == []
    assert re.search(r"\bP[0-9]{7}\b", told) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_left_out_is_counted_row_by_row(seed: int, tmp_path: Path) -> None:
    dirty, log = noted_study(seed), FindingLog()
    dirty.write(tmp_path)
    study = read_study(tmp_path, log=log)
    assert {name: _rows_accounted_for(name, study, log) for name in dirty.tables} == {
        name: len(rows) for name, rows in dirty.tables.items()
    }
    noted = [finding for finding in log.findings if BASELINE not in finding.message]
    assert [sum(is_of(finding, fault, dirty) for finding in noted) for fault in dirty.faults] == [1] * len(noted)


def _rows_accounted_for(table: str, study: Study, log: FindingLog) -> int:
    """The rows of a table in the study, and those that a finding says were left out."""
    left_out = [f.count or 0 for f in log.findings if f.table == table and "left out" in f.message]
    return len(study.tables[table]) + sum(left_out)


@pytest.mark.parametrize("files", BROKEN, ids=["cells", "encodings", "contents"])
def test_a_broken_file_of_every_table_is_reported_beside_the_others(
    files: tuple[BrokenFile, ...], tmp_path: Path
) -> None:
    write_broken(files, tmp_path)
    with pytest.raises(StudyDataError) as caught:
        read_study(tmp_path)
    errors = [finding for finding in caught.value.findings if finding.level == "error"]
    assert [(finding.table, file.says in finding.message) for finding, file in zip(errors, files, strict=True)] == [
        (file.table, True) for file in files
    ]
    assert SECRET not in str(caught.value)


def test_a_foreign_export_gives_the_study_it_was_made_of(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    study = read_study(tmp_path / "export", write_foreign(foreign_study(0), tmp_path / "export"))
    clean = clean_tables()
    assert study.sessions["route"].tolist() == [row["route"] for row in clean["sessions"]]
    weighed = [(row["weight_kg"], row["dose_mg"]) for row in clean["sessions"]]
    read = zip(study.sessions["weight_kg"], study.sessions["dose_mg"], weighed, strict=True)
    assert all(
        (not kilos or weight == pytest.approx(float(kilos), abs=1e-4))
        and (not mg or dose == pytest.approx(float(mg), abs=1e-3))
        for weight, dose, (kilos, mg) in read
    )
    assert [len(study.patients), len(study.assessments)] == [len(clean["patients"]), len(clean["assessments"])]


@pytest.mark.parametrize("seed", SEEDS)
def test_faults_of_a_foreign_export_are_reported_in_its_own_words_and_columns(seed: int, tmp_path: Path) -> None:
    dirty, folder = foreign_study(seed), tmp_path / "export"
    folder.mkdir()
    for seeds in MAPPED_CELLS:
        dirty.put(seeds)
    with pytest.raises(StudyDataError) as caught:
        read_study(folder, write_foreign(dirty, folder))
    told = [finding for finding in caught.value.findings if finding.table in SOURCE_FILES and finding.count]
    for fault in dirty.faults:
        rows = tuple(sorted(dirty.row_number(fault.table, row) for row in fault.rows))
        assert [(f.level, f.rows) for f in told if fault.says in f.message] == [("error", rows)]
    unweighed = "column 'dose' has 2 doses per kilogram without a weight"
    assert [(f.level, f.rows) for f in told if unweighed in f.message] == [("note", _rows_of(dirty, "pounds"))]
    assert [cell for fault in dirty.faults for cell in fault.secrets if cell in str(caught.value)] == []


def test_a_mapping_counts_every_row_that_it_leaves_out(tmp_path: Path) -> None:
    dirty, log = foreign_study(0), FindingLog()
    (tmp_path / "export").mkdir()
    last = {dirty.sessions_of(place)[-1]["session_number"]: dirty.sessions_of(place)[-1] for place in range(2)}
    for row in last.values():
        row["status"] = "cancelled"
    dirty.append("assessments", dict(dirty.tables["assessments"][5]))
    study = read_study(tmp_path / "export", write_foreign(dirty, tmp_path / "export"), log)
    n_rows = len(dirty.tables["sessions"])
    assert f"infusions.csv (as sessions): {len(last)} of {n_rows} rows left out by the filters of the mapping." in (
        study.notes
    )
    assert len(study.sessions) == n_rows - len(last)
    assert _rows_accounted_for("assessments", study, log) == len(dirty.tables["assessments"])


def _rows_of(dirty: DirtyStudy, column: str) -> tuple[int, ...]:
    """The rows of all faults in a column."""
    faults = [fault for fault in dirty.faults if fault.column == column]
    return tuple(sorted(dirty.row_number(fault.table, row) for fault in faults for row in fault.rows))
