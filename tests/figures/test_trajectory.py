"""The main figure shows what the result holds, withholds what is about too few, and says its denominators."""

from dataclasses import replace

import plotly.graph_objects as go
import pytest

from analysis.disclosure import holder, viewer
from analysis.figures import DARK, LIGHT, ROUTE_LOOKS, Chart, Theme
from analysis.figures import trajectory_chart as drawn_chart
from analysis.outcomes import SymptomChange
from analysis.vocabulary import ROUTES
from tests.figures.made import FOUR_ROUTES, made_change, released_change


def trajectory_chart(change: SymptomChange, theme: Theme, in_one_panel: bool = False, audience=None) -> Chart:
    """The chart of a result as a viewer may have it, or whoever is named."""
    return drawn_chart(released_change(change, audience or viewer()), theme, in_one_panel)


def few_behind(change: SymptomChange, rows, n: int) -> None:
    """Make the points of some rows rest on n patients."""
    change.trajectory.loc[rows, ["n_patients", "n_behind"]] = n


def traces(figure: go.Figure, mode: str) -> list[go.Scatter]:
    return [trace for trace in figure.data if trace.mode == mode]


def words(figure: go.Figure) -> str:
    return " | ".join(annotation.text for annotation in figure.layout.annotations)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("in_one_panel", [False, True])
@pytest.mark.parametrize("n_routes", [1, 2, 4, 5, 8])
def test_plotly_accepts_every_property_of_the_figure(theme, in_one_panel: bool, n_routes: int) -> None:
    chart = trajectory_chart(made_change(tuple(ROUTES)[:n_routes]), theme, in_one_panel)
    go.Figure(chart.plot.to_dict())


def test_there_is_one_panel_a_route_in_the_vocabularys_order() -> None:
    figure = trajectory_chart(made_change(("SL", "IV")), LIGHT).plot
    assert len(traces(figure, "markers")) == 2
    assert words(figure).index("Intravenous") < words(figure).index("Sublingual")


def test_a_line_ends_where_fewer_than_eleven_patients_remain() -> None:
    change = made_change(("IV",))
    last = change.trajectory.query("n_patients >= 11")["x"].max()
    few_behind(change, change.trajectory["x"] > 8, 10)
    own = traces(trajectory_chart(change, LIGHT).plot, "lines")[2]
    assert last > 8
    assert max(own.x) == 8


def test_counts_under_eleven_are_written_as_less_than_eleven_and_never_as_numbers() -> None:
    change = made_change(("IV",))
    few_behind(change, change.trajectory["x"] > 8, 7)
    counts = traces(trajectory_chart(change, LIGHT).plot, "text")[0]
    assert "<11" in counts.text
    assert "7" not in counts.text


def test_patient_counts_of_four_narrow_panels_stand_further_apart() -> None:
    four = traces(trajectory_chart(made_change(), LIGHT).plot, "text")[0]
    assert list(four.x) == [1.0, 6.0, 12.0]
    alone = traces(trajectory_chart(made_change(("IV",)), LIGHT, audience=holder()).plot, "text")[0]
    assert len(alone.x) > len(four.x)


def test_a_release_counts_those_still_assessed_at_three_points_and_nowhere_else() -> None:
    chart = trajectory_chart(made_change(("IV",)), LIGHT)
    assert list(traces(chart.plot, "text")[0].x) == [1.0, 6.0, 12.0]
    assert chart.data()["n_patients"].tolist() == ["200", *[""] * 4, "118", *[""] * 5, "62"]
    assert chart.data()["n_observed"].tolist() == [""] * 12
    hovers = [text for trace in chart.plot.data if trace.hovertemplate for text in trace.text]
    assert sum("patients" in text for text in hovers) == 3


def test_the_holder_sees_every_number_of_patients_and_the_small_part_dotted_and_pale() -> None:
    change = made_change(("IV",))
    few_behind(change, change.trajectory["x"] > 10, 7)
    change.observed.loc[change.observed["x"] > 10, "n_patients"] = 3
    chart = trajectory_chart(change, LIGHT, audience=holder())
    dotted = next(one for one in traces(chart.plot, "lines") if one.line.dash == "dot")
    assert list(dotted.x) == [10.0, 11.0, 12.0]
    assert dotted.text[-1].endswith("7 (small) patients")
    assert list(traces(chart.plot, "markers")[0].marker.opacity)[-2:] == [0.55, 0.55]
    assert "<i>7</i>" in traces(chart.plot, "text")[0].text
    assert chart.data()["n_patients"].tolist()[-1] == "7 (small)"
    assert "one in italics is smaller than 11" in chart.how_to_read


def test_a_number_withheld_for_anothers_sake_is_a_dash_under_the_axis() -> None:
    change = made_change(("IV",))
    few_behind(change, change.trajectory["x"] == 6, 195)
    counts = traces(trajectory_chart(change, LIGHT).plot, "text")[0]
    assert list(counts.text) == ["200", "–", "62"]


