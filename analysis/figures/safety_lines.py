"""Estimates over the number of the session: lines with intervals, and the patients behind them under the axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import plotly.graph_objects as go

from .apart import kept_apart
from .chart import Heading, drawn
from .look import Theme, base_layout, faded
from .numbers import nice_ticks, number_text

_PLOT_PX = 250
_HEAD_PX = 14
_FOOT_PX = 86
_BARE_FOOT_PX = 46  # without counts under the axis
_LEFT_PX = 62
_NAME_PX = 7.2  # of one character in a name beside its line
_APART = 0.07  # of the axis, between two names
_MOST_COUNTS = 8


@dataclass(frozen=True)
class LinePoint:
    """One place on a line: x in sessions, y and its interval (None where there is none), words for the reader who
    points at it. is_small: of few patients, so that only the holder has it."""

    x: float
    y: float
    low: float | None
    high: float | None
    words: str
    is_small: bool = False


@dataclass(frozen=True)
class Line:
    """One line: its name, how it is drawn, and its points. has_band: intervals as a band, else as upright bars.
    marked: the places that get a marker, where the line has too many points for one each (None: all)."""

    name: str
    colour: str
    marker: str
    dash: str
    points: tuple[LinePoint, ...]
    has_band: bool = False
    marked: frozenset[float] | None = None

    def has_marker(self, point: LinePoint) -> bool:
        return self.marked is None or point.x in self.marked


@dataclass(frozen=True)
class Axes:
    """What stands at the axes: titles with units, whether y is a share of 1, ticks of x with their words, and counts of
    patients under the axis by x (empty: none) with what they count."""

    x_title: str
    y_title: str
    is_share: bool
    ticks: tuple[tuple[float, str], ...]
    counts: tuple[tuple[float, str], ...] = ()
    counted: str = ""


def lines_figure(lines: Sequence[Line], axes: Axes, top: Heading, theme: Theme) -> go.Figure:
    """The figure, every line named at its end."""
    head = top.height_px + _HEAD_PX
    names = len(lines) > 1
    right = round(14 + _NAME_PX * max(len(line.name) for line in lines)) if names else 14
    foot = _FOOT_PX if axes.counts else _BARE_FOOT_PX
    margin = {"l": _LEFT_PX, "r": right, "t": head, "b": foot}
    low, high = _ends(lines)
    words = [*top.annotations(head, _LEFT_PX), *_counts(axes, theme)]
    if names:
        words += _names(lines, low, high, theme)
    data = [trace for line in lines for trace in _traces(line)]
    layout = base_layout(theme, head + _PLOT_PX + foot, margin) | {
        "xaxis": _x_axis(lines, axes, theme),
        "yaxis": _y_axis(axes, low, high, theme),
        "annotations": words,
    }
    return drawn({"data": data, "layout": layout})


def _ends(lines: Sequence[Line]) -> tuple[float, float]:
    values = [
        end for line in lines for point in line.points for end in (point.y, point.low, point.high) if end is not None
    ]
    return min([0.0, *values]), max([0.0, *values])


def _traces(line: Line) -> list[dict[str, Any]]:
    points = line.points
    x, y = [point.x for point in points], [point.y for point in points]
    base = {"type": "scatter", "x": x, "hoverinfo": "skip"}
    found: list[dict[str, Any]] = []
    known = [point for point in points if point.low is not None and point.high is not None]
    if line.has_band and known:
        corners = [point.x for point in known]
        edge = [*(point.high for point in known), *(point.low for point in reversed(known))]
        fill = {"fill": "toself", "fillcolor": faded(line.colour, 0.14), "line": {"width": 0}, "mode": "lines"}
        found.append({**base, "x": [*corners, *reversed(corners)], "y": edge, **fill})
    elif known:
        ends_x = [place for point in known for place in (point.x, point.x, None)]
        ends_y = [place for point in known for place in (point.low, point.high, None)]
        thin = {"color": faded(line.colour, 0.75), "width": 1.6}
        found.append({**base, "x": ends_x, "y": ends_y, "mode": "lines", "line": thin})
    found.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": x,
            "y": y,
            "line": {"color": line.colour, "width": 2.2, "dash": line.dash},
            "marker": {
                "symbol": line.marker,
                "size": [5 if point.is_small else 8 for point in points],
                "opacity": [(0.55 if point.is_small else 1) * line.has_marker(point) for point in points],
                "color": line.colour,
                "line": {"width": 1.6, "color": line.colour},
            },
            "text": [escape(point.words) for point in points],
            "hovertemplate": f"<b>{escape(line.name)}</b><br>%{{text}}<extra></extra>",
            "cliponaxis": False,
        }
    )
    return found


def _names(lines: Sequence[Line], low: float, high: float, theme: Theme) -> list[dict[str, Any]]:
    """Each line's name to the right of all, at the height of its last point, moved where two would meet."""
    apart = _APART * ((high - low) or 1.0)
    ordered = [line for line in lines if line.points]
    heights = kept_apart([line.points[-1].y for line in ordered], apart, low, high)
    return [
        {
            "text": escape(line.name, quote=False),
            **{"x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "y": height, "yref": "y", "yanchor": "middle"},
            "showarrow": False,
            "font": {"size": 12, "color": line.colour},
        }
        for line, height in zip(ordered, heights, strict=True)
    ]


def _counts(axes: Axes, theme: Theme) -> list[dict[str, Any]]:
    """Patients under the axis, at most _MOST_COUNTS of them so that they stay apart on a tablet."""
    if not axes.counts:
        return []
    step = -(-len(axes.counts) // _MOST_COUNTS)
    under = {"yref": "paper", "y": 0, "yanchor": "top", "showarrow": False}
    font = {"size": 11.5, "color": theme.secondary}
    found = [
        {**under, "text": text, "x": x, "xref": "x", "xanchor": "center", "yshift": -60, "font": font}
        for x, text in axes.counts[::step]
    ]
    name = {"text": axes.counted, "x": 0, "xref": "paper", "xanchor": "left", "yshift": -44, "font": font}
    return [*found, {**under, **name}]


def _x_axis(lines: Sequence[Line], axes: Axes, theme: Theme) -> dict[str, Any]:
    places = [point.x for line in lines for point in line.points]
    return {
        "range": [min(places) - 0.5, max(places) + 0.5],
        "tickvals": [x for x, _ in axes.ticks],
        "ticktext": [text for _, text in axes.ticks],
        "tickfont": {"size": 12, "color": theme.secondary},
        "title": {"text": axes.x_title, "font": {"size": 12.5, "color": theme.secondary}, "standoff": 4},
        "showgrid": False,
        "zeroline": False,
        "showline": True,
        "linecolor": theme.ink,
        "ticks": "outside",
        "ticklen": 4,
        "tickangle": 0,
        "fixedrange": True,
    }


def _y_axis(axes: Axes, low: float, high: float, theme: Theme) -> dict[str, Any]:
    span = (high - low) or 1.0
    ticks = nice_ticks(low, high, 5)
    scale, unit = (100, "%") if axes.is_share else (1, "")
    decimals = 0 if all(float(scale * tick).is_integer() for tick in ticks) else 1
    return {
        "range": [low - 0.04 * span, high + 0.06 * span],
        "tickvals": ticks,
        "ticktext": [number_text(scale * tick, decimals) + unit for tick in ticks],
        "tickfont": {"size": 12, "color": theme.secondary},
        "title": {"text": axes.y_title, "font": {"size": 12.5, "color": theme.secondary}},
        "gridcolor": theme.grid,
        "zeroline": True,
        "zerolinecolor": theme.ink if low < 0 else theme.grid,
        "fixedrange": True,
    }
