"""Who may see what: the holder, a viewer, an address that is refused, and settings that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st

from analysis.disclosure.audit import verify
from app_pages.parts import access, export, panel, release
from tests.app.conftest import OVERVIEW, PAGES, SYMPTOM_CHANGE, OpenApp, charts, said

SMALL = {"route": ["SC", "PO"]}
ELSEWHERE = "10.0.0.4"
REFUSED = (
    "This dashboard is open only on the machine it was started on. Whoever keeps it can open it to others with a "
    'settings file (README, "Who may see what").'
)


@pytest.fixture(autouse=True)
def _no_memory_between_tests() -> None:
    st.cache_resource.clear()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def settings(tmp_path: Path, text: str = "") -> Path:
    path = tmp_path / "admin.toml"
    path.write_text('audit_log = "audit.jsonl"\nreleased_cohorts = "cohorts.jsonl"\n' + text)
    return path


def viewer_settings(tmp_path: Path, rights: str = "") -> Path:
    who = f'[viewers."a@b.example"]\nrights = [{rights}]\n' if rights else ""
    return settings(tmp_path, f'elsewhere = "viewer"\n{who}')


def entries(log: Path) -> list[dict]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def buttons(app) -> list[str]:
    return [button.proto.label for button in (*app.button, *app.get("download_button"))]


def figures(app) -> str:
    return " ".join(chart.proto.spec for chart in app.get("plotly_chart"))


@pytest.mark.parametrize("page", PAGES)
def test_the_holder_sees_small_numbers_marked(open_app: OpenApp, page: str) -> None:
    app = open_app(page, {"route": ["IV", "SC"], "sex": ["female"]})
    assert not app.exception
    assert "(small)" in said(app).replace("\\", "")
    assert "marked (small): they are withheld from everything that is exported." in said(app).replace("\\", "")


@pytest.mark.parametrize("query", [{}, SMALL, {"clinic": ["C01"]}], ids=str)
@pytest.mark.parametrize("page", PAGES)
def test_a_viewer_sees_no_small_number_and_takes_nothing_away(
    open_app: OpenApp, tmp_path: Path, page: str, query: dict[str, list[str]]
) -> None:
    app = open_app(page, query, admin=viewer_settings(tmp_path), address=ELSEWHERE)
    assert not app.exception
    text = said(app) + figures(app) + " ".join(charts(app))
    assert "(small)" not in text.replace("\\", "")
    assert "Overview" in text or "Symptom change" in text
    assert not {"Data (CSV)", "Image", "With small cells", "Check against statsmodels"} & set(buttons(app))
    assert "Notes on the study" not in text


def test_what_is_withheld_is_said_once(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app(OVERVIEW, SMALL, admin=viewer_settings(tmp_path), address=ELSEWHERE)
    assert said(app).count("counts are withheld: of 1 to 10 patients, or of a group") == 0
    assert said(app).replace("\\", "").count("counts are withheld: of 1 to 10 patients, or of a group") == 1


@pytest.mark.parametrize("page", [None, ELSEWHERE], ids=["no settings", "settings that open to nobody"])
def test_another_address_is_refused_with_a_sentence_and_written_down(
    open_app: OpenApp, tmp_path: Path, log: Path, page: str | None
) -> None:
    admin = settings(tmp_path) if page else None
    app = open_app(OVERVIEW, admin=admin, address=ELSEWHERE)
    assert app.title[0].value == "Not open to you"
    assert app.error[0].value.replace("\\", "") == REFUSED
    assert not charts(app)
    assert "640" not in said(app)
    assert not app.sidebar.multiselect
    if admin:
        assert [(one["event"], one["who"]) for one in entries(log)] == [("denial", f"nobody at {ELSEWHERE}")]


def test_a_refused_address_is_told_so_at_every_page(open_app: OpenApp) -> None:
    app = open_app(OVERVIEW, address=ELSEWHERE)
    assert app.run().title[0].value == "Not open to you"
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page(SYMPTOM_CHANGE)


@pytest.mark.parametrize("address", [None, ELSEWHERE])
def test_broken_settings_show_nothing_to_anybody_but_their_faults(
    open_app: OpenApp, tmp_path: Path, address: str | None
) -> None:
    app = open_app(OVERVIEW, admin=settings(tmp_path, "min_cell = 3\ncolour = 1\n"), address=address)
    assert app.title[0].value == "The settings cannot be used"
    text = [error.value.replace("\\", "") for error in app.error]
    assert text == [
        "The settings file cannot be used, so nothing is shown to anybody. Mend it and start the dashboard again.",
        "admin.toml: there is no setting 'colour'. The settings are min_cell, at_this_machine, elsewhere, audit_log, "
        "released_cohorts, viewers.",
        "admin.toml: 'min_cell' should be a whole number of at least 11.",
    ]
    assert not charts(app)


def test_a_settings_file_that_is_not_there_is_no_way_to_the_holder(open_app: OpenApp, tmp_path: Path) -> None:
    app = open_app(OVERVIEW, admin=tmp_path / "none.toml")
    assert app.title[0].value == "The settings cannot be used"
    assert not charts(app)


def test_an_address_of_the_page_changes_neither_audience_nor_limit(open_app: OpenApp, tmp_path: Path) -> None:
    asked = {"admin": ["none"], "min_cell": ["1"], "kat_audience": ["holder"], "audience": ["holder"], **SMALL}
    app = open_app(OVERVIEW, asked, admin=viewer_settings(tmp_path), address=ELSEWHERE)
    assert "(small)" not in said(app).replace("\\", "")
    assert access._AUDIENCE in app.session_state
    assert app.session_state[access._AUDIENCE].kind == "viewer"
    assert app.session_state[access._AUDIENCE].min_cell == 11


def test_a_higher_limit_holds_for_everything(open_app: OpenApp, tmp_path: Path) -> None:
    admin = settings(tmp_path, 'elsewhere = "viewer"\nmin_cell = 25\n')
    text = said(open_app(OVERVIEW, SMALL, admin=admin, address=ELSEWHERE))
    assert r"\<25 of 640 patients." in text
    assert "1 to 24 patients" in text


def test_a_viewers_model_is_always_of_the_same_patients(open_app: OpenApp, tmp_path: Path) -> None:
    query = {"adjust": ["age"], "route_rule": ["unchanged only"]}
    admin = viewer_settings(tmp_path)
    app = open_app(SYMPTOM_CHANGE, query, admin=admin, address=ELSEWHERE)
    text = said(app)
    assert "asks for a model setting 'adjust' that is not offered" in text
    assert "asks for a model setting 'route_rule' that is not offered" in text
    assert "470 patients" in text
    assert not any(box.key in ("adjust", "route_rule") for box in (*app.multiselect, *app.selectbox))


def test_a_viewers_filters_go_in_coarse_steps_whatever_the_address_asks(open_app: OpenApp, tmp_path: Path) -> None:
    query = {"age": ["41", "57"], "sessions": ["3", "7"], "baseline": ["11", "18"]}
    app = open_app(OVERVIEW, query, admin=viewer_settings(tmp_path), address=ELSEWHERE)
    text = said(app)
    assert "aged 40 to 60" in text
    assert "who completed 0 to 10 sessions" in text
    assert "with a PHQ-9 baseline of 10 to 20 points" in text
    assert app.slider(key="age").proto.step == 10
    assert open_app(OVERVIEW, {"sessions": ["3", "7"]}).slider(key="sessions").value == (3, 7)


def test_a_cohort_too_close_to_an_earlier_one_is_not_shown(
    open_app: OpenApp, tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = viewer_settings(tmp_path)
    # Everyone but the nine who started on the oral route: too close to everyone.
    query = {"route": ["IV", "IM", "IN", "SL", "SC"]}
    app = open_app(OVERVIEW, query, admin=admin, address=ELSEWHERE)
    assert [warning.value for warning in app.warning] == [
        "This cohort differs by fewer than 11 patients from one that was released before, so the difference would show "
        "those patients. Widen or narrow it by more."
    ]
    assert not charts(app)
    assert "631" not in said(app)
    assert [one["event"] for one in entries(log)] == ["load", "denial"]
    assert entries(log)[1]["reason"].startswith("This cohort differs by fewer than 11 patients")
    # The holder may.
    assert "631 of 640 patients" in said(open_app(OVERVIEW, query))


def test_cohorts_released_are_remembered_between_runs(open_app: OpenApp, tmp_path: Path) -> None:
    admin = viewer_settings(tmp_path)
    assert charts(open_app(OVERVIEW, {"route": ["IV"]}, admin=admin, address=ELSEWHERE))
    n_lines = len((tmp_path / "cohorts.jsonl").read_text().splitlines())
    st.cache_resource.clear()
    assert charts(open_app(OVERVIEW, {"route": ["IV"]}, admin=admin, address=ELSEWHERE))
    assert len((tmp_path / "cohorts.jsonl").read_text().splitlines()) == n_lines == 2


def test_a_damaged_record_of_cohorts_shows_nothing(open_app: OpenApp, tmp_path: Path) -> None:
    (tmp_path / "cohorts.jsonl").write_text("half a line")
    app = open_app(OVERVIEW, admin=viewer_settings(tmp_path), address=ELSEWHERE)
    assert not charts(app)
    assert [one.value for one in app.warning] == [release.NOT_REMEMBERED]


def test_groups_that_differ_by_few_are_named_in_a_readers_words(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from analysis.disclosure import Verdict

    monkeypatch.setattr(release.CohortRecord, "admit", lambda self, keep: Verdict(True, ("IV",), "codes"))
    app = open_app(SYMPTOM_CHANGE, {"route": ["IV", "SL"]}, admin=viewer_settings(tmp_path), address=ELSEWHERE)
    text = said(app)
    assert (
        "Withheld for Intravenous\\: compared with a cohort released before, fewer than 11 patients differ there."
        in text
    )
    assert "Intravenous, after 6 sessions" not in text
    assert "Sublingual" in charts(app)[0]
    assert "Intravenous" not in charts(app)[0]


def test_loading_a_study_is_written_down_once_a_session(open_app: OpenApp, tmp_path: Path, log: Path) -> None:
    app = open_app(OVERVIEW, admin=settings(tmp_path))
    app.run()
    assert [(one["event"], one["who"], one["n_patients"]) for one in entries(log)] == [
        ("load", "holder at this machine", 640)
    ]
    assert verify(log).sound


def test_nothing_is_shown_when_the_load_cannot_be_written_down(open_app: OpenApp, tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").mkdir()
    app = open_app(OVERVIEW, admin=settings(tmp_path))
    assert app.title[0].value == "Nothing is shown"
    assert [error.value for error in app.error] == [access.CANNOT_AUDIT]
    assert not charts(app)


def test_exports_are_not_offered_when_they_cannot_be_written_down(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "cannot_audit", lambda: access.CANNOT_AUDIT)
    app = open_app(OVERVIEW, admin=settings(tmp_path))
    assert access.CANNOT_AUDIT in [caption.value for caption in app.caption]
    assert "Data (CSV)" not in buttons(app)


def test_a_viewer_with_a_right_gets_that_button_and_no_other(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "email", lambda: "a@b.example")
    admin = viewer_settings(tmp_path, '"export table"')
    shown = buttons(open_app(OVERVIEW, admin=admin, address=ELSEWHERE))
    assert "Data (CSV)" in shown
    assert "Image" not in shown
    assert "With small cells" not in shown


def test_an_export_is_written_down_before_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: Path
) -> None:
    monkeypatch.setattr(access, "settings", lambda: access.read_settings(settings(tmp_path)))
    monkeypatch.setattr(access, "who", lambda: "holder at this machine")
    monkeypatch.setattr(export, "_details", lambda what: {"study": "abc", "cohort": "everyone", "what": what})
    remembered: list[int] = []
    monkeypatch.setattr(release, "remembering", lambda: lambda: remembered.append(1))
    assert export.audited("figure", lambda: b"data")() == b"data"
    assert [(one["event"], one["what"]) for one in entries(log)] == [("export", "figure")]
    assert remembered == [1]
    log.write_text("damaged")
    with pytest.raises(OSError, match="what cannot be audited must not happen"):
        export.audited("figure", lambda: b"data")()


def test_small_cells_leave_once_for_a_reason_of_ten_characters(open_app: OpenApp, tmp_path: Path, log: Path) -> None:
    app = open_app(OVERVIEW, SMALL, admin=settings(tmp_path))
    assert app.button(key="attrition-prepare").disabled
    app.text_input(key="attrition-reason").set_value("  short  ").run()
    assert app.button(key="attrition-prepare").disabled
    app.text_input(key="attrition-reason").set_value("For the board's meeting in May").run()
    app.button(key="attrition-prepare").click().run()
    assert "Data with small cells (CSV)" in buttons(app)
    last = entries(log)[-1]
    assert last["event"] == "export"
    assert last["what"] == "attrition-PHQ-9, with small cells"
    assert last["reason"] == "For the board's meeting in May"
    assert last["n_patients"] == 20


def test_small_cells_do_not_leave_without_an_audit(open_app: OpenApp) -> None:
    app = open_app(OVERVIEW, SMALL)
    assert not any(button.key == "attrition-prepare" for button in app.button)


def test_the_exported_table_of_the_holder_is_a_viewers(open_app: OpenApp, tmp_path: Path) -> None:
    """What the download makes, seen through the table that it is made of."""
    from analysis.disclosure import holder, viewer
    from analysis.figures import LIGHT, attrition_chart
    from tests.figures.made import made_overview, released_overview

    made = made_overview(n=20, reached_it=4)
    outside = attrition_chart(released_overview(made, holder().outside()), LIGHT).data()
    assert outside.equals(attrition_chart(released_overview(made, viewer()), LIGHT).data())


def test_a_figure_of_single_patients_needs_the_right_to_them(
    open_app: OpenApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from app_pages.parts import review_parts

    made = review_parts.attrition_chart
    monkeypatch.setattr(
        review_parts, "attrition_chart", lambda one, theme: replace(made(one, theme), is_individual=True)
    )
    app = open_app(OVERVIEW, admin=viewer_settings(tmp_path), address=ELSEWHERE)
    assert panel.SINGLE_PATIENTS in [info.value for info in app.info]
    assert len(charts(app)) == 1
    holder = open_app(OVERVIEW, admin=settings(tmp_path))
    assert len(charts(holder)) == 2
    assert entries(tmp_path / "audit.jsonl")[-1]["event"] == "individual data"


def test_a_viewer_is_not_told_what_is_wrong_with_the_files(open_app: OpenApp, tmp_path: Path, study_copy: Path) -> None:
    (study_copy / "sessions.csv").unlink()
    app = open_app(OVERVIEW, study=study_copy, admin=viewer_settings(tmp_path), address=ELSEWHERE)
    assert [error.value for error in app.error] == [
        "The study of this dashboard cannot be used at the moment. Ask whoever keeps it."
    ]
    assert "required table sessions is missing" not in said(app)


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-Ip"])
def test_a_proxy_in_between_is_not_this_machine(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    context = SimpleNamespace(headers={name: "127.0.0.1"}, ip_address=None)
    monkeypatch.setattr(st, "context", context)
    assert access.address() == "behind a proxy"
    context.headers = {}
    assert access.address() is None
