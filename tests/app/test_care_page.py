"""The Care delivery page on the sample study, and on every cohort and study that leaves little or nothing to show."""

from pathlib import Path

from analysis.vocabulary import control_change_sentence
from tests.app.conftest import OpenApp, charts, html, said, unfolded

CARE = "app_pages/care.py"


def test_the_page_shows_its_figures_and_both_curves_of_staying(open_app: OpenApp) -> None:
    app = open_app(CARE)
    assert not app.exception
    assert not app.error
    found = charts(app)
    assert len(found) == 6
    assert found[0].startswith("63% of starters completed six sessions or more. All starters:")
    assert "Known stops only: 75% at 24" in found[0]
    assert found[-1].startswith("Mean change in anxiety, PTSD and pain, in points. GAD-7 ")


def test_the_cards_are_at_most_five_and_each_names_what_it_stands_on(open_app: OpenApp) -> None:
    text = html(open_app(CARE))
    assert text.count('class="kat-card"') == text.count('class="of"') == 5
    assert "393 of 640 starters (6 sessions, nasal esketamine 8)" in text
    assert "952 of 5,878 completed sessions; 355 of 640 patients ever" in text


def test_integration_and_change_is_called_exploratory_with_its_interval_and_numbers(open_app: OpenApp) -> None:
    text = said(open_app(CARE))
    assert (
        "the difference associated with having it after all sessions of the first 18 days, against after none" in text
    )
    assert "in 420 patients of whom 201 had any. Exploratory: visits attended come after treatment began" in text


def test_each_condition_has_its_own_rule_and_model(open_app: OpenApp) -> None:
    closed = open_app(CARE)
    assert control_change_sentence() in said(closed)
    assert "MADRS fell by" not in said(closed)
    assert "**GAD-7.**" not in said(closed)
    app = unfolded(closed)
    text = said(app)
    for name in ("GAD-7", "PCL-5", "PEG"):
        assert f"**{name}.**" in text
    assert "a fall of 10 points or more" in html(app)
    assert "a fall of 30% or more" in html(app)
    assert "<td>40% (34 to 45%), 130 of 329</td><td>27% (23 to 31%), 130 of 489</td>" in html(app)
    assert "never pooled" not in html(app)


def test_tables_by_route_are_there_when_opened(open_app: OpenApp) -> None:
    closed = open_app(CARE)
    captions = (
        "Induction completed, share of starters by route of the first session",
        "Days between neighbouring sessions: median and middle half",
        "Dose of a session: median and middle half.",
        "Charges of a course in US dollars",
        "Starters of each payer by route of the first session",
    )
    assert "Access by payer" in html(closed)
    assert not any(caption in html(closed) for caption in captions)
    assert all(caption in html(unfolded(closed)) for caption in captions)


def test_a_study_of_one_instrument_has_no_other_condition(open_app: OpenApp, study_copy: Path) -> None:
    path = study_copy / "assessments.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *(line for line in lines[1:] if "PHQ-9" in line)]) + "\n")
    app = open_app(CARE, study=study_copy)
    assert not app.exception
    assert "No score of anxiety, PTSD or pain is recorded in this cohort." in said(app)


def test_reasons_for_stopping_are_counted_where_the_study_gives_them(open_app: OpenApp, study_copy: Path) -> None:
    path = study_copy / "patients.csv"
    lines = path.read_text().splitlines()
    reasons = ("better", "moved", "cost")
    rows = [f"{line},{reasons[place % 3]}" for place, line in enumerate(lines[1:])]
    path.write_text("\n".join([f"{lines[0]},stop_reason", *rows]) + "\n")
    text = html(unfolded(open_app(CARE, study=study_copy)))
    assert "Reasons for stopping, as given" in text
    assert ">better<" in text


def test_no_word_claims_that_treatment_did_it(open_app: OpenApp) -> None:
    text = said(open_app(CARE)).lower()
    assert "efficacy" not in text
    assert "effect" not in text
