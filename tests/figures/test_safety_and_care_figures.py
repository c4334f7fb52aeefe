"""The figures of safety and care: valid, named, with their counts, and without anything that may not leave."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import plotly.graph_objects as go
import pytest

from analysis.cohort import Cohort, select
from analysis.disclosure import Audience, holder, viewer
from analysis.disclosure.care import ReleasedCare, release_care
from analysis.disclosure.safety import ReleasedSafety, release_safety
from analysis.figures import DARK, LIGHT, Chart
from analysis.figures.care_conditions import conditions_chart
from analysis.figures.care_courses import staying_chart, steps_chart, titration_chart
from analysis.figures.care_rows import cost_chart, visits_chart
from analysis.figures.chart import heading
from analysis.figures.look import ROUTE_LOOKS
from analysis.figures.safety_by_session import events_by_session_chart, has_by_session
from analysis.figures.safety_events import (
    events_by_dose_chart,
    events_by_route_chart,
    events_by_term_chart,
    has_doses,
    has_events,
    has_terms,
)
from analysis.figures.safety_rows import RowLabel, RowPanel, RowPoint, rows_figure
from analysis.figures.safety_vitals import dissociation_chart, habituation_chart, pressure_chart
from analysis.outcomes import overview, starters_of_study
from analysis.outcomes.care import care
from analysis.outcomes.safety import SOLICITED, SPONTANEOUS, recording, safety
from analysis.study import Study

FEW = {str(n) for n in range(1, 11)}
EVENTS = (events_by_route_chart, events_by_term_chart, events_by_dose_chart, events_by_session_chart)
VITALS = (pressure_chart, dissociation_chart, habituation_chart)
CARE = (staying_chart, steps_chart, titration_chart, visits_chart, cost_chart, conditions_chart)
COHORTS = (Cohort(), Cohort(routes=("SC", "PO")), Cohort(routes=("SC", "PO"), age=(15, 20)), Cohort(clinics=("C02",)))

Pages = Callable[[Cohort, Audience], tuple[ReleasedSafety, ReleasedCare]]


@pytest.fixture(scope="module")
def pages(sample_study: Study) -> Pages:
    kept: dict[tuple[Cohort, str], tuple[ReleasedSafety, ReleasedCare]] = {}

    def of(cohort: Cohort, audience: Audience) -> tuple[ReleasedSafety, ReleasedCare]:
        key = (cohort, audience.kind)
        if key not in kept:
            chosen = select(sample_study, cohort)
            study, n = chosen.study, starters_of_study(chosen)
            review = overview(study)
            kept[key] = (
                release_safety(safety(study, recording(sample_study)), review, n, audience),
                release_care(care(study), review, n, audience),
            )
        return kept[key]

    return of


def charts(shown: tuple[ReleasedSafety, ReleasedCare], theme=LIGHT) -> Iterator[Chart]:
    released, delivered = shown
    for kind in released.kinds:
        for draw in EVENTS:
            yield draw(released, kind, theme)
    for draw in VITALS:
        yield draw(released, theme)
    for draw in CARE:
        yield draw(delivered, theme)


@pytest.mark.parametrize("cohort", COHORTS, ids=str)
@pytest.mark.parametrize("audience", [holder(), viewer()], ids=["holder", "viewer"])
def test_every_figure_is_one_that_plotly_accepts_whoever_looks_at_whatever_cohort(
    pages: Pages, cohort: Cohort, audience: Audience
) -> None:
    for chart in charts(pages(cohort, audience)):
        go.Figure(json.loads(chart.plot.to_json()))
        assert chart.caption
        assert chart.alt
        assert len(chart.how_to_read) > 40
        assert len(chart.data().columns)


@pytest.mark.parametrize("cohort", COHORTS, ids=str)
def test_no_figure_of_a_viewer_holds_a_count_of_a_few(pages: Pages, cohort: Cohort) -> None:
    counted = re.compile(r"(\d[\d,]*)(?: \(small\))? (?:of (?:\d[\d,]*) )?patients")
    for chart in charts(pages(cohort, viewer())):
        words = json.dumps(json.loads(chart.plot.to_json())) + chart.caption + chart.alt
        assert "(small)" not in words
        assert not [count for count in counted.findall(words) if count in FEW], chart.name
        for column in chart.data():
            if str(column).startswith("n_patients"):
                assert not set(chart.data()[column].astype(str)) & FEW, (chart.name, column)


def test_a_route_has_its_own_colour_and_marker_in_every_figure(pages: Pages) -> None:
    released, delivered = pages(Cohort(), holder())
    for chart in (
        events_by_route_chart(released, SOLICITED, LIGHT),
        pressure_chart(released, LIGHT),
        visits_chart(delivered, LIGHT),
        cost_chart(delivered, LIGHT),
    ):
        markers = [trace for trace in chart.plot.data if trace.mode == "markers"]
        for trace in markers:
            looks = set(zip(trace.marker.color, trace.marker.symbol, strict=True))
            known = {(look.light, look.marker) for look in ROUTE_LOOKS.values()} | {(LIGHT.everyone, "circle")}
            assert looks <= known, chart.name


@pytest.mark.parametrize("audience", [holder(), viewer()], ids=["holder", "viewer"])
def test_a_scale_of_rows_has_three_or_four_ticks(pages: Pages, audience: Audience) -> None:
    released, delivered = pages(Cohort(), audience)
    for chart in (
        events_by_route_chart(released, SOLICITED, LIGHT),
        events_by_term_chart(released, SOLICITED, LIGHT),
        pressure_chart(released, LIGHT),
        visits_chart(delivered, LIGHT),
        cost_chart(delivered, LIGHT),
    ):
        for axis in (chart.plot.layout.xaxis, chart.plot.layout.xaxis2):
            assert 3 <= len(axis.tickvals) <= 4, chart.name


def test_titles_of_care_state_what_was_found(pages: Pages) -> None:
    _, delivered = pages(Cohort(), holder())
    assert visits_chart(delivered, LIGHT).alt.startswith("0.09 preparation and 0.16 integration visits per session. ")
    assert cost_chart(delivered, LIGHT).alt.startswith("Median charge $650 a session; 41% of sessions covered. ")
    assert "<b>−4.9</b> (−5.4 to −4.5)" in conditions_chart(delivered, LIGHT).plot.to_json().encode().decode(
        "unicode_escape"
    )


def test_starters_who_reached_a_session_stand_under_the_axis(pages: Pages) -> None:
    for audience in (holder(), viewer()):
        notes = [note.text for note in staying_chart(pages(Cohort(), audience)[1], LIGHT).plot.layout.annotations]
        assert "Starters who reached it, all routes" in notes
        assert "403" in notes


def test_dark_figures_have_the_paper_of_the_page(pages: Pages) -> None:
    for chart in charts(pages(Cohort(), holder()), DARK):
        assert chart.plot.layout.paper_bgcolor == DARK.paper


def test_the_title_of_events_states_the_rate_and_how_they_were_found(pages: Pages) -> None:
    released, _ = pages(Cohort(), holder())
    chart = events_by_route_chart(released, SOLICITED, LIGHT)
    assert chart.alt.startswith("137.9 events per 100 sessions when asked for. All routes 137.9 (117.6")
    assert chart.caption == (
        "4,917 events in 3,566 sessions; 220 of 258 patients; staff asked at 3 clinics. No session after which staff "
        "are known to have asked: Intramuscular, Sublingual, Oral, Subcutaneous."
    )
    labels = [note.text for note in chart.plot.layout.annotations]
    assert "Nasal: 3,796 events in 2,633 sessions; 140 of 154 patients" in labels
    assert not any(label.startswith("Intramuscular") for label in labels)
    mentioned = events_by_route_chart(released, SPONTANEOUS, LIGHT)
    assert mentioned.caption == (
        "76 events in 2,371 sessions; 69 of 387 patients; sessions where staff are not known to ask, at 6 clinics. No "
        "session where staff are not known to ask, at a clinic that recorded any: Nasal."
    )


def test_a_figure_of_which_nothing_may_leave_says_why(pages: Pages) -> None:
    released, _ = pages(COHORTS[2], viewer())
    chart = dissociation_chart(released, LIGHT)
    why = "Every number of this figure would show fewer than 11 patients, so none is given."
    assert chart.caption == why
    assert chart.data()["withheld"].tolist() == [why]
    assert not chart.plot.data


def test_words_from_a_file_are_never_markup(sample_study: Study) -> None:
    tables = dict(sample_study.tables)
    events = tables["adverse_events"]
    term = events["term"].astype("str").replace("Dissociation", "<b>x</b> & y")
    study = Study.from_tables("hostile", {**tables, "adverse_events": events.assign(term=term)})
    review = overview(study)
    released = release_safety(safety(study), review, 640, holder())
    chart = events_by_term_chart(released, SOLICITED, LIGHT)
    labels = [note.text for note in chart.plot.layout.annotations]
    assert any(label.startswith("&lt;b&gt;x&lt;/b&gt; &amp; y: 1,393 events; 155 patients") for label in labels)


def test_an_interval_of_a_few_patients_ends_in_an_arrow_and_is_whole_in_words() -> None:
    points = (
        RowPoint(0, 10.0, 8.0, 12.0, "10.0 (8.0 to 12.0)", "#000000", "circle"),
        RowPoint(1, 9.0, 0.1, 900.0, "9.0 (0.1 to 900.0)", "#0B6E99", "circle-open", is_small=True),
    )
    top = heading("Rates", "Of all.", LIGHT)
    labels = [RowLabel("All"), RowLabel("Few")]
    plot = rows_figure(labels, [RowPanel("Rate", "per 100", False, points)], top, LIGHT)
    arrow = next(trace for trace in plot.data if trace.marker.symbol == "triangle-right")
    assert list(arrow.x) == [36.0]
    assert plot.layout.xaxis.range[1] < 100
    assert any(note.text == "9.0 (0.1 to 900.0)" for note in plot.layout.annotations)


def test_a_cohort_without_an_event_has_no_rows_of_nothing(pages: Pages) -> None:
    released, _ = pages(Cohort(routes=("SC", "PO"), age=(15, 25)), holder())
    title = events_by_route_chart(released, SPONTANEOUS, LIGHT).alt
    assert title.startswith("No event in 15 sessions mentioned unasked. ")
    assert not has_terms(released, SPONTANEOUS)
    assert not has_by_session(released, SPONTANEOUS)


def test_where_nobody_is_known_to_have_asked_nothing_is_drawn(pages: Pages) -> None:
    released, _ = pages(Cohort(routes=("SL",)), holder())
    assert not has_events(released, SOLICITED)
    assert not has_terms(released, SOLICITED)
    assert not has_by_session(released, SOLICITED)
    assert not has_doses(released, SOLICITED)
