"""Studies in ZIP archives: what is read of one, and every reason to unpack nothing of it."""

from __future__ import annotations

import contextlib
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import StudyDataError, archive, read_study, read_upload
from analysis.intake.limits import LARGEST_DIRECTORY

from .conftest import TABLES
from .drawn_archive import (
    drawn_archive,
    renamed,
    with_declared_size,
    with_flag,
    with_shared_bytes,
    with_special,
)
from .drawn_workbook import drawn_workbook, rows_of

ENCRYPTED = 0x1
MEGABYTE = 1 << 20


@pytest.fixture
def zipped(tmp_path: Path) -> Path:
    return tmp_path / "export 2024.zip"


def errors(path: Path, content: bytes) -> list[str]:
    """The sentences of all errors of an archive, without its name in front."""
    path.write_bytes(content)
    with pytest.raises(StudyDataError) as caught:
        read_study(path)
    found = [str(finding) for finding in caught.value.findings if finding.level == "error"]
    return [message.removeprefix(f"{path.name}: ") for message in found]


def test_a_flat_archive_and_one_with_a_folder_are_the_same_study(zipped: Path, tmp_path: Path) -> None:
    zipped.write_bytes(drawn_archive(TABLES))
    flat = read_study(zipped)
    zipped.write_bytes(drawn_archive({f"my study/{name}": text for name, text in TABLES.items()}))
    deep = read_study(zipped)
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    zipped.unlink()
    assert flat.digest == deep.digest == read_study(tmp_path).digest
    assert flat.name == deep.name == "export 2024"


def test_nothing_of_an_archive_is_left_on_disk(zipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    zipped.write_bytes(drawn_archive(TABLES))
    read_study(zipped)
    errors(zipped, drawn_archive({**TABLES, "sessions.csv": "broken"}))
    assert list(tmp_path.iterdir()) == [zipped]


def test_what_a_packer_adds_and_what_lies_too_deep_is_not_read(zipped: Path) -> None:
    more = {"__MACOSX/._patients.csv": "x", ".DS_Store": "x", "notes/read me.txt": "x", "a/b/c.csv": "x"}
    zipped.write_bytes(drawn_archive({**TABLES, **more}))
    assert read_study(zipped).notes == (
        "export 2024.zip: not read, because they lie deeper than one folder: 'a/b/c.csv'.",
        "Not read, because the name is no table's: 'notes'.",
    )


def test_a_table_that_an_archive_lacks(zipped: Path) -> None:
    tables = {name: text for name, text in TABLES.items() if name != "sessions.csv"}
    assert errors(zipped, drawn_archive(tables)) == [
        "The required table sessions is missing: the archive needs a file sessions.csv, sessions.tsv or "
        "sessions.parquet."
    ]


def test_a_mapping_reads_the_files_of_an_archive_by_their_names(zipped: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        '[sources.people]\nfile = "raw/people.csv"\n[[patients]]\nsource = "people"\n[patients.columns]\n'
        'patient_id = "a"\nclinic_id = "b"\nprimary_diagnosis = "c"\n',
        encoding="utf-8",
    )
    zipped.write_bytes(drawn_archive({"raw/people.csv": "a,b,c\nP1,A,MDD\n", "read me.txt": "x"}))
    with pytest.raises(StudyDataError) as caught:
        read_study(zipped, mapping)
    assert [str(finding) for finding in caught.value.findings] == [
        "The required table sessions is missing: the mapping needs a section [[sessions]].",
        "The required table assessments is missing: the mapping needs a section [[assessments]].",
        "Not read, because the mapping does not name them: 'read me.txt'.",
        "There is no table therapy_visits; the pages that need it say so.",
        "There is no table adverse_events; the pages that need it say so.",
    ]


def test_an_archive_may_hold_a_workbook_for_a_table(zipped: Path) -> None:
    tables: dict[str, str | bytes] = {name: text for name, text in TABLES.items() if name != "sessions.csv"}
    zipped.write_bytes(drawn_archive(TABLES))
    as_text = read_study(zipped)
    tables["sessions.xlsx"] = drawn_workbook({"Sheet1": rows_of(TABLES["sessions.csv"])})
    zipped.write_bytes(drawn_archive(tables))
    assert read_study(zipped).digest == as_text.digest


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"not an archive at all", "is not"), (b"%PDF-1.7 ...", "is a PDF document, not")],
)
def test_another_file_named_zip(zipped: Path, content: bytes, what: str) -> None:
    assert errors(zipped, content) == [f"the file {what} a ZIP archive. Make it again."]


