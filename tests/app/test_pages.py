"""Every page on the sample study, and on every cohort that leaves little or nothing to show."""

import pytest

from analysis.vocabulary import control_change_sentence
from tests.app.conftest import OVERVIEW, PAGES, SYMPTOM_CHANGE, OpenApp, charts, html, said

NOBODY = {"route": ["SC"], "sex": ["other"], "age": ["15", "20"]}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_its_charts_on_the_sample_study(open_app: OpenApp, page: str) -> None:
    app = open_app(page)
    assert not app.exception
    assert len(charts(app)) == 2
    assert "Everyone who started treatment. 640 patients." in said(app)
    assert not app.warning


@pytest.mark.parametrize("page", PAGES)
def test_a_cohort_of_nobody_is_a_sentence_in_place_of_the_charts(open_app: OpenApp, page: str) -> None:
    app = open_app(page, NOBODY)
    assert not app.exception
    assert not charts(app)
    assert "No patient meets every rule of this cohort" in said(app)
    assert "0 of 640 patients" in said(app)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("ages", [["15", "20"], ["80", "90"]], ids=["very few", "few"])
def test_a_cohort_of_a_few_patients_ends_in_sentences_and_no_traceback(
    open_app: OpenApp, page: str, ages: list[str]
) -> None:
    app = open_app(page, {"route": ["SC", "PO"], "age": ages})
    assert not app.exception
    assert not any("Adjusted change after" in alt for alt in charts(app))


def test_a_refused_model_says_why_and_what_to_change_and_shows_no_number_of_a_fit(open_app: OpenApp) -> None:
    app = open_app(SYMPTOM_CHANGE, {"route": ["SC"]})
    assert not app.exception
    assert not charts(app)
    assert "No model for this cohort." in app.warning[0].value
    assert "Widen the cohort or choose another instrument" in app.warning[0].value
    assert "Above you can choose another instrument" not in said(app)
    assert "95%" not in html(app)


@pytest.mark.parametrize("query", [{"route": ["IV"]}, {"clinic": ["C01"]}], ids=["one route", "one clinic"])
def test_one_route_or_one_clinic_still_has_a_model(open_app: OpenApp, query: dict[str, list[str]]) -> None:
    app = open_app(SYMPTOM_CHANGE, query)
    assert not app.exception
    assert "Adjusted change after 6 sessions" in charts(app)[0]
    assert len(app.success) == 1


def test_one_route_has_nothing_to_be_compared_with(open_app: OpenApp) -> None:
    app = open_app(SYMPTOM_CHANGE, {"route": ["IV"]})
    assert len(charts(app)) == 1
    text = said(app)
    assert "This cohort has one route, so there is nothing to compare." in text
    assert "Who is on this route" in text
    assert "all of whom started on one route" in text
    assert "Who gets which route" not in text


def test_routes_too_small_to_compare_are_said_to_be_too_small(open_app: OpenApp) -> None:
    text = said(open_app(SYMPTOM_CHANGE, {"route": ["IV", "SC"]}))
    assert (
        "Fewer than two routes have 11 patients still assessed at the end of induction, so none are compared." in text
    )
    assert "Who gets which route" in text


def test_the_headline_cards_name_their_denominators_and_are_at_most_five(open_app: OpenApp) -> None:
    for page in PAGES:
        text = html(open_app(page))
        assert 2 <= text.count('class="kat-card"') <= 5
        assert text.count('class="kat-card"') == text.count('class="of"')


def test_balance_stands_before_the_differences(open_app: OpenApp) -> None:
    headings = [heading.value for heading in open_app(SYMPTOM_CHANGE).header]
    assert headings.index("Who gets which route") < headings.index("Differences between routes")


def test_the_balance_table_counts_who_has_a_baseline_beside_the_starters(open_app: OpenApp) -> None:
    text = html(open_app(SYMPTOM_CHANGE))
    assert text.index(">Starters</th>") < text.index(">n with baseline</th>") < text.index("PHQ-9 baseline, mean")
    row = text.split('<td class="text">Intravenous</td>', 1)[1].split("</tr>", 1)[0]
    starters, with_baseline = (int(part.split("</td>")[0]) for part in row.split("<td>")[1:3])
    assert 0 < with_baseline <= starters


