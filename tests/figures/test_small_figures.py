"""Differences, attrition and rates: what is drawn, what is withheld, what is said."""

import pandas as pd
import plotly.graph_objects as go
import pytest

from analysis.disclosure import Audience, holder, release_sessions, viewer
from analysis.figures import (
    LIGHT,
    attrition_chart,
    differences_chart,
    has_pattern,
    has_rates,
    rates_chart,
    session_pattern_chart,
)
from analysis.outcomes import Denominators, Landmark, SessionCount
from analysis.outcomes.overview import BENCHMARK_COLUMNS
from analysis.outcomes.response import RULES
from analysis.outcomes.response.three_rules import SHARES
from analysis.vocabulary import BENCHMARKS, CONTROL_ARMS
from tests.figures.made import made_change, made_differences, made_overview, released_change, released_overview

LONGEST_LABEL = 80  # characters that fit a figure of 500 px


def words(figure: go.Figure) -> str:
    return " | ".join(annotation.text for annotation in figure.layout.annotations)


def said(figure: go.Figure) -> str:
    """The words of a figure without line breaks and bold."""
    return words(figure).replace("</b><br><b>", " ").replace("<br>", " ")


def test_plotly_accepts_every_property_of_the_small_figures() -> None:
    for chart in (
        differences_chart(released_change(made_change()), LIGHT),
        attrition_chart(released_overview(made_overview()), LIGHT),
        rates_chart(released_overview(made_overview()), LIGHT),
        attrition_chart(released_overview(made_overview(n=20, reached_it=4), holder()), LIGHT),
        rates_chart(released_overview(made_overview(n=20, reached_it=4), holder()), LIGHT),
    ):
        go.Figure(chart.plot.to_dict())


def test_a_pair_is_compared_only_if_both_routes_may_be_spoken_of() -> None:
    change = made_change()
    assert len(released_change(change).differences) == 6
    change.trajectory.loc[change.trajectory["route"] == "SL", "n_behind"] = 10
    pairs = released_change(change).differences
    assert "SL" not in set(pairs["first"]) | set(pairs["second"])
    assert len(pairs) == 3


def test_a_higher_limit_takes_routes_from_the_comparison() -> None:
    pairs = released_change(made_change(), viewer(24)).differences
    assert set(pairs["first"]) | set(pairs["second"]) == {"IV", "IN"}


def test_nothing_to_compare_is_refused_rather_than_drawn_empty() -> None:
    with pytest.raises(ValueError, match="no pair of routes"):
        differences_chart(released_change(made_change(("IV",))), LIGHT)


@pytest.mark.parametrize(
    ("p_adjusted", "title"),
    [
        (0.2, "Adjusted change differs clearly in no pair of routes after 6 sessions"),
        (0.01, "Adjusted change differs in 3 of 3 pairs of routes after 6 sessions"),
    ],
)
def test_the_title_says_how_many_pairs_differ_beyond_chance(p_adjusted: float, title: str) -> None:
    change = made_change(("IV", "IN", "IM"))
    made = made_change(("IV", "IN", "IM"), differences=made_differences(change.decision, p_adjusted))
    chart = differences_chart(released_change(made), LIGHT)
    assert title in said(chart.plot)


def test_two_routes_alone_are_called_the_two_routes() -> None:
    change = made_change(("IV", "IN"))
    made = made_change(("IV", "IN"), differences=made_differences(change.decision, 0.01))
    chart = differences_chart(released_change(made), LIGHT)
    assert "Adjusted change differs between the two routes after 6 sessions" in said(chart.plot)


def test_a_pair_is_named_in_the_order_of_the_subtraction() -> None:
    chart = differences_chart(released_change(made_change(("IV", "SL"))), LIGHT)
    assert list(chart.plot.layout.yaxis.ticktext) == ["IV − SL"]
    assert chart.data().loc[0, "estimate"] < 0
    assert "IV − SL −" in chart.alt


def test_the_zero_line_is_inside_the_differences_axis_even_when_all_are_on_one_side() -> None:
    change = made_change(("IV", "SL"))
    change.differences[["estimate", "ci_low", "ci_high"]] = [-5.0, -6.0, -4.0]
    low, high = differences_chart(released_change(change), LIGHT).plot.layout.xaxis.range
    assert low < -6
    assert high > 0