def test_an_archive_cut_off_in_the_middle(zipped: Path) -> None:
    assert errors(zipped, drawn_archive(TABLES)[:-30]) == [
        "the file is damaged, or is not what the list of members says. Make it again."
    ]


def test_an_archive_of_nothing(zipped: Path) -> None:
    assert errors(zipped, drawn_archive({})) == ["the file is an empty ZIP archive, not a ZIP archive. Make it again."]


def test_names_that_lead_away(zipped: Path) -> None:
    names = ["/etc/cron.d/x.csv", "../../up.csv", "C:\\x.csv", "d:x.csv", "a\\b.csv", "a/../../b.csv"]
    assert errors(zipped, drawn_archive({**TABLES, **dict.fromkeys(names, "x")})) == [
        "has 6 members with a name that leads out of the archive ('/etc/cron.d/x.csv', '../../up.csv', 'C:\\x.csv' "
        "and 3 more). Make it again from plain files."
    ]


def test_names_with_nul_and_other_control_characters(zipped: Path) -> None:
    made = drawn_archive({**TABLES, "patients.csv_txt": "x", "new line.csv": "x", "y" * 401: "x"})
    made = renamed(renamed(made, "patients.csv_txt", b"patients.csv\0txt"), "new line.csv", b"new\nline.csv")
    assert errors(zipped, made) == [
        "has 3 members with a name that is empty, too long or holds control characters ('patients.csv txt', "
        f"'new line.csv', '{'y' * 37}...'). Make it again from plain files."
    ]


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_name_that_occurs_twice(zipped: Path) -> None:
    made = with_special(drawn_archive(TABLES), "patients.csv", stat.S_IFREG, b"x")
    assert errors(zipped, made) == [
        "has 2 members with a name that occurs again ('patients.csv', 'patients.csv'). Keep one of each."
    ]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_pipes_and_devices(zipped: Path, kind: int) -> None:
    assert errors(zipped, with_special(drawn_archive(TABLES), "data.csv", kind, b"/etc/passwd")) == [
        "has 1 member of a kind that is no file (link, pipe or device) ('data.csv'). Make it again from plain files."
    ]


def test_a_password(zipped: Path) -> None:
    assert errors(zipped, with_flag(drawn_archive(TABLES), "patients.csv", ENCRYPTED)) == [
        "has 1 member with a password ('patients.csv'). Make it again without a password."
    ]


def test_archives_inside_an_archive(zipped: Path) -> None:
    inner = drawn_archive(TABLES)
    assert errors(zipped, drawn_archive({**TABLES, "inner.ZIP": inner, "old.tar.gz": b"x"})) == [
        "has 2 members with an archive inside ('inner.ZIP', 'old.tar.gz'). Unpack them first."
    ]


def test_an_archive_under_the_name_of_a_table(zipped: Path) -> None:
    assert errors(zipped, drawn_archive({**TABLES, "patients.csv": drawn_archive(TABLES)})) == [
        "patients.csv: the file is an Excel workbook or ZIP archive, not delimited text. "
        "Save it as 'CSV UTF-8' or give it its own file ending."
    ]


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_that_cannot_be_undone_piece_by_piece(zipped: Path, packing: int) -> None:
    assert errors(zipped, drawn_archive({"patients.csv": TABLES["patients.csv"]}, packing)) == [
        "has 1 member packed in an unusual way ('patients.csv'). Use plain ZIP compression."
    ]


