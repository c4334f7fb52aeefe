"""The figures of the page on response: what they draw, what they leave out, and the words beside them."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from analysis.disclosure import Audience, viewer
from analysis.disclosure.audience import holder
from analysis.disclosure.response_page import ReleasedResponse, ResponseResults, release_response
from analysis.figures import DARK, LIGHT, Chart, Theme
from analysis.figures.durability_after import after_chart, has_after
from analysis.figures.durability_reach import has_reach, reach_chart
from analysis.figures.response_rates import has_outcomes, has_routes, outcomes_chart, routes_chart
from analysis.figures.response_scatter import has_scatter, scatter_chart
from analysis.figures.response_waterfall import has_changes, waterfall_chart
from analysis.figures.response_windows import has_windows, windows_chart
from analysis.figures.suicidality_presence import has_presence, presence_chart
from analysis.outcomes import overview
from analysis.outcomes.durability import durability
from analysis.outcomes.response import ResponseSettings, response
from analysis.outcomes.suicidality import suicidality
from analysis.study import Study

Drawing = Callable[[ReleasedResponse, Theme], Chart]
DRAWINGS: dict[str, Drawing] = {
    "outcomes": outcomes_chart,
    "routes": routes_chart,
    "windows": windows_chart,
    "waterfall": waterfall_chart,
    "reach": lambda released, theme: reach_chart(released, released.times[0], theme),
    "after": after_chart,
    "presence": presence_chart,
}


def results(study: Study, name: str = "PHQ-9", reliability: float | None = None) -> ResponseResults:
    settings = ResponseSettings(reliability=reliability)
    return ResponseResults(
        overview(study, name), 640, response(study, name, settings), durability(study, name), suicidality(study, name)
    )


@pytest.fixture(scope="module")
def raw(sample_study: Study) -> ResponseResults:
    return results(sample_study, reliability=0.85)


def released(raw: ResponseResults, audience: Audience, individual: bool = False) -> ReleasedResponse:
    return release_response(raw, audience, individual=individual)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", DRAWINGS)
def test_every_figure_is_one_that_plotly_knows_with_words_beside_it(
    raw: ResponseResults, name: str, theme: Theme
) -> None:
    for audience in (viewer(), holder()):
        chart = DRAWINGS[name](released(raw, audience), theme)
        go.Figure(chart.plot.to_dict())  # raises for a property that Plotly does not have
        assert chart.caption
        assert chart.alt.endswith(".")
        assert chart.how_to_read.endswith(".")
        assert len(chart.data())
        assert not chart.is_individual
        assert "effect" not in (chart.alt + chart.how_to_read + chart.caption).lower()


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_viewers_figure_has_no_small_number_in_it(raw: ResponseResults, name: str) -> None:
    text = json.dumps(json.loads(DRAWINGS[name](released(raw, viewer()), LIGHT).plot.to_json()), ensure_ascii=False)
    assert "(small)" not in text
    assert "<i>" not in text
    for few in range(1, 11):
        assert f" {few} of " not in text
        assert f">{few} of " not in text


def test_each_row_of_outcomes_says_its_share_and_what_it_is_of(raw: ResponseResults) -> None:
    chart = outcomes_chart(released(raw, holder()), LIGHT)
    assert "Response of those scored: 39% (34 to 43%), 155 of 402" in chart.alt
    assert "Response no score is a no: 26% (22 to 29%), 155 of 603" in chart.alt
    assert "Response last score: 37% (33 to 41%), 176 of 479" in chart.alt
    assert "Deterioration of those scored: 3% (1 to 5%), 9 of 346 (small)" in chart.alt
    assert chart.caption == "488 evaluable of 640 starters. Remission: below 5 (McInnes 2022)."


def test_single_patients_are_drawn_only_from_a_release_that_holds_them(raw: ResponseResults) -> None:
    mine, theirs = released(raw, holder(), individual=True), released(raw, holder().outside(), individual=True)
    assert waterfall_chart(mine, LIGHT).is_individual
    assert scatter_chart(mine, LIGHT).is_individual
    assert len(waterfall_chart(mine, LIGHT).data()) == 402
    assert not waterfall_chart(theirs, LIGHT).is_individual
    assert len(waterfall_chart(theirs, LIGHT).data()) == 7
    assert not has_scatter(theirs)
    with pytest.raises(ValueError, match="single patients may not be shown"):
        scatter_chart(theirs, LIGHT)


def test_the_reliable_band_is_drawn_only_with_a_reliability(raw: ResponseResults, sample_study: Study) -> None:
    with_band = scatter_chart(released(raw, holder(), individual=True), LIGHT)
    without = scatter_chart(released(results(sample_study), holder(), individual=True), LIGHT)
    assert "Reliable change: more than" in with_band.caption
    assert "Reliable change" not in without.caption
    assert len(with_band.plot.data) == len(without.plot.data) + 1


def test_the_waterfall_has_a_block_a_route_named_with_its_patients_and_says_how_many_fell(raw: ResponseResults) -> None:
    chart = waterfall_chart(released(raw, holder(), individual=True), LIGHT)
    assert chart.alt == "PHQ-9 fell in 337 of 402 patients scored, rose in 48."
    names = [note.text for note in chart.plot.layout.annotations]
    assert {"Intravenous<br>97", "Intramuscular<br>88", "Nasal<br>115", "Sublingual<br>89", "PO<br>6", "SC<br>7"} <= {
        *names
    }
    ends = [(min(bar.x), max(bar.x)) for bar in chart.plot.data]
    assert all(right < left for (_, right), (left, _) in pairwise(ends))
    for bar in chart.plot.data:
        assert list(bar.y) == sorted(bar.y)


@pytest.mark.parametrize(("name", "line"), [("PHQ-9", -50), ("PEG", -30), ("PCL-5", None)])
def test_the_dotted_line_is_the_instruments_own_response(sample_study: Study, name: str, line: float | None) -> None:
    found = released(results(sample_study, name), holder(), individual=True)
    waterfall, scatter = waterfall_chart(found, LIGHT), scatter_chart(found, LIGHT)
    assert [shape.y0 for shape in waterfall.plot.layout.shapes] == ([] if line is None else [line])
    words = " ".join(str(note.text) for chart in (waterfall, scatter) for note in chart.plot.layout.annotations)
    assert ("Dotted:" in words) == (line is not None)


def test_markers_of_single_patients_are_named_by_route(raw: ResponseResults) -> None:
    notes = scatter_chart(released(raw, holder(), individual=True), LIGHT).plot.layout.annotations
    key = next(note.text for note in notes if "Intramuscular" in note.text)
    assert f'<span style="color:{LIGHT.route_ink("IM")}">' in key
    assert "Subcutaneous" in key


def test_what_is_counted_of_everyone_has_no_routes_colour(raw: ResponseResults) -> None:
    mine = released(raw, holder())
    for draw in (outcomes_chart, windows_chart, after_chart, presence_chart):
        text = draw(mine, LIGHT).plot.to_json()
        assert LIGHT.everyone in text
        assert LIGHT.route_colour("IV") not in text


def test_who_is_still_followed_after_a_response_stands_under_both_panels(raw: ResponseResults) -> None:
    notes = after_chart(released(raw, holder()), LIGHT).plot.layout.annotations
    assert [(note.xref, note.x, note.text) for note in notes if note.text in ("132", "50", "26")] == [
        (axis, week, n) for axis in ("x", "x2") for week, n in ((0, "132"), (4, "50"), (8, "26"))
    ]


def test_every_route_is_named_inside_the_panel_of_time_to_response(raw: ResponseResults) -> None:
    notes = DRAWINGS["reach"](released(raw, holder()), LIGHT).plot.layout.annotations
    heights = {note.text: note.y for note in notes if note.xref == "x domain" and note.x == 1}
    assert set(heights) == {"IV", "IM", "IN", "SL", "PO", "SC"}
    assert max(heights.values()) <= 1


def test_every_bar_of_the_waterfall_is_as_wide_as_the_others(raw: ResponseResults) -> None:
    bars = waterfall_chart(released(raw, holder(), individual=True), LIGHT).plot.data
    assert {bar.width for bar in bars} == {1}
    assert sum(len(bar.x) for bar in bars) == 402


def test_published_durability_stands_beside_ours_with_its_denominator(raw: ResponseResults) -> None:
    chart = after_chart(released(raw, holder()), LIGHT)
    published = chart.plot.data[-1]
    assert list(published.x) == [4, 8]
    assert list(published.y) == [0.8, 0.6]
    assert "without maintenance" in published.hovertext[0]
    assert chart.caption == (
        "155 responders, 132 with a later score: 16 relapsed first, 70 had a booster first, 46 were not followed "
        "further. Beneath the axes: still followed without either."
    )
    assert chart.alt == (
        "After a response on PHQ-9 at the end of induction: week 4: 88% without relapse, 48% with a booster first; "
        "week 8: 78% without relapse, 55% with a booster first."
    )


def test_a_curve_is_thin_where_few_are_left_and_only_the_holder_has_that_part(raw: ResponseResults) -> None:
    def dotted(audience: Audience) -> int:
        traces = DRAWINGS["reach"](released(raw, audience), LIGHT).plot.data
        return sum(trace.line.width == 1.2 for trace in traces)

    assert dotted(holder()) > 0
    assert dotted(viewer()) == 0


def test_a_caption_with_a_withheld_number_still_reads(raw: ResponseResults) -> None:
    chart = DRAWINGS["reach"](released(raw, viewer()), LIGHT)
    assert chart.caption.startswith("Of a withheld number of patients who could reach it and have a later score, 317")
    assert "26% (22 to 29%), n withheld" in outcomes_chart(released(raw, viewer()), LIGHT).alt


def test_the_curve_says_how_many_are_followed_and_how_many_reached_it(raw: ResponseResults) -> None:
    chart = DRAWINGS["reach"](released(raw, holder()), LIGHT)
    assert chart.caption == (
        "Of 487 patients who could reach it and have a later score, 317 did at least once. Beneath the axis: still "
        "followed without it, at 4 and 12 weeks and after 3 and 6 sessions."
    )
    assert chart.alt == "Time to first response on PHQ-9, by route: 49% by week 4, 66% by session 6."


def test_suicidal_thoughts_are_drawn_with_their_denominators_and_no_alarm(raw: ResponseResults) -> None:
    chart = presence_chart(released(raw, holder()), LIGHT)
    assert "baseline 49% (45 to 53%), 295 of 599" in chart.alt
    assert chart.caption == "640 starters. This is no alerting tool."
    assert "This is no alerting tool." in chart.how_to_read


@pytest.mark.parametrize("name", ["PHQ-9", "PCL-5", "CADSS"])
@pytest.mark.parametrize("n", [0, 1, 5])
def test_nothing_is_drawn_of_nobody_and_no_figure_fails(sample_study: Study, n: int, name: str) -> None:
    few = sample_study.keep_patients(np.arange(len(sample_study.patients)) < n)
    for audience in (viewer(), holder()):
        found = release_response(results(few, name), audience, individual=True)
        asked: list[tuple[bool, Drawing]] = [
            (has_outcomes(found), outcomes_chart),
            (has_routes(found), routes_chart),
            (has_windows(found), windows_chart),
            (has_after(found), after_chart),
            (has_presence(found), presence_chart),
        ]
        for there, draw in asked:
            if there:
                assert draw(found, LIGHT).alt
            else:
                with pytest.raises(ValueError, match="can be shown"):
                    draw(found, LIGHT)
        for times in found.times:
            assert has_reach(times) or n < 5 or audience.kind == "viewer"
        if has_changes(found):
            assert waterfall_chart(found, LIGHT).alt
        if audience.kind == "viewer":
            assert not any(there for there, _ in asked)
