"""All routes in one panel: for comparing lines, at the price of a tangle."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from .axes import DrawnChange, DrawnRoute, count_spots, decision_line, decision_name, x_axis, y_axis
from .chart import Heading
from .look import base_layout, route_dash
from .numbers import number_text
from .traces import band, model_lines, observed_means

_PLOT_PX = 380
_COUNT_ROW_PX = 19
_FOOT_PX = 66
_LEFT_PX = 122
_RIGHT_PX = 164
_HEAD_PX = 20
_LABEL_PX = 20


def one_panel(drawn: DrawnChange, top: Heading) -> dict[str, Any]:
    """The figure as Plotly's own description: every route in its colour, dash and marker, labelled at its end."""
    foot = _FOOT_PX + _COUNT_ROW_PX * (len(drawn.routes) + 1)
    head = top.height_px + _HEAD_PX
    margin = {"l": _LEFT_PX, "r": _RIGHT_PX, "t": head, "b": foot}
    low, high = drawn.y_low - 0.04 * drawn.span, drawn.y_high + 0.06 * drawn.span
    words = [*top.annotations(head, _LEFT_PX), *_titles(drawn), decision_name(drawn)]
    layout = base_layout(drawn.theme, head + _PLOT_PX + foot, margin) | {
        "xaxis": x_axis(drawn, anchor="y"),
        "yaxis": y_axis(drawn, low, high, labelled=True, anchor="x"),
        "annotations": [*words, *_end_labels(drawn, high - low), *_count_table(drawn)],
        "shapes": [decision_line(drawn, low, high)],
    }
    return {"data": [trace for route in drawn.routes for trace in _traces(drawn, route)], "layout": layout}


def _traces(drawn: DrawnChange, route: DrawnRoute) -> list[dict[str, Any]]:
    colour = drawn.theme.route_colour(route.code)
    lines = model_lines(route, colour, 2.6, route_dash(route.code))
    return [band(route.firm, colour, 0.07), *lines, observed_means(route, colour)]


def spread(wanted: list[float], gap: float) -> list[float]:
    """Move labels apart so that neighbours are at least `gap` from each other, in the order of their heights."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = list(wanted)
    for before, index in pairwise(order):
        placed[index] = max(placed[index], placed[before] + gap)
    shift = (sum(placed) - sum(wanted)) / len(placed) if placed else 0.0
    return [height - shift for height in placed]


def _end_labels(drawn: DrawnChange, y_range: float) -> list[dict[str, Any]]:
    """Each route's name beside the end of its line, with its estimate at the decision point."""
    heights = spread([route.model[-1].y for route in drawn.routes], _LABEL_PX / _PLOT_PX * y_range)
    labels = []
    for route, height in zip(drawn.routes, heights, strict=True):
        value = f" {number_text(route.decision.y)}" if route.decision else ""
        where = {"x": 1, "xref": "paper", "y": height, "yref": "y", "xanchor": "left", "xshift": 6, "showarrow": False}
        font = {"size": 12.5, "color": drawn.theme.route_ink(route.code)}
        labels.append({"text": f"<b>{route.name}</b>{value}", **where, "font": font})
    return labels


def _count_table(drawn: DrawnChange) -> list[dict[str, Any]]:
    """Patients still assessed, one line a route under the axis."""
    cells: list[dict[str, Any]] = []
    for row, route in enumerate(drawn.routes):
        height = {"yref": "paper", "y": 0, "yshift": -(_FOOT_PX + _COUNT_ROW_PX * row), "yanchor": "top"}
        font = {"size": 11.5, "color": drawn.theme.route_ink(route.code)}
        name = {"text": route.name, "x": 0, "xref": "paper", "xanchor": "right", "xshift": -8, "font": font}
        cells.append({**height, **name, "showarrow": False})
        for spot in count_spots(drawn):
            if spot in route.counts:
                count = route.counts[spot]
                shown = font if count.is_plain else {**font, "color": drawn.theme.muted}
                cell = {"text": count.text, "x": spot, "xref": "x", "font": shown}
                cells.append({**height, **cell, "showarrow": False})
    return cells


def _titles(drawn: DrawnChange) -> list[dict[str, Any]]:
    font = {"size": 13, "color": drawn.theme.secondary}
    base = {"showarrow": False, "xref": "paper", "yref": "paper"}
    counts = {"text": "patients", "x": 0, "y": 0, "yshift": -(_FOOT_PX - 18), "yanchor": "top", "xanchor": "right"}
    return [
        {**base, "text": drawn.x_title, "x": 0.5, "y": 0, "yshift": -24, "yanchor": "top", "font": font},
        {**base, "text": drawn.y_title, "x": 0, "y": 0.5, "xshift": -44, "textangle": -90, "font": font},
        {**base, **counts, "xshift": -8, "font": {"size": 11, "color": drawn.theme.muted}},
    ]
