"""The Data page in a real browser: a clinic's own export becomes the study of the session, and its mapping is kept."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page

from tests.browser.conftest import OpenPage, settled
from tests.browser.test_access import OURS, SERIOUS

pytestmark = pytest.mark.browser

N_PATIENTS = 40
ROUTES = ("IV drip", "shot", "nasal spray")
LOAD = "data?part=Load+a+study"


def us(day: date) -> str:
    return day.strftime("%m/%d/%Y")


def messy_export() -> dict[str, str]:
    """Forty patients as a clinic keeps them: dates of its own, pounds, words, questionnaires side by side."""
    chart = ["PatientCode,Site,DOB,Gender,Dx,PHQ9_baseline,PHQ9_wk4"]
    infusions = ["PatientCode,Date of Service,How given,Dose (mg/kg),Weight (lbs)"]
    for number in range(N_PATIENTS):
        code, first = f"K{(number * 7919) % 10007:05d}", date(2024, 1, 8) + timedelta(days=3 * number)
        born = us(date(1960 + number % 40, 1 + number % 12, 11))
        chart.append(f"{code},S{number % 2},{born},{'FM'[number % 2]},Depression,{15 + number % 9},{6 + number % 9}")
        infusions += [
            f"{code},{us(first + timedelta(days=3 * visit))},{ROUTES[number % 3]},0.5,{150 + number}"
            for visit in range(6)
        ]
    return {"chart.csv": "\n".join(chart) + "\n", "infusions.csv": "\n".join(infusions) + "\n"}


def upload(page: Page, files: dict[str, str]) -> None:
    payloads = [FilePayload(name=name, mimeType="text/csv", buffer=text.encode()) for name, text in files.items()]
    page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(payloads)


def test_a_messy_export_is_mapped_by_pointing_saved_and_used(open_page: OpenPage) -> None:
    page = open_page(LOAD)
    settled(page)
    upload(page, messy_export())
    page.get_by_text("Ready.").wait_for()
    page.get_by_text("6 words translated").or_(page.get_by_text("3 words translated")).first.wait_for()
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the mapping (TOML)").click()
    assert download.value.suggested_filename == "uploaded_study_mapping.toml"
    saved = tomllib.loads(download.value.path().read_text(encoding="utf-8"))
    assert saved["sessions"][0]["columns"]["route"] == {"column": "How given", "vocabulary": "routes"}
    page.get_by_role("button", name="Use this study").click()
    page.get_by_text("In force.").wait_for()
    page.get_by_text("Everyone who started treatment. 40 patients.").first.wait_for()
    page.get_by_role("link", name="Overview").click()
    page.get_by_text("Everyone who started treatment. 40 patients.").first.wait_for()
    settled(page)


def test_a_change_by_pointing_is_seen_in_what_comes_out(open_page: OpenPage) -> None:
    page = open_page(LOAD)
    settled(page)
    upload(page, messy_export())
    page.get_by_text("Ready.").wait_for()
    settled(page)
    choice = page.get_by_role("combobox", name="What How given becomes in sessions")
    choice.click()
    choice.fill("left out")
    page.get_by_role("option", name="left out").click()
    page.get_by_text("Not yet a study:").wait_for()
    page.get_by_text("The mapping of sessions fills no column 'route', which is required.").wait_for()
    page.get_by_text("Not used: How given.").wait_for()


def test_an_upload_of_one_session_is_not_seen_by_another(open_page: OpenPage) -> None:
    page = open_page(LOAD)
    settled(page)
    upload(page, messy_export())
    page.get_by_role("button", name="Use this study").click()
    page.get_by_text("In force.").wait_for()
    other = open_page("data")
    settled(other)
    other.get_by_text("Study: the synthetic sample, no real patients.").wait_for()
    assert other.get_by_text("Everyone who started treatment. 640 patients.").count() == 1


def test_findings_are_saved_as_csv(open_page: OpenPage) -> None:
    page = open_page("data")
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Findings (CSV)").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "level,table,column,count,rows,message"
    assert lines[1].startswith("note,assessments,score,")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("part", ["This+study", "Load+a+study", "Data+dictionary"])
def test_axe_finds_no_serious_fault_in_any_part_nor_in_a_mapping(open_page: OpenPage, part: str, dark: bool) -> None:
    page = open_page(f"data?part={part}", dark=dark)
    settled(page)
    if part == "Load+a+study":
        upload(page, messy_export())
        page.get_by_text("Ready.").wait_for()
        settled(page)
    found = Axe().run(page, context=OURS).response["violations"]
    faults = [
        f"{fault['id']}: {node['target']}" for fault in found if fault["impact"] in SERIOUS for node in fault["nodes"]
    ]
    assert not faults


@pytest.mark.parametrize("part", ["This+study", "Load+a+study", "Data+dictionary"])
def test_a_tablet_never_scrolls_sideways(open_page: OpenPage, part: str) -> None:
    page = open_page(f"data?part={part}", width=820)
    settled(page)
    if part == "Load+a+study":
        upload(page, messy_export())
        page.get_by_text("Ready.").wait_for()
        settled(page)
    wider = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
    assert wider <= 0
