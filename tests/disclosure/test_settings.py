"""Who is who: without a file the person at this machine is the holder and everyone else is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.disclosure.audience import holder, viewer
from analysis.disclosure.settings import Settings, SettingsError, read_settings


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "admin.toml"
    path.write_text(text)
    return path


def test_without_a_file_this_machine_is_the_holder_and_others_are_refused() -> None:
    assert Settings().audience(None) == holder()
    assert Settings().audience("127.0.0.1") == holder()
    assert Settings().audience("192.168.1.7") is None


def test_a_settings_file_names_limit_viewers_and_files(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'min_cell = 20\nelsewhere = "viewer"\naudit_log = "audit.jsonl"\n'
        '[viewers."director@clinic.example"]\nrights = ["export figure"]\n',
    )
    settings = read_settings(path)
    assert settings.audit_log == tmp_path / "audit.jsonl"
    assert settings.audience("10.0.0.4") == viewer(20)
    director = settings.audience("10.0.0.4", "director@clinic.example")
    assert director is not None
    assert director.may("export figure")
    assert not director.may("individual")
    assert not director.sees_small


def test_this_machine_can_be_a_viewer_too(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, 'at_this_machine = "viewer"')).audience(None) == viewer()


def test_every_fault_of_a_settings_file_is_named_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'min_cell = 5\nelsewhere = "viewer"\nat_this_machine = "king"\ncolour = "red"\n[viewers.x]\nrights = ["all"]\n',
    )
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    assert caught.value.faults == (
        "admin.toml: there is no setting 'colour'. The settings are min_cell, at_this_machine, elsewhere, audit_log,"
        " released_cohorts, viewers.",
        "admin.toml: 'min_cell' should be a whole number of at least 11.",
        "admin.toml: 'at_this_machine' should be 'holder' or 'viewer'.",
        "admin.toml: a viewer has 'rights' only, a list out of aggregate, individual, export figure, export table.",
        "admin.toml: with viewers elsewhere an audit_log is needed. Name a file for it.",
    )


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(written(tmp_path, "min_cell = ="))
    assert caught.value.faults == ("admin.toml: the settings cannot be read as TOML (TOMLDecodeError).",)


def test_only_the_holder_may_export_small_cells() -> None:
    assert holder().outside().everything().sees_small
    with pytest.raises(PermissionError, match=r"^Only the holder of the files may export small cells\.$"):
        viewer().everything()
