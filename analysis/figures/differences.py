"""Differences in adjusted change between routes at the end of induction, as a forest of intervals."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.disclosure import ReleasedChange, of_patients
from analysis.outcomes import MIN_AT_DECISION, clear_of_chance

from .chart import Chart, Heading, drawn, heading
from .frames import rows
from .look import Theme, base_layout
from .numbers import MINUS, estimate_text, nice_ticks, p_text, tick_texts

_ROW_PX = 34
_FOOT_PX = 58
_HEAD_PX = 16
_RIGHT_PX = 132
_LEFT_PX = 84
_READ = (
    "Each line compares two routes at the end of induction: the first route's adjusted change minus the second's. "
    "Left of zero, scores fell more on the first route; the bar is the 95% interval, widened because several pairs "
    "are compared. Where a bar crosses zero, no difference remains possible. Routes were chosen, not drawn by lot."
)


def differences_chart(change: ReleasedChange, theme: Theme) -> Chart:
    """Every pair of routes with its difference, interval and adjusted p value, in points.

    Raises ValueError when there is no pair.
    """
    pairs = change.differences
    if pairs.empty:
        raise ValueError("there is no pair of routes to compare")
    at = f"{change.decision_x:g} {change.spec.time}"
    subtitle = "Difference in adjusted change, first route minus second. Bars: 95% intervals, widened for the pairs."
    top = heading(_title(pairs, at), subtitle, theme)
    return Chart(
        name=f"route-differences-{change.spec.instrument}",
        plot=drawn({"data": [_bars(pairs, theme)], "layout": _layout(pairs, change.spec.instrument, top, theme)}),
        data=lambda: pairs[["first", "second", "estimate", "ci_low", "ci_high", "p_value", "p_adjusted"]],
        caption=_caption(change),
        alt=_alt(pairs, at),
        how_to_read=_READ,
    )


def _caption(change: ReleasedChange) -> str:
    few = f"routes with fewer than {max(MIN_AT_DECISION, change.audience.min_cell)} still assessed are left out"
    words = f"{of_patients(change.counts['model'])} in the model; {few}."
    return words[0].upper() + words[1:]


def _title(pairs: pd.DataFrame, at: str) -> str:
    """How many pairs differ beyond chance, by the p value adjusted for all of them."""
    clear, n = int(clear_of_chance(pairs).sum()), len(pairs)
    if not clear:
        return f"Adjusted change differs clearly in no pair of routes after {at}"
    if n == 1:
        return f"Adjusted change differs between the two routes after {at}"
    return f"Adjusted change differs in {clear} of {n} pairs of routes after {at}"


def pair_name(row: Any) -> str:
    return f"{row.first} {MINUS} {row.second}"


def _alt(pairs: pd.DataFrame, at: str) -> str:
    lines = (f"{pair_name(row)} {estimate_text(row.estimate, row.ci_low, row.ci_high)}" for row in rows(pairs))
    return (
        f"Differences in adjusted change after {at}, first route minus second, with 95% interval: {'; '.join(lines)}."
    )


def _places(pairs: pd.DataFrame) -> list[int]:
    return list(range(len(pairs), 0, -1))


def _bars(pairs: pd.DataFrame, theme: Theme) -> dict[str, Any]:
    """All pairs as one trace; clear of zero is a filled marker, not clear an open one."""
    clear = clear_of_chance(pairs).tolist()
    texts = [
        f"{pair_name(row)}: {estimate_text(row.estimate, row.ci_low, row.ci_high)}<br>"
        f"p {p_text(row.p_value)}, adjusted {p_text(row.p_adjusted)}"
        for row in rows(pairs)
    ]
    return {
        "type": "scatter",
        "x": pairs["estimate"].tolist(),
        "y": _places(pairs),
        "mode": "markers",
        "marker": {
            "size": 10,
            "color": theme.accent,
            "symbol": ["circle" if one else "circle-open" for one in clear],
            "line": {"width": 2, "color": theme.accent},
        },
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": (pairs["ci_high"] - pairs["estimate"]).tolist(),
            "arrayminus": (pairs["estimate"] - pairs["ci_low"]).tolist(),
            "color": theme.accent,
            "thickness": 2,
            "width": 0,
        },
        "text": texts,
        "hovertemplate": "%{text}<extra></extra>",
    }


def _layout(pairs: pd.DataFrame, instrument: str, top: Heading, theme: Theme) -> dict[str, Any]:
    head = top.height_px + _HEAD_PX
    values = [_value(row, place) for row, place in zip(rows(pairs), _places(pairs), strict=True)]
    margin = {"l": _LEFT_PX, "r": _RIGHT_PX, "t": head, "b": _FOOT_PX}
    return base_layout(theme, head + len(pairs) * _ROW_PX + _FOOT_PX, margin) | {
        "xaxis": _x_axis(pairs, instrument, theme),
        "yaxis": _y_axis(pairs),
        "annotations": [*top.annotations(head, _LEFT_PX), *values],
    }


def _x_axis(pairs: pd.DataFrame, instrument: str, theme: Theme) -> dict[str, Any]:
    low, high = min(0.0, float(pairs["ci_low"].min())), max(0.0, float(pairs["ci_high"].max()))
    pad = 0.06 * (high - low)
    ticks = nice_ticks(low, high)
    words = f"Difference in {instrument} change, points"
    return {
        "range": [low - pad, high + pad],
        "tickvals": ticks,
        "ticktext": tick_texts(ticks),
        "gridcolor": theme.grid,
        "zeroline": True,
        "zerolinecolor": theme.ink,
        "zerolinewidth": 1.2,
        "fixedrange": True,
        "title": {"text": words, "font": {"size": 13, "color": theme.secondary}, "standoff": 8},
    }


def _y_axis(pairs: pd.DataFrame) -> dict[str, Any]:
    names = [pair_name(row) for row in rows(pairs)]
    spare = {"showgrid": False, "zeroline": False, "fixedrange": True}
    return {"range": [0.4, len(pairs) + 0.6], "tickvals": _places(pairs), "ticktext": names, **spare}


def _value(row: Any, place: int) -> dict[str, Any]:
    """The estimate and its interval in words at the right edge."""
    return {
        "text": estimate_text(row.estimate, row.ci_low, row.ci_high),
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": 8,
        "y": place,
        "showarrow": False,
        "font": {"size": 12.5},
    }
