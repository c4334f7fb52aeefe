"""Residuals and conditional modes against normal quantiles, over what the fitted model itself would give."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis.disclosure import MIN_CELL

from .chart import Chart, drawn, heading
from .diagnostics_axes import axis, band, one_panel_layout
from .look import Theme, faded
from .numbers import number_text

_READ_QUANTILES = (
    "Each dot is one ordered value against the value expected of it under a normal distribution. The band holds 95% of "
    "what studies simulated from the fitted model give at that place. Dots above the band on the right and below it on "
    "the left are tails heavier than normal; a bow is skewness. About one dot in twenty is outside by chance, and "
    "neighbours go together."
)


def quantile_chart(quantiles: pd.DataFrame, theme: Theme) -> Chart:
    """The frame of ``normal_quantiles``: observed against normal quantiles over the simulated envelope."""
    attrs = quantiles.attrs
    what = _quantile_words(str(attrs["kind"]))
    outside = (quantiles["observed"] < quantiles["envelope_low"]) | (quantiles["observed"] > quantiles["envelope_high"])
    share = f"{int(outside.sum()):,} of {len(quantiles):,} points shown"
    title = f"{what}: {share} are outside the envelope of the model"
    n = int(attrs["n_values"])
    top = heading(title, f"{n:,} values; 95% envelope from {attrs['simulations']:,} simulated studies.", theme)
    drawn_values = quantiles[["observed", "envelope_low", "envelope_high"]].to_numpy()
    ends = float(quantiles["theoretical"].min()), float(quantiles["theoretical"].max())
    y_axis = axis(theme, f"{what}, SD", float(drawn_values.min()), float(drawn_values.max()), grid=True)
    layout = one_panel_layout(top, axis(theme, "Normal quantile, SD", *ends), y_axis)
    traces = [_envelope(quantiles, theme), _expected(quantiles, theme), *_dots(quantiles, outside, theme)]
    return Chart(
        name=f"quantiles-{attrs['kind']}".lower(),
        plot=drawn({"data": traces, "layout": layout}),
        data=partial(_without_extremes, quantiles),
        caption=f"{n:,} values, {share} outside.",
        alt=f"{title}; about {round(0.05 * len(quantiles))} would be by chance. Smallest value "
        f"{number_text(quantiles['observed'].min(), 2)}, largest {number_text(quantiles['observed'].max(), 2)}.",
        how_to_read=_READ_QUANTILES,
        is_individual=True,
    )


def _quantile_words(kind: str) -> str:
    words = {"standardised": "Standardised residuals", "conditional": "Conditional residuals"}
    return words.get(kind, f"Conditional modes of {kind}")


def _without_extremes(quantiles: pd.DataFrame) -> pd.DataFrame:
    """The table without the outermost values: one beyond which fewer than 11 lie could point at a person."""
    beyond = MIN_CELL - 1
    return quantiles.iloc[beyond : max(beyond, len(quantiles) - beyond)].reset_index(drop=True)


def _envelope(quantiles: pd.DataFrame, theme: Theme) -> dict[str, Any]:
    x, low, high = (quantiles[name].to_numpy() for name in ("theoretical", "envelope_low", "envelope_high"))
    return band(x, low, high, faded(theme.accent, 0.18))


def _expected(quantiles: pd.DataFrame, theme: Theme) -> dict[str, Any]:
    line = {"color": theme.ink, "width": 1.2, "dash": "dash"}
    place = {"x": quantiles["theoretical"], "y": quantiles["envelope_median"]}
    return {"type": "scatter", **place, "mode": "lines", "line": line, "hoverinfo": "skip"}


def _dots(quantiles: pd.DataFrame, outside: pd.Series, theme: Theme) -> list[dict[str, Any]]:
    """Inside as small open circles, outside as larger filled diamonds: shape tells them apart without colour."""
    looks = (
        (~outside, {"symbol": "circle-open", "size": 5, "color": theme.secondary}),
        (outside, {"symbol": "diamond", "size": 7, "color": theme.accent}),
    )
    return [
        {
            "type": "scatter",
            "x": quantiles.loc[chosen, "theoretical"],
            "y": quantiles.loc[chosen, "observed"],
            "mode": "markers",
            "marker": marker,
            "hovertemplate": "normal %{x:.2f}, observed %{y:.2f}<extra></extra>",
        }
        for chosen, marker in looks
    ]
