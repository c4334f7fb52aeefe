"""The Safety page on the sample study, and on every cohort and study that leaves little or nothing to show."""

from pathlib import Path

from tests.app.conftest import OpenApp, charts, html, said, unfolded

SAFETY = "app_pages/safety.py"
NOBODY = {"route": ["SC"], "sex": ["other"], "age": ["15", "20"]}


def test_the_page_shows_both_ways_of_counting_and_both_kinds_of_events_apart(open_app: OpenApp) -> None:
    app = open_app(SAFETY)
    found = charts(app)
    assert len(found) == 7
    assert sum("asked for" in alt for alt in found) == 3
    assert sum("mentioned unasked" in alt for alt in found) == 1
    app = unfolded(app)
    assert not app.exception
    assert not app.error
    text = said(app)
    assert (
        "Events asked for: 137.9 per 100 sessions (95% interval 117.6 to 161.7 with patients as clusters; 134.1 to "
        "141.8 exact), 4,917 events in 3,566 sessions; at least one in 85% of patients (exact 80 to 89%), 220 of 258."
    ) in text
    assert "Events mentioned unasked: 3.2 per 100 sessions" in text
    found = charts(app)
    assert sum("asked for" in alt for alt in found) == 4
    assert sum("mentioned" in alt for alt in found) > 1
    assert not any("asked for" in alt and "mentioned" in alt for alt in found)


def test_severity_and_seriousness_have_a_column_for_each_way_of_finding_events(open_app: OpenApp) -> None:
    text = html(open_app(SAFETY))
    assert "<td>3,824 in 212 patients; 107.23</td><td>61 in 57 patients; 2.57</td>" in text
    assert '<td class="text">serious</td><td>3 (small) in 3 (small) patients; 0.08</td><td>0</td>' in text


def test_when_events_began_and_were_over_is_said_and_that_all_were_observed(open_app: OpenApp) -> None:
    text = said(open_app(SAFETY))
    assert (
        "Events asked for: began 20 minutes after dosing (middle half 15 to 26; 4,395 events), over 60 minutes after "
        "it (middle half 47 to 75; 4,303 events); medians of the events with the time recorded."
    ) in text
    assert (
        "Nasal esketamine was observed for two hours or more after all 2,514 sessions of 154 patients with the time "
        "recorded; with 95% confidence after at least 99.9% of such sessions."
    ) in text


def test_when_events_began_and_were_over_is_there_when_opened(open_app: OpenApp) -> None:
    closed = open_app(SAFETY)
    assert "Onset and end in minutes" not in html(closed)
    text = html(unfolded(closed))
    assert "Onset and end in minutes from dosing" in text
    assert "<td>21 (16 to 27)</td>" in text
    assert "Lowest saturation of a session, in bands that are no standard" in text
    assert "Minutes observed after dosing" in text
    assert "Sessions stopped early, by route" in text


def test_the_cards_are_at_most_five_and_each_names_what_it_stands_on(open_app: OpenApp) -> None:
    text = html(open_app(SAFETY))
    assert text.count('class="kat-card"') == 5
    assert text.count('class="of"') == 5
    assert "416 of 4,774 sessions with both peaks measured; 172 of 604 patients ever" in text


def test_a_nought_has_an_upper_limit_and_a_route_nobody_asked_on_has_no_rate(open_app: OpenApp) -> None:
    app = open_app(SAFETY)
    assert (
        "Events mentioned unasked, serious: none in 2,371 sessions, with 95% confidence at most 0.13 per 100 sessions "
        "(rule of three)."
    ) in said(app)
    by_route = next(alt for alt in charts(app) if "events per 100 sessions when asked for" in alt)
    assert "Intramuscular" not in by_route


def test_published_frequencies_name_how_events_were_found(open_app: OpenApp) -> None:
    text = html(unfolded(open_app(SAFETY)))
    assert "US REMS, 58 months" in text
    assert "form after every session" in text
    assert "never averaged" in text


def test_a_clinic_that_never_asked_has_no_rate_of_events_asked_for(open_app: OpenApp) -> None:
    text = said(open_app(SAFETY, {"clinic": ["C02"]}))
    assert (
        "Events asked for: this cohort has no session after which staff are known to have asked, so there is no rate, "
        "not even nought."
    ) in text


def test_a_route_that_nobody_asks_on_has_no_upper_bound_of_events_asked_for(open_app: OpenApp) -> None:
    app = open_app(SAFETY, {"route": ["SL"]})
    text = said(app)
    assert "Events asked for: this cohort has no session after which staff are known to have asked" in text
    assert "Events asked for, serious: this cohort has no session after which staff are known to have asked." in text
    assert "nothing known of those asked for, 0 mentioned unasked" in html(app)
    assert not any("when asked for" in alt for alt in charts(app))


def test_events_nobody_asked_for_are_not_counted_as_none(open_app: OpenApp) -> None:
    app = open_app(SAFETY, {"clinic": ["C02"]})
    text = said(app)
    assert "Events asked for, serious: this cohort has no session after which staff are known to have asked." in text
    assert "\u2013 and 0" in text
    assert '<td class="text">serious</td><td>\u2013</td><td>0</td>' in text


def test_an_empty_table_of_events_gives_no_rate_not_even_nought(open_app: OpenApp, study_copy: Path) -> None:
    path = study_copy / "adverse_events.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    text = said(open_app(SAFETY, study=study_copy))
    assert "No adverse event is on record in this study. Nothing says whether anybody asked" in text


def test_no_word_claims_that_treatment_did_it(open_app: OpenApp) -> None:
    text = said(open_app(SAFETY)).lower()
    assert "efficacy" not in text
    assert "effect" not in text
    assert "De-identified data cannot be an alerting tool".lower() in text