def test_a_member_that_inflates(zipped: Path) -> None:
    [member, whole] = errors(zipped, drawn_archive({**TABLES, "sessions.csv": b"a" * (8 * MEGABYTE)}))
    assert member == "has 1 member growing more than 100 times when unpacked ('sessions.csv'). No table does."
    assert whole == "unpacks to 8,389,173 bytes, more than 100 times its size. No study does."


def test_small_members_that_inflate_together(zipped: Path) -> None:
    members = {f"{place}.csv": b"a" * (MEGABYTE // 2) for place in range(8)}
    assert errors(zipped, drawn_archive(members)) == [
        "unpacks to 4,194,304 bytes, more than 100 times its size. No study does."
    ]


def test_an_archive_that_unpacks_to_more_than_the_limit(zipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.intake.archive_files.ARCHIVE", archive.ArchiveKind("a ZIP archive", 10, 1000, ""))
    assert errors(zipped, drawn_archive({"patients.csv": bytes(range(256)) * 4})) == [
        "unpacks to 1,024 bytes, more than 1,000. Split the study, or use Parquet."
    ]


def test_a_member_longer_than_it_declares(zipped: Path) -> None:
    made = with_declared_size(drawn_archive(TABLES), "sessions.csv", 10)
    assert errors(zipped, made) == [
        "the member 'sessions.csv' is damaged, or is not what the list of members says. Make it again."
    ]


def test_a_member_shorter_than_it_declares(zipped: Path) -> None:
    made = with_declared_size(drawn_archive(TABLES), "sessions.csv", 10_000)
    assert errors(zipped, made) == [
        "the member 'sessions.csv' is damaged, or is not what the list of members says. Make it again."
    ]


def test_members_that_share_their_bytes(zipped: Path) -> None:
    made = with_shared_bytes(drawn_archive(TABLES), "sessions.csv", "assessments.csv")
    assert errors(zipped, made) == [
        "has 1 member sharing bytes with the next ('sessions.csv'). Make it again.",
    ]


def test_too_many_members(zipped: Path) -> None:
    made = drawn_archive({f"{place:04d}.csv": b"" for place in range(1001)})
    assert errors(zipped, made) == [
        "has 1,001 members, more than 1,000. Make it again with the files of the study alone."
    ]


def test_a_list_of_members_too_long_to_be_read(zipped: Path) -> None:
    made = drawn_archive({f"{place:05d}{'x' * 300}": b"" for place in range(4000)})
    assert LARGEST_DIRECTORY == MEGABYTE
    assert errors(zipped, made) == [
        "its list of members is longer than 1,048,576 bytes. Make it again with the files of the study alone."
    ]


def test_all_faults_of_an_archive_come_together(zipped: Path) -> None:
    made = drawn_archive({**TABLES, "../up.csv": "x", "inner.zip": b"x"})
    assert len(errors(zipped, with_special(made, "link.csv", stat.S_IFLNK, b"/etc/passwd"))) == 3


def test_a_full_disk(zipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opens = Path.open

    def full(path: Path, mode: str = "r", **more: Any) -> Any:
        if mode == "xb":
            raise OSError(28, "No space left on device")
        return opens(path, mode, **more)

    zipped.write_bytes(drawn_archive(TABLES))
    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(StudyDataError) as caught:
        read_study(zipped)
    assert [str(finding) for finding in caught.value.findings] == [
        "export 2024.zip: the member 'patients.csv' cannot be unpacked (No space left on device). "
        "Make room for temporary files."
    ]


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_an_archive_with_changed_bytes_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    made = bytearray(drawn_archive(TABLES))
    ends = len(made) - 400  # the list of members, where most of the harm can be done
    for _ in range(data.draw(st.integers(1, 4))):
        made[data.draw(st.integers(0, 40) | st.integers(ends, len(made) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(StudyDataError):
        read_upload([("a.zip", bytes(made))])
