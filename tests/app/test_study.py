"""The study the app was started on: another folder, missing tables, files that cannot be read."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from app_pages.parts import state
from app_pages.parts.source import SAMPLE, Source, source
from app_pages.parts.words import plain
from tests.app.conftest import OVERVIEW, PAGES, SYMPTOM_CHANGE, OpenApp, charts, said


def test_a_broken_study_is_one_report_of_every_finding_in_place_of_the_pages(
    open_app: OpenApp, study_copy: Path
) -> None:
    (study_copy / "sessions.csv").unlink()
    table = study_copy / "assessments.csv"
    table.write_text(table.read_text().replace("PHQ-9", "PHQ9x", 1))
    app = open_app(OVERVIEW, study=study_copy)
    assert not app.exception
    assert app.title[0].value == "The study was not loaded"
    assert "2 errors in" in app.error[0].value
    assert "required table sessions is missing" in said(app)
    assert "Nearest known: PHQ-9" in said(app)
    assert not charts(app)


def test_a_study_that_is_not_there_is_reported_and_the_app_stays_up(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app(OVERVIEW, study=tmp_path / "nowhere")
    assert not app.exception
    assert app.title[0].value == "The study was not loaded"
    assert "1 error in" in app.error[0].value


def test_mended_files_are_read_again_on_the_next_run(open_app: OpenApp, study_copy: Path) -> None:
    sessions = study_copy / "sessions.csv"
    kept = sessions.read_text()
    sessions.unlink()
    app = open_app(OVERVIEW, study=study_copy)
    sessions.write_text(kept)
    app.run()
    assert app.title[0].value == "Overview"


def test_a_fault_of_the_program_is_one_sentence_and_the_log_has_the_rest(
    open_app: OpenApp, study_copy: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("P0001 scored 27")

    with monkeypatch.context() as patched:
        patched.setattr(state, "read_study", broken)
        app = open_app(OVERVIEW, study=study_copy)
    assert not app.exception
    assert app.title[0].value == "The study was not loaded"
    assert "could not be read because of a fault in this program; the server" in said(app)
    assert "P0001 scored" not in said(app)
    assert "RuntimeError: P0001 scored 27" in caplog.text
    app.run()
    assert app.title[0].value == "Overview"


def test_a_replaced_file_of_equal_size_and_time_is_noticed(study_copy: Path) -> None:
    asked, table = Source(study_copy, None), study_copy / "sessions.csv"
    first, times = asked.stamp(), table.stat()
    other = study_copy.parent / "other.csv"
    shutil.copy(table, other)
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.replace(table)
    assert (table.stat().st_size, table.stat().st_mtime_ns) == (times.st_size, times.st_mtime_ns)
    replaced = asked.stamp()
    assert replaced != first
    assert asked.stamp() == replaced


def test_files_in_subfolders_and_the_mapping_are_looked_at(study_copy: Path, tmp_path: Path) -> None:
    (study_copy / "deep" / "deeper").mkdir(parents=True)
    inside, mapping = study_copy / "deep" / "deeper" / "visits.csv", tmp_path / "map.toml"
    asked = Source(study_copy, mapping)
    stamps = [asked.stamp()]
    for path in (inside, mapping):
        for text in ("a", "bb"):
            path.write_text(text)
            stamps.append(asked.stamp())
    assert len(set(stamps)) == len(stamps)


@pytest.mark.parametrize("name", ["gone", "x" * 300, "no\0where"])
def test_a_study_that_cannot_be_looked_at_has_a_stamp(tmp_path: Path, name: str) -> None:
    assert Source(tmp_path / name, Path(name)).stamp().endswith("not there")


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("www.evil.example", "www\u2060.evil.example"),
        ("HTTP://evil.example/d", "HTTP\u2060\\://evil.example/d"),
        ("user@host.example", "user\u2060@host.example"),
        (":material/home:", "\\:\u2060material/home\\:"),
        ("one -> two", "one -\u2060\\> two"),
        ("&lt;A&B", "\\&lt;A\\&B"),
        ("two\n\n# lines\t", "two \\# lines"),
        ("1. first", "1\\. first"),
        ("- first", "\\- first"),
    ],
)
def test_words_from_a_file_become_no_link_symbol_list_or_new_line(text: str, escaped: str) -> None:
    assert plain(text) == escaped


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_need_no_optional_table(open_app: OpenApp, study_copy: Path, page: str) -> None:
    for name in ("therapy_visits.csv", "adverse_events.csv"):
        (study_copy / name).unlink()
    app = open_app(page, study=study_copy)
    assert not app.exception
    assert len(charts(app)) == 2


def test_a_missing_table_of_adverse_events_is_named(open_app: OpenApp, study_copy: Path) -> None:
    (study_copy / "adverse_events.csv").unlink()
    assert plain("no adverse_events table") in said(open_app(OVERVIEW, study=study_copy))


@pytest.mark.parametrize("page", PAGES)
def test_a_study_with_only_the_required_columns_is_shown(open_app: OpenApp, tmp_path: Path, page: str) -> None:
    write_smallest_study(tmp_path)
    app = open_app(page, study=tmp_path)
    assert not app.exception
    assert "60 patients" in said(app)


def test_a_study_whose_scores_are_all_equal_gets_a_sentence_and_no_model(open_app: OpenApp, tmp_path: Path) -> None:
    write_smallest_study(tmp_path)
    app = open_app(SYMPTOM_CHANGE, study=tmp_path)
    assert not charts(app)
    assert "No model for this cohort." in app.warning[0].value


def test_the_sample_is_named_as_synthetic_and_another_study_by_its_folder(open_app: OpenApp, study_copy: Path) -> None:
    assert "synthetic sample, no real patients" in said(open_app(OVERVIEW))
    assert "Study: study." in said(open_app(OVERVIEW, study=study_copy))


def test_the_command_line_goes_before_the_environment_and_the_sample_is_the_default(monkeypatch) -> None:
    monkeypatch.delenv("KAT_STUDY", raising=False)
    monkeypatch.setattr("sys.argv", ["dashboard.py"])
    assert source().study == SAMPLE
    monkeypatch.setenv("KAT_STUDY", "/data/from-environment")
    assert source().study == Path("/data/from-environment")
    monkeypatch.setattr("sys.argv", ["dashboard.py", "--study", "/data/asked", "--mapping", "map.toml"])
    assert source().study == Path("/data/asked")
    assert source().mapping == Path("map.toml")


def write_smallest_study(folder: Path) -> None:
    """60 patients, six sessions each, every score the same."""
    ids = [f"P{number:02d}" for number in range(60)]
    tables = {
        "patients": ["patient_id,clinic_id,primary_diagnosis", *(f"{who},A,MDD" for who in ids)],
        "sessions": [
            "patient_id,session_number,day,route",
            *(f"{who},{number},{3 * number - 3},IV" for who in ids for number in range(1, 7)),
        ],
        "assessments": [
            "patient_id,day,instrument,score",
            *(f"{who},{day},PHQ-9,12" for who in ids for day in (-1, 1, 5, 17)),
        ],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