def test_the_first_card_counts_patients(open_app: OpenApp) -> None:
    first = html(open_app(SYMPTOM_CHANGE)).split('<dd class="value">', 1)[1].split("</dd>", 1)[0]
    assert first.endswith(" patients")


def test_notes_of_a_converged_fit_stand_under_its_status(open_app: OpenApp) -> None:
    captions = [caption.value for caption in open_app(SYMPTOM_CHANGE).caption]
    assert any("evaluable patients changed route later" in text for text in captions)


def test_the_engines_own_notes_are_left_to_the_details(open_app: OpenApp) -> None:
    captions = [caption.value for caption in open_app(SYMPTOM_CHANGE, {"route": ["IV"]}).caption]
    assert not any("one level on these rows" in text for text in captions)


def test_the_balance_table_marks_a_small_route_for_the_holder(open_app: OpenApp) -> None:
    text = html(open_app(SYMPTOM_CHANGE))
    row = text.split('<td class="text">Oral</td>', 1)[1].split("</tr>", 1)[0]
    assert row.count("9 (small)") == 2
    assert "–" not in row


def test_the_page_says_what_it_cannot_say(open_app: OpenApp) -> None:
    text = said(open_app(SYMPTOM_CHANGE))
    for words in ("number of sessions is not assigned", "Routes are not drawn by lot", "not change due to treatment"):
        assert words in text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["PHQ-9", "MADRS", "GAD-7"])
def test_what_trials_without_ketamine_saw_is_of_the_instrument_shown(open_app: OpenApp, page: str, name: str) -> None:
    text = said(open_app(page, {"instrument": [name]}))
    assert control_change_sentence(name) in text
    assert ("MADRS fell by 15.8 points" in text) == (name == "MADRS")


@pytest.mark.parametrize("page", PAGES)
def test_no_page_speaks_of_effects_of_treatment(open_app: OpenApp, page: str) -> None:
    terms_of_art = ("fixed effect", "random effect", "mixed-effects model")
    text = said(open_app(page)).lower()
    for term in terms_of_art:
        text = text.replace(term, "")
    assert "efficacy" not in text
    assert "effect" not in text


@pytest.mark.parametrize(
    "query",
    [
        {"time": ["weeks"]},
        {"shape": ["linear"]},
        {"shape": ["log"]},
        {"shape": ["spline"]},
        {"shape": ["categories"]},
        {"route_rule": ["at each session"]},
        {"route_rule": ["unchanged only"]},
        {"slope": ["false"]},
        {"adjust": [""]},
        {"instrument": ["GAD-7"]},
        {"one_panel": ["true"]},
    ],
    ids=str,
)
def test_every_model_setting_can_be_asked_for_in_the_address(open_app: OpenApp, query: dict[str, list[str]]) -> None:
    app = open_app(SYMPTOM_CHANGE, query)
    assert not app.exception
    assert charts(app) or app.warning
    assert "The address asks for" not in said(app)


def test_the_second_opinion_is_asked_for_by_a_button(open_app: OpenApp) -> None:
    app = open_app(SYMPTOM_CHANGE, {"route": ["IV"]})
    assert "statsmodels MixedLM" not in said(app)
    app.button(key="cross_check").click().run()
    assert not app.exception
    assert len(app.success) + len(app.warning) == 2
    assert "Fixed effects here and in statsmodels" in html(app)


def test_the_overview_puts_attrition_first_and_names_published_sources(open_app: OpenApp) -> None:
    app = open_app(OVERVIEW)
    assert charts(app)[0].startswith("Patients left at each step: Started treatment 640 (100%)")
    text = said(app)
    assert "McInnes 2022" in text
    assert "never averaged" in text
    assert "10.1016/j.jad.2021.12.097" in text
