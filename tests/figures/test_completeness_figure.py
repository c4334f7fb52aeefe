"""The grid of completeness: what each audience sees of it, in cells, words and file."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import pytest

from analysis.disclosure.audience import Audience, holder, viewer
from analysis.disclosure.data_page import release_completeness
from analysis.disclosure.gate import Release
from analysis.figures.chart import Chart
from analysis.figures.completeness import completeness_chart, completeness_data
from analysis.figures.look import DARK, LIGHT
from analysis.outcomes.completeness import COLUMNS, Completeness
from analysis.study.holdings import HOLDINGS, Holdings
from analysis.vocabulary import WINDOWS

GROUPS = (
    ("all", "all", 320),
    ("route", "IV", 200),
    ("route", "IM", 120),
    ("clinic", "IV", 150),
    ("clinic", "x<b>", 170),
)


def made(few: int = 7) -> Completeness:
    """Half of each group scored in each window, but for `few` of the route IM on day 1; a clinic is called IV."""
    rows = []
    for by, group, n in GROUPS:
        for window in WINDOWS:
            on_day_1 = {"IM": few, "all": 100 + few}.get(group, n // 2)
            n_scored = on_day_1 if window.name == "day 1" and by != "clinic" else n // 2
            if window.name == "day 1" and by == "clinic":
                n_scored = 50 if group == "IV" else 50 + few
            rows.append((by, group, window.name, n_scored, n, n_scored / n))
    return Completeness("PHQ-9", pd.DataFrame(rows, columns=list(COLUMNS)))


def released(result: Completeness, audience: Audience) -> Release:
    n = int(result.scored["n_starters"].iloc[0])
    held = Holdings("made", "", n + 30, n, pd.DataFrame(columns=list(HOLDINGS)), ("PHQ-9",))
    return release_completeness(result, held, audience)


def chart(result: Completeness, audience: Audience) -> Chart:
    return completeness_chart(result.instrument, released(result, audience), LIGHT)


def cell_of(drawn: Chart, words: str) -> tuple[str, str]:
    """The text of the cell that is hovered over as `words`, and its hover text."""
    bars = drawn.plot.data[0]
    place = next(place for place, text in enumerate(bars.hovertext) if text.startswith(words))
    return bars.text[place], bars.hovertext[place]


def test_plotly_accepts_every_property_of_the_grid_in_both_themes() -> None:
    result = made()
    for theme in (LIGHT, DARK):
        go.Figure(completeness_chart("PHQ-9", released(result, holder()), theme).plot.to_dict())


def test_the_holder_sees_a_small_share_as_an_outline_and_marked_in_words() -> None:
    shown = chart(made(), holder())
    assert cell_of(shown, "IM, day 1") == ("6%", "IM, day 1: 7 (small) of 120 starters (6%)")
    bars = shown.plot.data[0]
    place = list(bars.hovertext).index("IM, day 1: 7 (small) of 120 starters (6%)")
    assert bars.marker.color[place] == LIGHT.paper
    assert bars.marker.line.color[place] == LIGHT.accent


def test_a_viewer_sees_neither_a_small_count_nor_the_one_that_gives_it_away() -> None:
    shown = chart(made(), viewer())
    assert cell_of(shown, "IM, day 1") == ("<11", "IM, day 1: fewer than 11 of 120 starters")
    assert cell_of(shown, "IV, day 1") == ("–", "IV, day 1: a withheld number of 200 starters")
    everything = shown.plot.to_json() + shown.alt + shown.caption + shown.data().to_csv()
    assert "7 (small)" not in everything
    assert "6%" not in everything


def test_the_file_of_a_viewer_has_no_small_count_and_no_share_of_it() -> None:
    result = made()
    data = completeness_data(released(result, viewer()))
    row = data[(data["by"] == "route") & (data["group"] == "IM") & (data["window"] == "day 1")].iloc[0]
    assert row["n_scored"] == "<11"
    assert pd.isna(row["share"])


def test_the_title_states_two_windows_and_the_caption_the_starters() -> None:
    shown = chart(made(), viewer())
    assert shown.alt.startswith("Scored on PHQ-9: 50% around day 28, 50% around day 90. day 1: ")
    assert shown.caption.startswith("320 starters of this study. ")


def test_the_title_states_nothing_that_is_withheld() -> None:
    few = Completeness(
        "PHQ-9", pd.DataFrame([("all", "all", w.name, 3, 5, 0.6) for w in WINDOWS], columns=list(COLUMNS))
    )
    shown = chart(few, viewer())
    assert shown.alt.startswith("Who has a PHQ-9 score when. ")
    assert shown.caption.startswith("Fewer than 11 starters of this study. ")
    assert set(shown.plot.data[0].text) == {"<11"}


def test_a_clinic_called_like_a_route_and_one_with_markup_are_shown_as_they_are() -> None:
    shown = chart(made(), holder())
    labels = [annotation.text for annotation in shown.plot.layout.annotations]
    assert "Intravenous, n 200" in labels
    assert "IV, n 150" in labels
    assert "x&lt;b&gt;, n 170" in labels


@pytest.mark.parametrize("name", ["A clinic with a very long name"])
def test_a_long_name_is_cut_before_its_n(name: str) -> None:
    rows = [(by, group, w.name, 50, 100, 0.5) for by, group in (("all", "all"), ("clinic", name)) for w in WINDOWS]
    shown = chart(Completeness("PHQ-9", pd.DataFrame(rows, columns=list(COLUMNS))), holder())
    assert "A clinic with…, n 100" in [annotation.text for annotation in shown.plot.layout.annotations]
