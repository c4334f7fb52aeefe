"""The Data page: the study in force, its findings, the dictionary, and every state of an upload."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analysis.intake.incoming import look_at
from analysis.intake.suggest import suggest_mapping
from analysis.intake.toml_writer import mapping_toml
from app_pages.parts import access, data_findings, data_load, data_mapping, data_result, data_study
from tests.app.conftest import OVERVIEW, OpenApp, charts, said
from tests.app.test_study import write_smallest_study
from tests.intake.suggest.messy_clinic import FILES

DATA = "app_pages/data.py"
STUDY, LOAD, DICTIONARY = "This study", "Load a study", "Data dictionary"
Files = dict[str, str | bytes]


def opened_at(open_app: OpenApp, part: str = STUDY, **asked: object) -> AppTest:
    app = open_app(DATA, **asked)
    assert not app.exception
    return app if part == STUDY else app.button_group(key="part").set_value(part).run()


def send(app: AppTest, files: Files, key: str = "data-files") -> AppTest:
    sent = [(name, text.encode() if isinstance(text, str) else text, "text/csv") for name, text in files.items()]
    app.file_uploader(key=key).set_value(sent if key == "data-files" else sent[0]).run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    """Everything said, without tags and style sheets."""
    text = re.sub(r"<style>.*?</style>", " ", said(app), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).replace("\\", "").split())


def study_files(folder: Path) -> Files:
    return {path.name: path.read_text() for path in sorted(folder.glob("*.csv"))}


@pytest.fixture
def small_study(tmp_path: Path) -> Files:
    """60 patients of one clinic, all named after the tables."""
    write_smallest_study(tmp_path)
    return study_files(tmp_path)


# The study in force


def test_the_sample_is_shown_with_its_numbers_completeness_findings_and_digest(open_app: OpenApp) -> None:
    app = opened_at(open_app)
    shown = words(app)
    assert "Patients 640 one row each" in shown
    assert "Ketamine sessions 5,937 all patients together" in shown
    assert "Scores 10,201 on 5 instruments" in shown
    assert charts(app)[0].startswith("Scored on PHQ-9: 67% around day 28, 42% around day 90. ")
    assert "15 of 503 patients with a PHQ-9 score after the first session lack a baseline" in shown
    assert "Study: the synthetic sample. Digest " in shown


def test_completeness_is_shown_of_the_instrument_that_is_chosen(open_app: OpenApp) -> None:
    app = opened_at(open_app)
    app.selectbox(key="data-instrument").set_value("GAD-7").run()
    assert charts(app)[0].startswith("Scored on GAD-7: ")


def test_how_alike_patients_are_is_said_in_a_sentence_with_its_share_and_what_helps(open_app: OpenApp) -> None:
    shown = words(opened_at(open_app))
    assert "629 of 640 patients** share their combination of age in tens, sex, year, diagnosis, first route" in shown
    assert "233 are the only one with theirs." in shown
    assert "Making year coarser helps most." in shown


def test_findings_are_filtered_by_kind(open_app: OpenApp) -> None:
    app = opened_at(open_app)
    app.button_group(key="study-level").set_value("error").run()
    assert "There is no finding of this kind." in words(app)
    assert "lack a baseline" not in words(app)


def test_a_study_without_findings_says_so(open_app: OpenApp, tmp_path: Path) -> None:
    write_smallest_study(tmp_path)
    (tmp_path / "therapy_visits.csv").write_text("patient_id,day,kind\nP00,1,integration\n")
    (tmp_path / "adverse_events.csv").write_text("patient_id,term\nP00,nausea\n")
    shown = words(opened_at(open_app, study=tmp_path))
    assert data_findings.NONE_FOUND in shown or "2 notes" in shown


def test_a_study_without_optional_tables_names_them_as_not_there(open_app: OpenApp, tmp_path: Path) -> None:
    write_smallest_study(tmp_path)
    shown = words(opened_at(open_app, study=tmp_path))
    assert "therapy_visits preparation or integration visit not there" in shown
    assert "There is no table adverse_events; the pages that need it say so." in shown


def test_a_study_of_five_marks_every_count_for_the_holder(open_app: OpenApp, tmp_path: Path) -> None:
    write_smallest_study(tmp_path)
    for name in ("patients", "sessions", "assessments"):
        path = tmp_path / f"{name}.csv"
        lines = path.read_text().splitlines()
        path.write_text("\n".join([lines[0], *(line for line in lines[1:] if line[:3] < "P05")]) + "\n")
    app = opened_at(open_app, study=tmp_path)
    assert "Patients 5 (small) one row each" in words(app)
    assert "5 (small) of 5 patients** share" in words(app)


def test_a_study_without_a_score_has_nothing_to_be_complete_about(open_app: OpenApp, tmp_path: Path) -> None:
    write_smallest_study(tmp_path)
    path = tmp_path / "assessments.csv"
    path.write_text(path.read_text().replace(",PHQ-9,12", ",PHQ-9,"))
    app = opened_at(open_app, study=tmp_path)
    assert data_study.NO_SCORE in words(app)
    assert "Scores 240 on no instrument" in words(app)
    assert not charts(app)


def test_a_viewer_sees_released_numbers_no_list_of_findings_and_no_report(open_app: OpenApp, tmp_path: Path) -> None:
    admin = tmp_path / "admin.toml"
    admin.write_text('at_this_machine = "viewer"\n')
    app = opened_at(open_app, admin=admin)
    shown = words(app)
    assert data_findings.FOR_HOLDER in shown
    assert data_study.HOLDER_REPORT in shown
    assert "lack a baseline" not in shown
    assert "(small)" not in shown + app.get("plotly_chart")[0].proto.spec
    assert "Started treatment 640" in shown


def test_a_viewer_cannot_load_a_study(open_app: OpenApp, tmp_path: Path) -> None:
    admin = tmp_path / "admin.toml"
    admin.write_text('at_this_machine = "viewer"\n')
    app = opened_at(open_app, LOAD, admin=admin)
    assert data_load.NOT_FOR_VIEWERS in words(app)
    assert not app.get("file_uploader")


def test_the_dictionary_names_every_table_and_column(open_app: OpenApp) -> None:
    shown = words(opened_at(open_app, DICTIONARY))
    assert "patients (required; one row per patient)" in shown
    assert "suicidality_item" in shown
    assert "there is no calendar date anywhere" in shown


# Loading


def test_an_empty_upload_says_what_to_send_what_happens_to_it_and_how_large_it_may_be(open_app: OpenApp) -> None:
    shown = words(opened_at(open_app, LOAD))
    for sentence in (data_load.HOW, data_load.PRIVACY):
        assert sentence in shown
    assert (
        "At most 50 MB a file and 4 GB unpacked, 4,000 columns, 3 million cells in a workbook. "
        "A larger study is given to the dashboard when it is started (`-- --study PATH`)." in shown
    )


def test_a_study_named_after_the_tables_is_ready_without_a_mapping(open_app: OpenApp, small_study: Files) -> None:
    app = send(opened_at(open_app, LOAD), small_study)
    assert data_result.READY.format(name="Uploaded study") in words(app)
    assert "Patients 60 one row per patient" in words(app)
    assert not app.button(key="data-use").disabled


def test_an_upload_in_force_is_the_study_of_every_page_of_this_session(open_app: OpenApp, small_study: Files) -> None:
    app = send(opened_at(open_app, LOAD), small_study)
    app.button(key="data-use").click().run()
    assert not app.exception
    assert data_result.IN_FORCE.format(name="Uploaded study") in words(app)
    assert app.button(key="data-use").disabled
    assert "60 patients." in words(app)
    app.switch_page(OVERVIEW).run()
    assert "Everyone who started treatment. 60 patients." in words(app)
    assert "640 patients" in words(open_app(OVERVIEW))  # another session


def test_the_cohort_of_the_old_study_goes_with_it(open_app: OpenApp, small_study: Files) -> None:
    app = opened_at(open_app, LOAD)
    app.multiselect(key="clinic").set_value(["C03"]).run()
    send(app, small_study).button(key="data-use").click().run()
    assert not app.exception
    assert "Everyone who started treatment. 60 patients." in words(app)


def test_the_sample_can_be_chosen_again(open_app: OpenApp, small_study: Files) -> None:
    app = send(opened_at(open_app, LOAD), small_study)
    app.button(key="data-use").click().run()
    app.radio(key="data-chosen").set_value("sample").run()
    assert "640 patients." in words(app)
    assert app.radio(key="data-chosen").options == ["The synthetic sample", "Uploaded in this session (Uploaded study)"]


def test_the_study_of_the_server_stands_beside_the_sample(open_app: OpenApp, tmp_path: Path) -> None:
    write_smallest_study(tmp_path)
    app = opened_at(open_app, LOAD, study=tmp_path)
    assert len(app.radio(key="data-chosen").options) == 2
    app.radio(key="data-chosen").set_value("sample").run()
    assert "640 patients." in words(app)
    app.radio(key="data-chosen").set_value("server").run()
    assert "60 patients." in words(app)


def test_an_upload_survives_leaving_the_page_and_can_be_forgotten(open_app: OpenApp, small_study: Files) -> None:
    app = send(opened_at(open_app, LOAD), small_study)
    app.button_group(key="part").set_value(DICTIONARY).run()
    app.button_group(key="part").set_value(LOAD).run()
    assert "Uploaded before: assessments.csv, patients.csv, sessions.csv." in words(app)
    assert data_result.READY.format(name="Uploaded study") in words(app)
    app.button(key="data-forget").click().run()
    assert data_load.HOW in words(app)


def test_errors_are_listed_with_their_place_and_nothing_can_be_used(open_app: OpenApp, small_study: Files) -> None:
    wrong = str(small_study["assessments.csv"]).replace("P00,-1,PHQ-9,12", "P00,-1,PHQ-9,28")
    app = send(opened_at(open_app, LOAD), {**small_study, "assessments.csv": wrong})
    assert data_result.NOT_READY.format(words="1 error and 2 notes") in words(app)
    assert "column 'score' has 1 PHQ-9 value outside 0-27 (row 2). Correct them or leave them blank." in words(app)
    assert "data-use" not in [button.key for button in app.button]


def test_a_column_that_identifies_is_refused_by_name_and_its_cells_are_not_shown(
    open_app: OpenApp, small_study: Files
) -> None:
    lines = str(small_study["patients.csv"]).splitlines()
    mails = [f"{line},ann{place}@mail.example" for place, line in enumerate(lines[1:])]
    named = "\n".join([f"{lines[0]},email", *mails])
    app = send(opened_at(open_app, LOAD), {**small_study, "patients.csv": named + "\n"})
    assert "column 'email' has 60 filled cells under a name that stands for e-mail addresses" in words(app)
    assert "mail.example" not in words(app)
    assert "data-use" not in [button.key for button in app.button]


def test_a_hostile_archive_is_refused_with_its_finding(open_app: OpenApp) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("patients.csv", b"0\n" * 100_000_000)
    app = send(opened_at(open_app, LOAD), {"study.zip": packed.getvalue()})
    assert data_load.REFUSED.format(words="2 errors") in words(app)
    assert "study.zip: unpacks to 200,000,000 bytes, more than 100 times its size. No study does." in words(app)


def test_a_record_system_says_what_its_mapping_needs(open_app: OpenApp) -> None:
    app = send(opened_at(open_app, LOAD), {"Patient.ndjson": '{"resourceType": "Patient", "id": "a"}\n'})
    assert "This is a FHIR export. It needs a mapping with a section [fhir]" in words(app)
    assert data_load.EXPORT_NEXT in words(app)


def test_a_fault_of_the_program_is_one_sentence_and_the_log_has_the_rest(
    open_app: OpenApp, small_study: Files, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("P0001 scored 27")

    monkeypatch.setattr("app_pages.parts.data_session.look_at", broken)
    app = send(opened_at(open_app, LOAD), small_study)
    assert "because of a fault in this program" in words(app)
    assert "P0001 scored" not in words(app)
    assert "RuntimeError: P0001 scored 27" in caplog.text


# The mapping


@pytest.fixture
def mapped(open_app: OpenApp) -> AppTest:
    return send(opened_at(open_app, LOAD), dict(FILES))


def test_foreign_files_get_a_suggested_mapping_with_its_reasons_and_what_comes_out(mapped: AppTest) -> None:
    shown = words(mapped)
    assert data_result.READY.format(name="Uploaded study") in shown
    assert "Sessions 6 (small) one row per ketamine session" in shown
    assert "chart.csv** · 4 rows · 11 columns" in shown
    assert "It is called like day, and its cells are dates." in shown
    assert "It is called like clinic_id; its cells do not say what they are. **Likely.**" in shown
    assert "Not used: favourite colour." in shown
    assert "phq_1 to phq_9 (9 columns)" in shown


def test_a_column_left_out_is_named_as_not_used_and_what_it_filled_is_missing(mapped: AppTest) -> None:
    box = next(box for box in mapped.selectbox if box.label == "What How given becomes in sessions")
    box.set_value("left out").run()
    assert not mapped.exception
    assert "Not used: How given." in words(mapped)
    assert "The mapping of sessions fills no column 'route', which is required." in words(mapped)
    assert data_result.NOT_READY.split("{")[0] in words(mapped)


def test_something_that_is_the_same_for_every_row_is_added_from_a_closed_list(mapped: AppTest) -> None:
    mapped.selectbox(key="map-infusions-more-target").set_value("sessions: molecule").run()
    assert mapped.selectbox(key="map-infusions-more-value").options == ["racemic", "esketamine"]
    mapped.button(key="map-infusions-more-add").click().run()
    assert not mapped.exception
    labels = [box.label for box in mapped.selectbox]
    assert "What The same for every row becomes in sessions" in labels


def test_a_word_that_no_list_knows_is_translated_by_pointing(open_app: OpenApp) -> None:
    strange = {**FILES, "infusions.csv": FILES["infusions.csv"].replace("troche", "mouth thing")}
    app = send(opened_at(open_app, LOAD), strange)
    assert "has 1 value that the vocabulary 'routes' does not list" in words(app)
    box = next(box for box in app.selectbox if box.label.startswith("mouth thing"))
    assert box.label == "mouth thing (1 cell) means"
    box.set_value("SL").run()
    assert not app.exception
    assert data_result.READY.format(name="Uploaded study") in words(app)


def test_the_form_of_dates_the_unit_and_the_day_of_a_score_are_chosen_from_lists(mapped: AppTest) -> None:
    weight = next(box for box in mapped.selectbox if box.key.endswith("weight_kg-unit"))
    assert weight.value == "lb"
    weight.set_value("kg").run()
    assert not mapped.exception
    day = next(number for number in mapped.number_input if number.value == 28)
    day.set_value(29.0).run()
    assert not mapped.exception
    assert [number.value for number in mapped.number_input] == [0.0, 29.0, 28.0]
    form = next(box for box in mapped.selectbox if box.label == "Dates are written as")
    form.set_value("european").run()
    assert not mapped.exception
    assert "that the calendar does not have when read as day/month/year" in words(mapped)


def test_questions_that_only_a_person_can_answer_are_asked_once_for_all_columns(open_app: OpenApp) -> None:
    undated = {**FILES, "surveys.csv": FILES["surveys.csv"].replace("/2024", "/soon")}
    shown = words(send(opened_at(open_app, LOAD), undated))
    assert data_mapping.ASKS in shown
    assert (
        "surveys, columns 'phq_1', 'phq_2', 'phq_3', 'phq_4' and 5 more: "
        "Which day after the first session is this for?" in shown
    )


def test_the_first_rows_are_shown_when_the_holder_opens_them(mapped: AppTest) -> None:
    assert "69.8" not in words(mapped)  # a patient's weight
    mapped.session_state["data-first-rows"] = True
    mapped.run()
    assert not mapped.exception
    assert data_result.FIRST_ROWS.format(table="sessions") in words(mapped)
    assert "69.8" in words(mapped)


def test_a_mapped_study_is_put_in_force(mapped: AppTest) -> None:
    mapped.button(key="data-use").click().run()
    assert not mapped.exception
    assert data_result.IN_FORCE.format(name="Uploaded study") in words(mapped)
    assert "3 (small) of 4" in words(mapped) or "3 (small) patients." in words(mapped)


def test_a_saved_mapping_is_used_again_and_can_still_be_changed(open_app: OpenApp) -> None:
    incoming = look_at([(name, text.encode()) for name, text in FILES.items()])
    saved = mapping_toml(suggest_mapping(incoming.sources, incoming.forms, "Kept from last month").mapping)
    app = send(opened_at(open_app, LOAD), dict(FILES))
    renamed = saved.replace("sources.infusions", "sources.doses").replace('"infusions"', '"doses"')
    send(app, {"saved.toml": renamed}, "data-saved")
    assert data_result.READY.format(name="Kept from last month") in words(app)
    assert "What How given becomes in sessions" in [box.label for box in app.selectbox]


def test_a_saved_mapping_with_faults_is_refused_with_all_of_them(open_app: OpenApp) -> None:
    app = send(opened_at(open_app, LOAD), dict(FILES))
    send(app, {"saved.toml": "[[patients]]\nsource = 'x'\n[nonsense]\n"}, "data-saved")
    assert data_load.REFUSED.split("{")[0] in words(app)
    assert "the source 'x' is not described under [sources]" in words(app)
    assert "nonsense" in words(app)


def test_files_of_a_study_can_be_mapped_all_the_same(open_app: OpenApp, small_study: Files) -> None:
    app = send(opened_at(open_app, LOAD), small_study)
    app.toggle(key="data-as-foreign").set_value(True).run()
    assert not app.exception
    assert "What route becomes in sessions" in [box.label for box in app.selectbox]


def test_the_result_for_many_rows_is_worked_out_when_asked_for(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data_mapping, "WORKED_OUT_AT_ONCE", 15)
    app = send(opened_at(open_app, LOAD), dict(FILES))
    assert "16 rows in all: the result is worked out when you ask for it." in words(app)
    assert data_result.READY.format(name="Uploaded study") not in words(app)
    next(button for button in app.button if button.label == "Work out the result").click().run()
    assert data_result.READY.format(name="Uploaded study") in words(app)


def test_a_study_that_was_not_loaded_leaves_the_page_that_loads_another(
    open_app: OpenApp, study_copy: Path, small_study: Files
) -> None:
    (study_copy / "sessions.csv").unlink()
    app = open_app(OVERVIEW, study=study_copy)
    assert app.title[0].value == "The study was not loaded"
    app.switch_page(DATA).run()
    assert data_study.NOT_LOADED.format(words="1 error") in words(app)
    app.button_group(key="part").set_value(LOAD).run()
    send(app, small_study).button(key="data-use").click().run()
    assert not app.exception
    assert data_result.IN_FORCE.format(name="Uploaded study") in words(app)


# The audit


@pytest.fixture
def audited(tmp_path: Path) -> tuple[Path, Path]:
    """A settings file that keeps an audit, and the log."""
    admin, log = tmp_path / "admin.toml", tmp_path / "audit.jsonl"
    admin.write_text('audit_log = "audit.jsonl"\n')
    return admin, log


def test_what_is_refused_shown_of_individuals_and_loaded_is_written_down(
    open_app: OpenApp, audited: tuple[Path, Path], small_study: Files
) -> None:
    admin, log = audited
    app = send(opened_at(open_app, LOAD, admin=admin), {"letter.zip": b"no archive"})
    assert '"event": "denial"' in log.read_text()
    assert "an upload was not loaded: 1 error" in log.read_text()
    send(app, dict(FILES))
    assert '"shown": "words of the columns of an upload"' in log.read_text()
    app.session_state["data-first-rows"] = True
    app.run()
    assert '"shown": "first rows of an upload"' in log.read_text()
    loads = log.read_text().count('"event": "load"')
    app.button(key="data-use").click().run()
    assert log.read_text().count('"event": "load"') == loads + 1
    assert "KX41" not in log.read_text()


def test_a_column_that_the_mapping_allows_is_written_down_with_its_reason(
    open_app: OpenApp, audited: tuple[Path, Path], small_study: Files
) -> None:
    admin, log = audited
    lines = str(small_study["patients.csv"]).splitlines()
    named = "\n".join([f"{lines[0]},full_name", *(f"{line},Ann Miller" for line in lines[1:])]) + "\n"
    allow = '[[allow]]\ntable = "patients"\ncolumn = "full_name"\nreason = "Invented names of a demonstration"\n'
    app = opened_at(open_app, LOAD, admin=admin)
    send(app, {"saved.toml": allow}, "data-saved")
    send(app, {**small_study, "patients.csv": named}).button(key="data-use").click().run()
    assert not app.exception
    assert '"reason": "Invented names of a demonstration"' in log.read_text()
    assert "Ann Miller" not in log.read_text()


def test_an_upload_allows_no_column_where_no_audit_keeps_the_reason(open_app: OpenApp, small_study: Files) -> None:
    lines = str(small_study["patients.csv"]).splitlines()
    named = "\n".join([f"{lines[0]},full_name", *(f"{line},Ann Miller" for line in lines[1:])]) + "\n"
    allow = '[[allow]]\ntable = "patients"\ncolumn = "full_name"\nreason = "Invented names of a demonstration"\n'
    app = opened_at(open_app, LOAD)
    send(app, {"saved.toml": allow}, "data-saved")
    send(app, {**small_study, "patients.csv": named})
    assert not app.exception
    assert not [button for button in app.button if button.key == "data-use"]
    assert "Ann Miller" not in words(app)


def test_individual_data_that_cannot_be_written_down_are_not_shown(
    open_app: OpenApp, audited: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened_at(open_app, LOAD, admin=audited[0])
    monkeypatch.setattr(access, "audit", lambda *_, **__: access.CANNOT_AUDIT)
    send(app, dict(FILES))
    assert access.CANNOT_AUDIT in words(app)
    assert not [box for box in app.selectbox if box.label.endswith("means")]
