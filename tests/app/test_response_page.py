"""The page on response and durability, on the sample study and on whatever leaves little or nothing to show."""

from pathlib import Path

import pytest

from analysis.vocabulary import control_change_sentence
from tests.app.conftest import OpenApp, charts, html, said, unfolded

RESPONSE = "app_pages/response.py"
NOBODY = {"route": ["SC"], "sex": ["other"], "age": ["15", "20"]}
ELSEWHERE = "192.0.2.7"


def viewer_settings(folder: Path) -> Path:
    path = folder / "admin.toml"
    path.write_text('audit_log = "audit.jsonl"\nreleased_cohorts = "cohorts.jsonl"\nelsewhere = "viewer"\n')
    return path


def test_the_page_shows_its_charts_cards_and_sentences_on_the_sample_study(open_app: OpenApp) -> None:
    app = open_app(RESPONSE)
    assert not app.exception
    assert not app.error
    assert len(charts(app)) == 8
    text = said(app)
    assert html(app).count('class="kat-card"') == 5
    assert html(app).count('class="of"') == 5
    assert "155 of 402 scored; 26% of 603 if no score is a no" in text
    assert "317 of 487 with a later score reached it" in text
    assert "of 132 responders followed; a booster ends the follow-up" in text
    assert "Response: a fall of 50% or more from baseline. Remission: a score below 5." in text
    assert (
        "How soon response is first reached with intravenous, intramuscular, nasal and sublingual: over days they "
        "differ beyond chance (log-rank 33.3, 3 df, p < 0.001) and over sessions they differ beyond chance (log-rank "
        "42.8, 3 df, p < 0.001)."
    ) in text
    assert (
        "155 patients responded at the end of induction; 132 of them have a later score. Of the first 56 days they "
        "spent 27.3 on average still responding without a booster (95% interval 23.5 to 31.1); 23.8 came after a "
        "booster and 4.9 after a relapse. 88% (79 to 93%) without relapse 4 weeks on, published about 80%; 78% (65 to "
        "87%) without relapse 8 weeks on, published about 60% (McInnes 2022, responders among 537 analysable of 9,016 "
        "treated, without maintenance; read off a Kaplan-Meier curve). Definitions of relapse may differ."
    ) in text


def test_hazard_ratios_and_time_to_remission_are_there_when_opened(open_app: OpenApp) -> None:
    closed = open_app(RESPONSE)
    assert "Hazard ratio" not in said(closed)
    app = unfolded(closed)
    assert not app.exception
    assert not app.error
    assert len(charts(app)) == 9
    text = said(app)
    assert "Hazard ratio of a first response (95% interval)" in text
    assert "Hazard ratio of a first remission (95% interval)" in text
    assert "How soon remission is first reached with intravenous, intramuscular, nasal and sublingual:" in text


def test_what_trials_without_ketamine_saw_stands_before_the_change_of_patients(open_app: OpenApp) -> None:
    app = open_app(RESPONSE)
    words = [element.value for element in app.markdown]
    place = next(n for n, text in enumerate(words) if text.startswith("**Change in treated patients alone"))
    assert words[place].endswith(control_change_sentence("PHQ-9"))
    assert place < next(n for n, text in enumerate(words) if text.startswith("How soon response"))


def test_suicidal_thoughts_are_said_to_be_no_alarm_and_who_got_worse_is_counted(open_app: OpenApp) -> None:
    text = said(open_app(RESPONSE))
    assert "This is no alerting tool. The data are de-identified and come late" in text
    assert (
        "Of 483 patients with the item answered before and after, the latest answer is higher than before in 62. 235 "
        "had 1 or more before: 173 of them answered less at the latest. 248 had 0 before: 42 of them have 1 or more at "
        "the latest answer, 120 at some later answer."
    ) in text
    assert "Patients by the item before treatment and at the latest answer" in text


def test_rapid_relief_says_how_much_of_the_recall_is_after_the_session(open_app: OpenApp) -> None:
    text = said(open_app(RESPONSE))
    assert ">24 hours</td>" in text
    assert ">7%</td>" in text
    assert "PHQ-9 asks about the past 14 days" in text
    assert "partly inside that recall" in text


def test_a_reliability_that_is_entered_makes_reliable_change_and_names_itself(open_app: OpenApp) -> None:
    app = open_app(RESPONSE)
    assert "Reliable change is not shown" in said(app)
    app.number_input(key="reliability-PHQ-9").set_value(0.85).run()
    assert not app.exception
    assert "Reliable change: more than 5.6 points (Jacobson and Truax 1991), from a reliability of 0.85" in said(app)


def test_another_remission_rule_changes_the_card(open_app: OpenApp) -> None:
    app = open_app(RESPONSE)
    app.selectbox(key="remission-PHQ-9").set_value("5 or less (Pfeiffer 2024 (VA))").run()
    assert not app.exception
    assert "Remission: a score 5 or less." in said(app)


@pytest.mark.parametrize("name", ["MADRS", "GAD-7", "PCL-5", "PEG"])
def test_every_instrument_has_a_page(open_app: OpenApp, name: str) -> None:
    app = open_app(RESPONSE, {"instrument": [name]})
    assert not app.exception
    assert not app.error
    text = said(app)
    assert control_change_sentence(name) in text
    if name == "PCL-5":
        assert "Response is not shown: no verified source says what it is on PCL-5." in text
        assert "Durability is not shown: no verified source says what response is on PCL-5." in text
        assert "No verified source says what response or remission is on PCL-5, so none by route." in text
        assert "Response (95% interval)" not in text
    if name == "GAD-7":
        assert "GAD-7 has no item on suicidal thoughts." in text


@pytest.mark.parametrize("query", [{"route": ["SC"], "sex": ["male"]}, {"route": ["PO"]}], ids=str)
def test_a_cohort_of_a_few_ends_in_sentences(open_app: OpenApp, query: dict[str, list[str]]) -> None:
    app = open_app(RESPONSE, query)
    assert not app.exception
    assert not app.error
    app = unfolded(app)
    assert not app.exception
    assert not app.error
    assert "Fewer than two routes have 20 patients" in said(app) or "fewer than two routes" in said(app)


@pytest.mark.parametrize("query", [{}, {"route": ["IV", "SC"]}, {"route": ["SC", "PO"]}], ids=str)
def test_a_viewer_sees_no_small_number_no_single_patient_and_no_settings(
    open_app: OpenApp, tmp_path: Path, query: dict[str, list[str]]
) -> None:
    app = unfolded(open_app(RESPONSE, query, admin=viewer_settings(tmp_path), address=ELSEWHERE))
    assert not app.exception
    assert not app.error
    text = said(app)
    assert "(small)" not in text
    assert "patient by patient" not in " ".join(charts(app))
    assert not app.number_input
    assert "Patients by the item before treatment" not in text
