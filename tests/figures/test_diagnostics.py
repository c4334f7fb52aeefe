"""The diagnostic figures: what they draw, what they say, and what about single patients they keep to themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analysis.figures import DARK, LIGHT, Theme, influence_chart, modes_chart, quantile_chart, residual_chart
from analysis.figures.diagnostics_axes import tick_words

HALF_PAGE = 54  # characters of a title line in half a page


def made_trend(n_patients: int = 40, means: tuple[float, ...] = (0.1, -0.2, 0.6)) -> pd.DataFrame:
    """Bins at 1, 2, 3 sessions whose intervals reach 0.3 to either side of the mean."""
    x = np.arange(1.0, len(means) + 1)
    mean = np.array(means)
    trend = pd.DataFrame(
        {"x_low": x, "x_high": x, "x_mean": x, "n_rows": 2 * n_patients, "n_patients": n_patients, "mean": mean,
         "sd": 1.0, "ci_low": mean - 0.3, "ci_high": mean + 0.3}
    )  # fmt: skip
    trend.attrs.update(against="sessions", kind="standardised", n_missing=0)
    return trend


def made_quantiles(n: int = 60, kind: str = "standardised") -> pd.DataFrame:
    """A straight line within half a unit, but for the largest value."""
    x = np.linspace(-2.0, 2.0, n)
    observed = np.append(x[:-1], 4.0)
    table = pd.DataFrame(
        {
            "theoretical": x,
            "observed": observed,
            "envelope_low": x - 0.5,
            "envelope_median": x,
            "envelope_high": x + 0.5,
        }
    )
    table.attrs.update(kind=kind, n_values=n, n_outside=1, simulations=199, seed=0)
    return table


def made_modes(n: int = 30) -> pd.DataFrame:
    mode = np.linspace(-1.5, 1.5, n)
    names = [f"patient {place}" for place in range(n)]
    columns = {"patient": names, "term": "sessions", "mode": mode, "ci_low": mode - 1, "ci_high": mode + 1}
    return pd.DataFrame(columns | {"rank": np.arange(1, n + 1)})


def made_influence(n: int = 40) -> pd.DataFrame:
    distance = np.append(np.linspace(0.001, 0.02, n - 1), 0.4)
    names = [f"patient {place}" for place in range(n)]
    return pd.DataFrame({"n_rows": 6, "leverage": np.linspace(0.1, 0.3, n), "cooks_distance": distance}, index=names)


def words(figure: go.Figure) -> str:
    texts = " | ".join(annotation.text for annotation in figure.layout.annotations)
    return texts.replace("</b><br><b>", " ").replace("<br>", " ")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_plotly_accepts_every_property_and_no_figure_names_a_patient(theme: Theme) -> None:
    cloud = (np.array([1.0, 2.0]), np.array([-2.5, 2.0]))
    for chart in (
        residual_chart(made_trend(), theme, "Sessions"),
        residual_chart(made_trend(), theme, "Sessions", cloud),
        quantile_chart(made_quantiles(), theme),
        modes_chart(made_modes(), "sessions", theme),
        modes_chart(made_modes(300), "sessions", theme),
        influence_chart(made_influence(), theme),
    ):
        again = go.Figure(chart.plot.to_dict())
        assert again.layout.paper_bgcolor == theme.paper
        assert "patient 1" not in again.to_json()
        assert "patient 1" not in chart.data().to_csv()
        assert again.layout.xaxis.title.text
        assert again.layout.yaxis.title.text


def test_the_residual_title_counts_bins_clear_of_zero_and_the_alt_text_gives_the_range() -> None:
    chart = residual_chart(made_trend(), LIGHT, "Sessions completed")
    assert "Mean residuals are clear of zero in 1 of 3 bins" in words(chart.plot)
    assert chart.alt == (
        "Mean residuals are clear of zero in 1 of 3 bins. Along: sessions completed; 240 rows, 95% intervals. Bin means"
        " from −0.20 to 0.60."
    )
    quiet = residual_chart(made_trend(means=(0.1, 0.0)), LIGHT)
    assert "Mean residuals are not clear of zero in any of 2 bins" in words(quiet.plot)


def test_a_bin_of_fewer_than_eleven_patients_is_neither_drawn_nor_tabulated() -> None:
    trend = made_trend()
    trend.loc[1, "n_patients"] = 10
    chart = residual_chart(trend, LIGHT)
    assert list(chart.plot.data[-1].x) == [1.0, 3.0]
    assert chart.data()["n_patients"].tolist() == ["40", "<11", "40"]
    assert chart.data()["mean"].isna().tolist() == [False, True, False]
    with pytest.raises(ValueError, match="no bin holds enough patients to draw"):
        residual_chart(made_trend(n_patients=10), LIGHT)


def test_the_axis_holds_every_row_that_is_drawn() -> None:
    cloud = (np.array([-4.0, 9.0]), np.array([-3.0, 5.0]))
    layout = residual_chart(made_trend(), LIGHT, "Sessions", cloud).plot.layout
    assert layout.xaxis.range[0] < -4
    assert layout.xaxis.range[1] > 9
    assert layout.yaxis.range[0] < -3
    assert layout.yaxis.range[1] > 5


def test_points_outside_the_envelope_differ_in_shape_and_are_counted() -> None:
    chart = quantile_chart(made_quantiles(), LIGHT)
    assert "Standardised residuals: 1 of 60 points shown are outside the envelope of the model" in words(chart.plot)
    assert "60 values; 95% envelope from 199 simulated studies." in words(chart.plot)
    assert chart.alt.endswith("about 3 would be by chance. Smallest value −2.00, largest 4.00.")
    inside, outside = chart.plot.data[-2:]
    assert (len(inside.x), len(outside.x)) == (59, 1)
    assert inside.marker.symbol != outside.marker.symbol


def test_the_quantile_table_leaves_out_the_ten_values_at_either_end() -> None:
    table = quantile_chart(made_quantiles(60), LIGHT).data()
    assert len(table) == 40
    assert table["observed"].max() < 4.0
    assert quantile_chart(made_quantiles(15), LIGHT).data().empty


def test_modes_are_named_by_their_term() -> None:
    chart = quantile_chart(made_quantiles(kind="Intercept"), LIGHT)
    assert chart.name == "quantiles-intercept"
    assert chart.plot.layout.yaxis.title.text == "Conditional modes of Intercept, SD"


def test_patients_whose_interval_misses_zero_are_counted_and_the_table_is_a_histogram() -> None:
    chart = modes_chart(made_modes(), "sessions", LIGHT)
    assert "Random sessions: 10 of 30 patients depart clearly from the population" in words(chart.plot)
    assert chart.alt.endswith("Lowest −1.50, highest 1.50.")
    assert set(chart.data()["n_patients"]) == {"<11"}
    assert len(modes_chart(made_modes(300), "sessions", LIGHT).plot.data) == 2
    with pytest.raises(ValueError, match="no conditional modes of time"):
        modes_chart(made_modes(), "time", LIGHT)


def test_influence_says_the_largest_distance_and_how_many_are_above_the_line() -> None:
    chart = influence_chart(made_influence(), LIGHT)
    assert "Leaving out one patient moves the estimates by a Cook's distance of at most 0.400" in words(chart.plot)
    assert "40 patients, 1 of them above 4 over their number (0.100)." in words(chart.plot)
    assert len(chart.plot.data[1].x) == 1
    assert chart.plot.data[0].marker.symbol != chart.plot.data[1].marker.symbol


def test_patients_without_a_distance_are_counted_not_drawn() -> None:
    patients = made_influence()
    patients.loc["patient 3", "cooks_distance"] = np.nan
    chart = influence_chart(patients, LIGHT)
    assert chart.caption == "40 patients. 1 without whom a term has no estimate are not drawn."
    with pytest.raises(ValueError, match="no patient has an influence to draw"):
        influence_chart(patients.assign(cooks_distance=np.nan), LIGHT)


def test_titles_fit_half_a_page() -> None:
    for chart in (influence_chart(made_influence(), LIGHT), modes_chart(made_modes(), "sessions", LIGHT)):
        title = chart.plot.layout.annotations[0].text
        assert all(len(line) <= HALF_PAGE + len("<b></b>") for line in title.split("<br>"))


def test_ticks_have_the_decimals_their_distance_needs() -> None:
    assert tick_words([0.0, 0.02, 0.04]) == ["0.00", "0.02", "0.04"]
    assert tick_words([-2.0, 0.0, 2.0]) == ["−2", "0", "2"]
    assert tick_words([0.0, 0.5]) == ["0.0", "0.5"]
    assert tick_words([3.0]) == ["3"]