def test_the_flow_withholds_a_small_step_its_share_and_what_would_give_it_away() -> None:
    chart = attrition_chart(released_overview(made_overview(n=20, reached_it=4)), LIGHT)
    assert "<b><11</b><br>–" in words(chart.plot)
    # 20 started and 18 have a baseline: two have none.
    assert chart.data()["n_patients"].tolist() == ["20", "withheld", "withheld", "withheld", "<11"]
    assert chart.data()[["share", "ci_low", "ci_high"]].notna().sum().tolist() == [1, 1, 1]
    assert list(chart.plot.data[-1].y) == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert len(chart.plot.data) == 1  # nothing flows to a step that is withheld


def test_the_flow_says_how_many_are_lost_between_two_steps() -> None:
    figure = attrition_chart(released_overview(made_overview()), LIGHT).plot
    losses = [one.text for one in figure.layout.annotations if one.text.startswith("−")]
    assert losses == ["−40", "−100", "−20", "−80"]
    kept = [trace.y for trace in figure.data if trace.type == "scatter"]
    assert kept[0][2] == 0.9  # what goes on is as high as the next step
    assert kept[1][:2] == (0.9, 1.0)  # what is lost lies above it


def test_the_holder_sees_a_small_step_as_a_hollow_bar() -> None:
    chart = attrition_chart(released_overview(made_overview(n=20, reached_it=4), holder()), LIGHT)
    assert "<b>8 (small)</b><br>40%" in words(chart.plot)
    assert list(chart.plot.data[-1].marker.color) == [LIGHT.everyone] * 4 + [LIGHT.paper]
    assert chart.data()["n_patients"].tolist() == ["20", "18", "13", "12", "8 (small)"]
    assert chart.how_to_read.endswith(
        " A hollow bar is a small number of patients and is left out of everything exported."
    )


def test_the_flow_survives_a_cohort_of_nobody() -> None:
    assert "<b>0</b><br>0%" in words(attrition_chart(released_overview(made_overview(n=0)), LIGHT).plot)


def test_rates_stand_beside_what_was_published_with_arm_time_point_and_denominator() -> None:
    text = words(rates_chart(released_overview(made_overview()), LIGHT).plot)
    assert "This cohort, of those scored at the end of induction" in text
    assert "<b>60%</b> (120 of 200)" in text
    assert "Study A, IV; 6 weeks; 200 patients" in text
    assert "Study B, control arm; week 8; 100 patients" in text


@pytest.mark.parametrize("arm", [*BENCHMARKS, *CONTROL_ARMS], ids=lambda arm: f"{arm.study} {arm.route}")
def test_a_published_arm_keeps_to_one_line_and_names_its_denominator(arm) -> None:
    columns = {name: [getattr(arm, name)] for name in BENCHMARK_COLUMNS}
    published = pd.DataFrame(columns | {"response": [0.5]})
    figure = rates_chart(released_overview(made_overview(benchmarks=published)), LIGHT).plot
    label = next(one.text for one in figure.layout.annotations if one.text.startswith(arm.study))
    assert len(label) <= LONGEST_LABEL
    assert arm.denominator.split(";")[0][:10] in label


def test_the_rates_axes_are_titled_and_their_ends_apart() -> None:
    layout = rates_chart(released_overview(made_overview()), LIGHT).plot.layout
    assert layout.xaxis.title.text == layout.xaxis2.title.text == "Share of patients"
    assert layout.xaxis2.domain[0] - layout.xaxis.domain[1] >= 0.1


def test_a_rate_of_fewer_than_eleven_responders_is_withheld_everywhere() -> None:
    overview = released_overview(made_overview(n=100, reached_it=8))
    assert not has_rates(overview)
    table = rates_chart(overview, LIGHT).data()
    assert set(table["n_reached"]) == {"<11"}
    assert table[[f"{rule} {name}" for rule in RULES for name in SHARES]].isna().all(axis=None)


def test_a_rate_that_leaves_out_fewer_than_eleven_is_withheld_too() -> None:
    overview = released_overview(made_overview(n=100, reached_it=45))
    table = overview.rates.as_text()
    response = table[table["outcome"] == "Response"]
    assert set(response["n_reached"]) | set(response["n_scored"]) >= {"withheld"}
    assert response["observed share"].isna().all()


