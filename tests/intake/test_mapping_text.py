"""A mapping that is too much, is no plain file, or repeats a key is refused at once, and no key is told at length."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from analysis.intake import Mapping, StudyDataError
from analysis.intake.findings import FindingLog
from analysis.intake.limits import LARGEST_MAPPING
from analysis.intake.mapping import mapping_of, read_mapping, without_permissions

ALLOW = '[[allow]]\ntable = "patients"\ncolumn = "{}"\nreason = "codes drawn at random"\n'
MARK = "Zq7xWv"
LONG = MARK * 20_000


def faults(text: str | bytes) -> list[str]:
    log = FindingLog()
    mapping_of(text, "mine.toml", log)
    return [str(finding) for finding in log.findings]


@pytest.mark.parametrize("where", ["file", "text", "bytes that are no text"])
def test_a_mapping_larger_than_a_megabyte_is_refused(where: str, tmp_path: Path) -> None:
    path, log = tmp_path / "mine.toml", FindingLog()
    content = b"\xff" * (LARGEST_MAPPING + 1) if where == "bytes that are no text" else b"#" * (LARGEST_MAPPING + 1)
    path.write_bytes(content)
    if where == "file":
        assert read_mapping(path, log) is None
        found = [str(finding) for finding in log.findings]
    else:
        found = faults(content if where == "bytes that are no text" else content.decode())
    assert found == [
        "mine.toml: the mapping is larger than 1,048,576 bytes, and no mapping is. Give the mapping itself."
    ]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    os.mkfifo(path)
    with pytest.raises(StudyDataError) as caught:
        Mapping.read(path)
    [finding] = caught.value.findings
    assert str(finding).endswith(
        "mine.toml: the mapping is a pipe, a device or a socket, not a file. Put a plain file in its place."
    )


def test_a_folder_is_no_mapping(tmp_path: Path) -> None:
    with pytest.raises(StudyDataError, match=re.escape("the mapping cannot be opened. Check its path.")):
        Mapping.read(tmp_path)


@pytest.mark.parametrize(
    "text",
    [f"{'a.' * 500_000}b = 1", f"[{'a . ' * 200_000}b]", '"a".' * 200_000 + "b = 1", "'a'.b." * 150_000 + "b = 1"],
)
def test_a_key_of_many_parts_is_refused_before_it_is_parsed(text: str) -> None:
    started = time.process_time()
    assert faults(text) == [
        "mine.toml: the mapping holds a key of more than 20 parts. Correct it; no study needs them."
    ]
    assert time.process_time() - started < 5  # seconds; the parser would take hours


@pytest.mark.parametrize("text", ["a" * 1_000_000, '"' * 1_000_000, "a " * 500_000, '"a" ' * 250_000, ". " * 500_000])
def test_looking_for_such_keys_takes_no_time_on_other_text(text: str) -> None:
    started = time.process_time()
    [message] = faults(text)
    assert message.startswith("mine.toml: the mapping is not valid TOML: ")
    assert time.process_time() - started < 5  # seconds, on a busy machine


@pytest.mark.parametrize(
    "text",
    [f'x = {{ "{LONG}" = 1, "{LONG}" = 2 }}', f'["{LONG}"]\n["{LONG}"]', f'a = {{"{LONG}".b = 1}}\n[a."{LONG}"]'],
)
def test_a_key_given_twice_is_told_by_its_place(text: str) -> None:
    [message] = faults(text)
    assert message.startswith("mine.toml: the mapping is not valid TOML: the same key is given twice (at line ")
    assert MARK not in message


def test_a_key_without_meaning_is_cut_wherever_it_stands() -> None:
    columns = '[sources.s]\nfile = "a.csv"\n[[patients]]\nsource = "s"\n[patients.columns]\n'
    for text in (
        f"{LONG} = 1",
        f"[sources.{LONG}]\nfile = 1",
        f'{columns}"{LONG}" = 5',
        f"{columns}[fhir.{LONG}]\na = 1",
    ):
        assert max(map(len, faults(text))) < 400  # letters of a sentence


def test_a_thousand_keys_without_meaning_are_told_in_fifty_one_sentences() -> None:
    found = faults("\n".join(f"k{place} = 1" for place in range(1_000)))
    assert found[49:] == [
        "mine.toml: the key 'k49' means nothing here. Allowed: name, missing, sources, patients, sessions, "
        "assessments, therapy_visits, adverse_events, allow, fhir, omop, redcap.",
        "mine.toml: 950 more keys mean nothing here.",
        "mine.toml: it fills no table. Add sections such as [[patients]], [[sessions]] and [[assessments]].",
    ]


def test_a_mapping_that_somebody_sent_lets_no_column_through() -> None:
    log = FindingLog()
    sent = mapping_of(ALLOW.format("mrn") + ALLOW.format("ward"), "mine.toml", log)
    assert sent is not None
    assert len(sent.allowed) == 2
    assert without_permissions(sent, log) == Mapping()
    assert [(finding.level, str(finding)) for finding in log.findings] == [
        (
            "note",
            "The mapping allows 2 columns under [[allow]]. Only an administrator can allow a column: in the mapping "
            "that the dashboard or a snapshot is started with, or where an audit keeps the reason. That was left out, "
            "and every column is looked at.",
        )
    ]


def test_a_mapping_without_permissions_is_left_as_it_is() -> None:
    log, mapping = FindingLog(), Mapping(name="Two sites")
    assert without_permissions(mapping, log) is mapping
    assert log.findings == ()
