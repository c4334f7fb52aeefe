"""The audit log: append-only, sealed line by line, and without a patient's value."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.disclosure.__main__ import main
from analysis.disclosure.audit import FIRST, AuditLog, rounded, verify


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    written = AuditLog(path)
    written.write("load", "holder", {"study": "abc123", "n_patients": 643})
    written.write("denial", "viewer@clinic.example", {"study": "abc123", "cohort": "route IV", "reason": "too close"})
    written.write("export", "holder", {"study": "abc123", "cohort": "everyone", "what": "trajectory.csv"})
    return path


def test_a_log_as_written_is_sound(log: Path) -> None:
    found = verify(log)
    assert found.sound
    assert found.n_lines == 3
    assert found.sentence.startswith("The log is sound: 3 entries, the last sealed ")


def test_the_first_entry_is_chained_to_nothing_and_each_to_the_one_before(log: Path) -> None:
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    assert entries[0]["previous"] == FIRST
    assert [entry["previous"] for entry in entries[1:]] == [entry["seal"] for entry in entries[:-1]]


def test_patients_are_counted_to_the_nearest_ten(log: Path) -> None:
    assert json.loads(log.read_text().splitlines()[0])["n_patients"] == 640
    assert [rounded(n) for n in (0, 4, 6, 643)] == [0, 0, 10, 640]


BROKEN = {
    "changed": (
        lambda lines: [lines[0], lines[1].replace("too close", "no reason"), lines[2]],
        "Line 2 was changed after it was written. Lines before it are sound.",
    ),
    "removed": (
        lambda lines: [lines[0], lines[2]],
        "Line 2 does not follow the line before it: something was removed, added or moved. Lines before it are sound.",
    ),
    "moved": (
        lambda lines: [lines[1], lines[0], lines[2]],
        "Line 1 does not follow the line before it: something was removed, added or moved. Lines before it are sound.",
    ),
    "added": (
        lambda lines: [*lines, "{}\n"],
        "Line 4 is no entry of an audit log. Lines before it are sound.",
    ),
    "cut": (
        lambda lines: [*lines[:2], lines[2][:-1]],
        "Line 3 was not written to its end. Lines before it are sound.",
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_tampering_is_found_and_named(log: Path, how: str) -> None:
    change, sentence = BROKEN[how]
    log.write_text("".join(change(log.read_text().splitlines(keepends=True))))
    found = verify(log)
    assert not found.sound
    assert found.sentence == sentence


def test_nothing_is_added_to_a_log_whose_end_is_damaged(log: Path) -> None:
    log.write_text(log.read_text() + "half a line")
    with pytest.raises(ValueError, match=r"^The audit log is damaged: its last line has no seal\.$"):
        AuditLog(log).write("load", "holder", {})
    assert log.read_text().endswith("half a line")


def test_a_text_cannot_start_a_line_of_its_own(log: Path) -> None:
    AuditLog(log).write("denial", "a\nb", {"reason": "x" * 900 + "\n{}"})
    assert verify(log).n_lines == 4
    entry = json.loads(log.read_text().splitlines()[-1])
    assert entry["who"] == "a b"
    assert len(entry["reason"]) == 500
    assert entry["reason"].endswith("…")


def test_an_unknown_event_is_an_error(log: Path) -> None:
    with pytest.raises(ValueError, match="there is no audit event 'party'"):
        AuditLog(log).write("party", "holder", {})  # type: ignore[arg-type]


def test_several_processes_keep_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    code = (
        "from pathlib import Path\nfrom analysis.disclosure.audit import AuditLog\n"
        f"for i in range(15): AuditLog(Path({str(path)!r})).write('load', 'p', {{'study': str(i)}})"
    )
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [one.wait() for one in running] == [0, 0, 0]
    found = verify(path)
    assert found.sound
    assert found.n_lines == 45


def test_the_command_prints_the_verdict(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(log)]) == 0
    assert capsys.readouterr().out.startswith("The log is sound: 3 entries")
    log.write_text(log.read_text().replace("too close", "fine"))
    assert main(["verify", str(log)]) == 1
    assert capsys.readouterr().out == "Line 2 was changed after it was written. Lines before it are sound.\n"
    assert main(["verify", str(log.parent / "none.jsonl")]) == 2
    assert capsys.readouterr().err == "The log cannot be read (No such file or directory).\n"