def test_the_holder_sees_a_rate_of_few_as_an_open_marker() -> None:
    chart = rates_chart(released_overview(made_overview(n=100, reached_it=8), holder()), LIGHT)
    assert "circle-open" in chart.plot.data[1].marker.symbol
    assert "Response of those scored at the end of induction: 16% (8 to 29%) (8 (small) of 50)" in chart.alt
    assert chart.data()["n_reached"].tolist()[0] == "8 (small)"
    assert chart.how_to_read.endswith(
        " An open marker of this cohort rests on a small number of patients and is left out of everything exported."
    )


def test_the_words_of_a_large_share_stand_to_its_left() -> None:
    figure = rates_chart(released_overview(made_overview()), LIGHT).plot
    sides = {
        one.text: one.xanchor for one in figure.layout.annotations if one.text.startswith("<b>") and "%" in one.text
    }
    assert sides["<b>60%</b> (120 of 200)"] == "right"
    assert sides["<b>30%</b> (60 of 200)"] == "left"


def test_no_rate_at_all_is_refused_rather_than_drawn_empty() -> None:
    overview = made_overview(n=100, reached_it=8)
    none = made_overview(n=100, reached_it=8, benchmarks=overview.benchmarks.head(0))
    with pytest.raises(ValueError, match="no rate can be shown"):
        rates_chart(released_overview(none), LIGHT)


def test_the_alt_text_of_the_rates_holds_shares_and_intervals() -> None:
    alt = rates_chart(released_overview(made_overview()), LIGHT).alt
    assert "Response of those scored at the end of induction: 60% (53 to 67%) (120 of 200)" in alt


PATTERN = pd.DataFrame(
    [
        ("1 to 3 sessions in all", 1.0, -3.0, 30),
        ("1 to 3 sessions in all", 2.0, -4.0, 10),
        ("10 or more sessions in all", 1.0, -5.0, 40),
    ],
    columns=["pattern", "x", "mean", "n_patients"],
)


def released_pattern(pattern: pd.DataFrame, audience: Audience):
    groups = pd.DataFrame(
        [("1 to 3 sessions in all", 30), ("10 or more sessions in all", 310)], columns=["pattern", "n_patients"]
    )
    of = Denominators(2_000, 960, 820, 380)
    made = SessionCount(of, 340, pattern, groups, 300, "", Landmark(0, trouble="too few"))
    return release_sessions(made, made_change(), audience)


def test_the_drop_out_pattern_draws_only_points_of_eleven_patients_and_names_each_panel() -> None:
    chart = session_pattern_chart(released_pattern(PATTERN, viewer()), "PHQ-9", LIGHT)
    go.Figure(chart.plot.to_dict())
    assert [list(trace.x) for trace in chart.plot.data] == [[1.0, None], [1.0], [1.0, None], [1.0]]
    assert "<b>1 to 3 sessions in all</b><br>30 patients" in words(chart.plot)
    assert chart.data()["n_patients"].tolist() == ["", "", ""]
    assert chart.data()["mean"].isna().tolist() == [False, True, False]
    assert chart.caption == (
        "Patients: 1 to 3 sessions in all, 30; 10 or more sessions in all, 310. Means of fewer than 11 are left out."
    )
    assert "a point rests on at least 11 patients" in chart.how_to_read
    assert chart.alt.endswith(
        "1 to 3 sessions in all, −3.0 points after 1; 10 or more sessions in all, −5.0 points after 1."
    )


def test_the_holder_sees_small_points_of_the_pattern_small_and_pale() -> None:
    chart = session_pattern_chart(released_pattern(PATTERN, holder()), "PHQ-9", LIGHT)
    first = chart.plot.data[1]
    assert list(first.marker.opacity) == [1, 0.55]
    assert list(first.text) == ["−3.0, 30 patients", "−4.0, 10 (small) patients"]
    assert chart.data()["n_patients"].tolist() == ["30", "10 (small)", "40"]
    assert "a small pale point rests on fewer than 11 patients and is left out of everything exported" in (
        chart.how_to_read
    )


def test_a_pattern_of_too_few_is_not_drawn() -> None:
    views = released_pattern(PATTERN.assign(n_patients=10), viewer())
    assert not has_pattern(views)
    with pytest.raises(ValueError, match="the drop-out pattern has no point to draw"):
        session_pattern_chart(views, "PHQ-9", LIGHT)