def test_no_line_of_the_heading_is_longer_than_a_tablet_is_wide() -> None:
    long = "PHQ-9 was lower after six completed sessions and so it was called long " * 3
    change = replace(released_change(made_change()), title=long, subtitle=long)
    title, subtitle = drawn_chart(change, LIGHT).plot.layout.annotations[:2]
    assert max(len(line.replace("<b>", "").replace("</b>", "")) for line in title.text.split("<br>")) <= 56
    assert max(map(len, subtitle.text.split("<br>"))) <= 82


def test_observed_means_of_fewer_than_eleven_patients_are_not_drawn() -> None:
    change = made_change(("IV",))
    change.observed.loc[change.observed["x"] == 3, "n_patients"] = 4
    markers = traces(trajectory_chart(change, LIGHT).plot, "markers")[0]
    assert 3.0 not in markers.x
    assert 2.0 in markers.x


def test_a_route_with_nobody_left_to_show_has_no_panel() -> None:
    change = made_change(("IV", "IN"))
    few_behind(change, change.trajectory["route"] == "IN", 5)
    figure = trajectory_chart(change, LIGHT).plot
    assert "Nasal" not in words(figure)


def test_the_estimate_and_its_interval_stand_at_the_decision_point() -> None:
    change = made_change(("IV",))
    row = change.decision.iloc[0]
    label = next(one for one in trajectory_chart(change, LIGHT).plot.layout.annotations if "<b>−7" in one.text)
    assert label.x == change.decision_x
    assert f"{abs(row['ci_low']):.1f}" in label.text


def test_a_route_keeps_its_colour_whatever_else_is_filtered_out() -> None:
    alone = traces(trajectory_chart(made_change(("SL",)), LIGHT).plot, "markers")[0]
    among = traces(trajectory_chart(made_change(FOUR_ROUTES), LIGHT).plot, "markers")[-1]
    assert alone.marker.color == among.marker.color == ROUTE_LOOKS["SL"].light
    assert alone.marker.symbol == among.marker.symbol == ROUTE_LOOKS["SL"].marker


def test_routes_in_one_panel_are_told_apart_by_dash_as_well_as_colour() -> None:
    figure = trajectory_chart(made_change(), LIGHT, in_one_panel=True).plot
    dashes = [trace.line.dash for trace in traces(figure, "lines") if trace.hovertemplate]
    assert len(set(dashes)) == len(FOUR_ROUTES)


def test_grey_lines_are_the_other_routes() -> None:
    figure = trajectory_chart(made_change(("IV", "SL")), LIGHT).plot
    grey = [trace for trace in traces(figure, "lines") if trace.line.color == LIGHT.context]
    own = [trace for trace in traces(figure, "lines") if trace.hovertemplate]
    assert list(grey[0].y[:-1]) == list(own[1].y)


def test_a_route_is_named_with_its_molecule_when_everyone_had_esketamine() -> None:
    text = words(trajectory_chart(made_change(), LIGHT).plot)
    assert "Nasal<br>esketamine" in text


def test_the_title_and_subtitle_of_the_result_are_in_the_figure_and_so_in_every_export() -> None:
    text = words(trajectory_chart(made_change(), LIGHT).plot).replace("<br>", " ").replace("</b> <b>", " ")
    assert "on every route shown" in text
    assert "380 evaluable of 960 starters; 340 in the model." in text


def test_a_title_from_data_is_never_markup() -> None:
    text = words(drawn_chart(replace(released_change(made_change()), title="<script>"), LIGHT).plot)
    assert "<script>" not in text


def test_the_alt_text_states_the_finding_with_its_interval_and_denominators() -> None:
    alt = trajectory_chart(made_change(("IV",)), LIGHT).alt
    assert "Intravenous −7" in alt
    assert " to −" in alt
    assert alt.endswith("200 patients and 3,400 scores in the model, of 240 evaluable and 300 who started.")


def test_the_table_holds_every_point_with_small_cells_withheld() -> None:
    change = made_change(("IV",))
    few_behind(change, change.trajectory["x"] == 12, 3)
    table = trajectory_chart(change, LIGHT).data().set_index("sessions_so_far")
    assert len(table) == 12
    assert table.loc[12, "n_patients"] == "<11"
    assert table.loc[12, ["estimate", "ci_low", "ci_high"]].isna().all()
    assert table["estimate"].notna().sum() == 11


def test_a_point_about_enough_patients_does_not_reveal_a_small_observed_mean() -> None:
    change = made_change(("IV",))
    change.observed.loc[change.observed["x"] == 2, "n_patients"] = 2
    row = trajectory_chart(change, LIGHT).data().set_index("sessions_so_far").loc[2]
    assert row["n_observed"] == ""
    assert row[["observed_mean"]].isna().all()


def test_the_axis_says_what_is_counted_and_in_which_unit() -> None:
    text = words(trajectory_chart(made_change(), LIGHT).plot)
    assert "Ketamine sessions completed before the assessment" in text
    assert "Adjusted change in PHQ-9, points" in text


def test_a_refused_result_is_never_drawn() -> None:
    with pytest.raises(ValueError, match="a refused fit has nothing to draw"):
        trajectory_chart(made_change(status="refused"), LIGHT)
