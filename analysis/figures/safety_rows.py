"""Rows of estimates with their intervals, in one panel or in two that share the rows."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import plotly.graph_objects as go

from .chart import Heading, drawn
from .look import Theme, base_layout
from .numbers import number_text

_ROW_PX = 41
_HEADING_PX = 26
_HEAD_PX = 28
_FOOT_PX = 50
_GAP = 0.08  # of the width, between two panels
_ROOM = 0.62  # of the panel's values, for the words to the right of the largest
_NARROW_ROOM = 1.15  # the same where two panels share the width
_MARKER_PX = 29  # from the top of a row: markers sit under their label
_MOST_TICKS = 4
_ROOM_FOR_FEW = 3.0  # of what is known well, for intervals of a few patients
_ROOM_WITHOUT_FIRM = 5.0  # of the largest value, where all rows are of a few
_EPSILON = 1e-9
READ_ARROW = (
    " A bar that ends in an arrow is of a few patients and goes on beyond the axis; the words beside it have it whole."
)
_LONGEST_LABEL = 92  # characters on one line of a figure of 500 px


@dataclass(frozen=True)
class RowPoint:
    """One estimate: the row it is in (from 0), its value and interval (None where there is none), the words beside it.

    is_small: of few patients, so that only the holder has it. is_cut: its interval goes on beyond the axis."""

    row: int
    value: float
    low: float | None
    high: float | None
    words: str
    colour: str
    symbol: str
    is_small: bool = False
    is_cut: bool = False


@dataclass(frozen=True)
class RowPanel:
    """One panel: what is over it, the name and unit of its axis, whether values are shares of 1, and its points.
    span: two values that the axis holds in any case, so that two panels have one scale."""

    title: str
    axis: str
    is_share: bool
    points: tuple[RowPoint, ...]
    span: tuple[float, ...] = ()


@dataclass(frozen=True)
class RowLabel:
    """What stands over a row. A heading has no estimates of its own."""

    text: str
    is_heading: bool = False


def rows_figure(labels: Sequence[RowLabel], panels: Sequence[RowPanel], top: Heading, theme: Theme) -> go.Figure:
    """The figure: labels over the rows, markers and bars beneath them, each value in words to its right."""
    head = top.height_px + _HEAD_PX
    places, height = _places(labels)
    layout = base_layout(theme, round(head + height + _FOOT_PX), {"l": 10, "r": 14, "t": head, "b": _FOOT_PX})
    layout["yaxis"] = {"range": [height, 0], "visible": False, "fixedrange": True}
    data: list[dict[str, Any]] = []
    words = [*top.annotations(head, 10), *_labels(labels, places, theme)]
    width = (1 - _GAP * (len(panels) - 1)) / len(panels)
    for number, panel in enumerate(map(_cut, panels)):
        suffix, left = str(number + 1) if number else "", number * (width + _GAP)
        layout["xaxis" + suffix] = _axis(panel, left, min(left + width, 1.0), len(panels), theme)
        data += [*_bars(panel, places, suffix), _markers(panel, places, suffix), *_arrows(panel, places, suffix)]
        words += [*_values(panel, places, suffix, theme), _title(panel, left, theme)]
    return drawn({"data": data, "layout": layout | {"annotations": words}})


def _places(labels: Sequence[RowLabel]) -> tuple[list[float], float]:
    """Where each row starts, in pixels from the top, and the height of all."""
    places, at = [], 0.0
    for label in labels:
        places.append(at)
        at += _HEADING_PX if label.is_heading else _ROW_PX
    return places, at


def _middle(place: float) -> float:
    return place + _MARKER_PX


def _labels(labels: Sequence[RowLabel], places: Sequence[float], theme: Theme) -> list[dict[str, Any]]:
    found = []
    for label, place in zip(labels, places, strict=True):
        text = escape(textwrap.shorten(label.text, _LONGEST_LABEL, placeholder="\u2026"), quote=False)
        font = {"size": 12.5 if label.is_heading else 12, "color": theme.ink if label.is_heading else theme.secondary}
        found.append(
            {"text": f"<b>{text}</b>" if label.is_heading else text, "x": 0, "xref": "paper", "xanchor": "left"}
            | {"y": place + 2, "yref": "y", "yanchor": "top", "showarrow": False, "bgcolor": theme.paper, "font": font}
            | {"borderpad": 0}
        )
    return found


def _title(panel: RowPanel, left: float, theme: Theme) -> dict[str, Any]:
    return {
        **{"text": f"<b>{escape(panel.title, quote=False)}</b>", "x": left, "xref": "paper", "xanchor": "left"},
        **{"y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 4, "showarrow": False},
        "font": {"size": 13, "color": theme.ink},
    }


def _bars(panel: RowPanel, places: Sequence[float], suffix: str) -> list[dict[str, Any]]:
    """The intervals of a panel, a broken line for each colour."""
    shown = [point for point in panel.points if point.low is not None and point.high is not None]
    found = []
    for colour in dict.fromkeys(point.colour for point in shown):
        x: list[float | None] = []
        y: list[float | None] = []
        for point in shown:
            if point.colour == colour:
                x += [point.low, point.high, None]
                y += [_middle(places[point.row])] * 2 + [None]
        line = {"line": {"width": 2.2, "color": colour}, "hoverinfo": "skip", "type": "scatter", "mode": "lines"}
        found.append({**line, "x": x, "y": y, "xaxis": "x" + suffix, "yaxis": "y"})
    return found


def _cut(panel: RowPanel) -> RowPanel:
    """The panel with the intervals of a few patients ended where they would make all others unreadable.

    A rate of two patients can have an interval of thousands; its words keep it, its bar ends in an arrow."""
    firm = [point.high for point in panel.points if point.high is not None and not point.is_small]
    largest = max([point.value for point in panel.points], default=0.0)
    limit = max(_ROOM_FOR_FEW * max([largest, *firm]) if firm else _ROOM_WITHOUT_FIRM * largest, 0.0)
    if panel.is_share or not limit:
        return panel
    points = [
        replace(point, high=limit, is_cut=True) if point.high is not None and point.high > limit else point
        for point in panel.points
    ]
    return replace(panel, points=tuple(points))


def _arrows(panel: RowPanel, places: Sequence[float], suffix: str) -> list[dict[str, Any]]:
    """An arrow where an interval goes on beyond what is drawn."""
    cut = [point for point in panel.points if point.is_cut]
    if not cut:
        return []
    marker = {"symbol": "triangle-right", "size": 9, "color": [point.colour for point in cut]}
    place = {"x": [point.high for point in cut], "y": [_middle(places[point.row]) for point in cut]}
    axes = {"xaxis": "x" + suffix, "yaxis": "y", "cliponaxis": False}
    return [{"type": "scatter", "mode": "markers", "hoverinfo": "skip", "marker": marker, **place, **axes}]


def _markers(panel: RowPanel, places: Sequence[float], suffix: str) -> dict[str, Any]:
    points = panel.points
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [point.value for point in points],
        "y": [_middle(places[point.row]) for point in points],
        "xaxis": "x" + suffix,
        "yaxis": "y",
        "marker": {
            "symbol": [point.symbol for point in points],
            "size": [8 if point.is_small else 11 for point in points],
            "opacity": 1,
            "color": [point.colour for point in points],
            "line": {"width": 2, "color": [point.colour for point in points]},
        },
        "hovertext": [escape(point.words) for point in points],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
    }


def _values(panel: RowPanel, places: Sequence[float], suffix: str, theme: Theme) -> list[dict[str, Any]]:
    return [
        {
            "text": escape(point.words, quote=False),
            **{"xref": "x" + suffix, "x": point.value if point.high is None else point.high, "xanchor": "left"},
            **{"y": _middle(places[point.row]), "yref": "y", "yanchor": "middle", "xshift": 9, "showarrow": False},
            "font": {"size": 12, "color": theme.secondary if point.is_small else theme.ink},
        }
        for point in panel.points
    ]


def _axis(panel: RowPanel, left: float, right: float, n_panels: int, theme: Theme) -> dict[str, Any]:
    ends = [end for point in panel.points for end in (point.value, point.low, point.high) if end is not None]
    low, high = min([0.0, *ends, *panel.span]), max([0.0, *ends, *panel.span])
    span = (high - low) or 1.0
    room = _ROOM if n_panels == 1 else _NARROW_ROOM
    ticks = _ticks(low, high)
    scale, unit = (100, "%") if panel.is_share else (1, "")
    decimals = _decimals([scale * tick for tick in ticks])
    return {
        "domain": [left, right],
        "range": [low - 0.03 * span, high + room * span],
        "tickvals": ticks,
        "ticktext": [number_text(scale * tick, decimals) + unit for tick in ticks],
        "tickfont": {"size": 12, "color": theme.secondary},
        "tickangle": 0,
        "gridcolor": theme.grid,
        "zeroline": True,
        "zerolinecolor": theme.context,
        "fixedrange": True,
        "anchor": "y",
        "title": {"text": panel.axis, "font": {"size": 12.5, "color": theme.secondary}, "standoff": 6},
    }


def _ticks(low: float, high: float) -> list[float]:
    """Three or four round ticks: more would touch in a narrow panel, and two are no scale."""
    power = 10.0 ** math.floor(math.log10(max(high - low, 1e-9)))
    for step in (size * power for size in (0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5)):
        first, last = math.ceil(low / step - _EPSILON), math.floor(high / step + _EPSILON)
        if last - first < _MOST_TICKS:
            return [round(step * index, 10) for index in range(first, last + 1)]
    return [0.0]


def _decimals(ticks: Sequence[float]) -> int:
    """As many as the ticks need: 0.25 and 0.5 are not both written 0."""
    return next((n for n in range(3) if all(abs(tick - round(tick, n)) < 1e-9 for tick in ticks)), 3)
