"""The figures of clinics: what is drawn, in which order, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go
import pytest

from analysis.disclosure import holder
from analysis.disclosure.clinic_words import is_compared
from analysis.figures import DARK, LIGHT
from analysis.figures.clinics_adjusted import adjusted_chart, has_adjusted
from analysis.figures.clinics_funnel import funnel_chart
from analysis.outcomes.clinics import DROP_OUT, EVENTS_ASKED, limits
from tests.figures.made_clinics import STARTERS, made_clinics, released_clinics, vanished


def words(figure: go.Figure) -> str:
    return " | ".join(annotation.text for annotation in figure.layout.annotations).replace("</b><br><b>", " ")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_plotly_accepts_every_property(theme) -> None:
    page = released_clinics()
    for chart in (adjusted_chart(page, theme), *(funnel_chart(page, name, theme) for name in page.funnels)):
        go.Figure(chart.plot.to_dict())


def test_clinics_stand_in_the_order_of_their_codes_and_all_in_one_colour() -> None:
    """No league table and no colour for good or bad."""
    figure = adjusted_chart(released_clinics(), LIGHT).plot
    markers = [trace for trace in figure.data if trace.mode == "markers"]
    assert list(markers[0].x) == [-0.4, 1.6, 0.2, -0.6, -0.8]
    assert list(markers[0].y) == sorted(markers[0].y)
    assert {colour for trace in markers for colour in trace.marker.color} == {LIGHT.everyone}


def test_differences_before_shrinking_stand_beside_on_the_same_scale() -> None:
    figure = adjusted_chart(released_clinics(), LIGHT).plot
    text = words(figure)
    assert "Shrunken: read this" in text
    assert "Before shrinking" in text
    assert "1.6 (0.6 to 2.6)" in text
    assert "2.4 (1.0 to 3.8)" in text
    assert figure.layout.xaxis.range == figure.layout.xaxis2.range
    assert figure.layout.xaxis.title.text == "Difference from the average clinic, points"


def test_the_title_of_the_differences_says_who_differs_beyond_chance() -> None:
    assert "Adjusted change at C02 in PHQ-9 differs from the average clinic beyond chance" in words(
        adjusted_chart(released_clinics(), LIGHT).plot
    )
    near = made_clinics()
    none = near.adjusted.assign(ci_low=-3.0, ci_high=3.0)
    assert "No clinic's adjusted change in PHQ-9 differs clearly from the average" in words(
        adjusted_chart(released_clinics(replace(near, adjusted=none)), LIGHT).plot
    )


def test_no_variation_seen_shows_how_much_is_possible_and_each_clinic_by_itself() -> None:
    """Dots on zero say nothing, and zero is an estimate."""
    chart = adjusted_chart(released_clinics(vanished()), LIGHT)
    text = words(chart.plot).replace("<br>", " ").replace("</b> <b>", " ")
    assert "Variation between clinics in PHQ-9 change was estimated as zero; up to 2.1 points" in text
    assert "Each clinic by itself, not shrunken" in text
    assert "Shrunken: read this" not in text
    markers = [trace for trace in chart.plot.data if trace.mode == "markers"]
    assert len(markers) == 1
    assert markers[0].x[1] == pytest.approx(2.4)
    assert "no proof that clinics are alike" in chart.how_to_read


def test_the_numbers_of_patients_are_on_the_differences_and_in_the_caption() -> None:
    chart = adjusted_chart(released_clinics(), LIGHT)
    assert "C01, 60 patients" in words(chart.plot)
    assert chart.caption == "200 patients of 400 starters are in the model."
    assert "adjusted for baseline, age, sex, route and sessions" in words(chart.plot).replace("<br>", " ")
    assert "C02, 50 patients: 1.6 (0.6 to 2.6)" in chart.alt


def test_a_comparison_without_a_difference_is_refused_rather_than_drawn_empty() -> None:
    none = made_clinics(status="refused", adjusted=made_clinics().adjusted.head(0), n_model=0)
    assert not has_adjusted(released_clinics(none))
    with pytest.raises(ValueError, match="no difference between clinics"):
        adjusted_chart(released_clinics(none), LIGHT)


def test_a_funnel_has_its_centre_two_pairs_of_limits_and_a_marker_a_clinic() -> None:
    page = released_clinics()
    figure = funnel_chart(page, DROP_OUT, LIGHT).plot
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert [line.line.dash for line in lines] == ["solid", "dash", "dash", "dot", "dot"]
    markers = figure.data[-1]
    assert list(markers.x) == list(STARTERS.values())
    curve = limits(page.funnels[DROP_OUT].whole, DROP_OUT, list(lines[1].x))
    assert list(lines[1].y) == curve["low_95"].tolist()


def test_a_clinic_outside_is_named_in_bold_and_in_the_title() -> None:
    figure = funnel_chart(released_clinics(), DROP_OUT, LIGHT).plot
    text = words(figure).replace("<br>", " ").replace("</b> <b>", " ")
    assert "Induction not completed: C02 is above the 95% limits" in text
    assert "<b>C02</b>" in text
    assert "<b>C01</b>" not in text


def test_units_numbers_and_limits_are_said_of_shares_and_of_rates() -> None:
    page = released_clinics()
    share, rate = funnel_chart(page, DROP_OUT, LIGHT), funnel_chart(page, EVENTS_ASKED, LIGHT)
    assert (share.plot.layout.xaxis.title.text, share.plot.layout.yaxis.title.text) == ("Patients", "Share of patients")
    assert rate.plot.layout.xaxis.title.text == "Sessions"
    assert rate.plot.layout.yaxis.title.text == "Events per 100 sessions"
    assert share.caption == "41% in all (165 of 400): starters who did not complete induction, of all starters."
    assert share.data().set_index("clinic")["outside"].to_dict()["C02"] == "above 95%"
    assert rate.caption == "39.0 per 100 sessions in all (390 in 1,000 sessions): adverse events found by asking."
    assert "C02 60%, 60 of 100, above the 95% limits" in share.alt
    assert "C01 50.0 per 100 sessions, 300 events in 600 sessions" in rate.alt
    assert "exact binomial limits, not widened for overdispersion." in share.how_to_read
    assert "scatter 4.0 times as much as Poisson counts within clinics, widened for overdispersion (factor 1.3)" in (
        rate.how_to_read
    )


def test_names_of_clinics_close_together_stand_on_different_sides() -> None:
    made = made_clinics()
    near = made.funnels.copy()
    rows = near["measure"] == DROP_OUT
    near.loc[rows, "numerator"] = [40, 40, 40, 20, 25]
    page = released_clinics(made)
    frame = page.funnels[DROP_OUT].points.frame.assign(
        denominator=[100, 101, 102, 60, 40], value=[0.4, 0.4, 0.4, 0.33, 0.6]
    )
    moved = replace(page.funnels[DROP_OUT], points=replace(page.funnels[DROP_OUT].points, frame=frame))
    figure = funnel_chart(replace(page, funnels={DROP_OUT: moved}), DROP_OUT, LIGHT).plot
    names = {a.text: (a.xanchor, a.yanchor) for a in figure.layout.annotations if a.text.strip("<b>/") in STARTERS}
    assert len({names[name] for name in ("C01", "C02", "C03") if name in names}) >= 2


def test_a_clinic_of_few_is_an_open_marker_to_the_holder_and_none_to_a_viewer() -> None:
    made = made_clinics()
    few = made.funnels.copy()
    of_five = (few["measure"] == DROP_OUT) & (few["clinic"] == "C05")
    few.loc[of_five, ["numerator", "n_with", "value"]] = [5, 5, 0.125]
    measures = made.measures.copy()
    measures.loc[0, ["numerator", "n_with", "centre"]] = [155, 155, 155 / 400]
    changed = replace(made, funnels=few, measures=measures)
    mine = funnel_chart(released_clinics(changed, holder()), DROP_OUT, LIGHT)
    assert list(mine.plot.data[-1].marker.symbol)[-1] == "circle-open"
    assert "(small)" in mine.alt
    theirs = funnel_chart(released_clinics(changed), DROP_OUT, LIGHT)
    assert 40 not in list(theirs.plot.data[-1].x)
    assert theirs.data().set_index("clinic").loc["C05", "n_with"] == "<11"
    assert pd.isna(theirs.data().set_index("clinic").loc["C05", "value"])


def test_a_funnel_of_nothing_is_refused_rather_than_drawn_empty() -> None:
    page = released_clinics()
    hidden = replace(page.funnels[DROP_OUT], sees_centre=False)
    assert not is_compared(hidden)
    with pytest.raises(ValueError, match="no funnel of drop-out"):
        funnel_chart(replace(page, funnels={DROP_OUT: hidden}), DROP_OUT, LIGHT)


def test_a_hostile_name_of_a_clinic_is_never_markup() -> None:
    made = made_clinics()
    names = {"C01": "<script>x</script>"}
    changed = replace(
        made,
        groups=made.groups.replace(names),
        adjusted=made.adjusted.replace(names),
        funnels=made.funnels.replace(names),
    )
    page = released_clinics(changed)
    for chart in (adjusted_chart(page, LIGHT), funnel_chart(page, DROP_OUT, LIGHT)):
        drawn = [a.text for a in chart.plot.layout.annotations]
        drawn += [text for trace in chart.plot.data if trace.hovertext for text in trace.hovertext]
        assert not any("<script>" in text for text in drawn)
