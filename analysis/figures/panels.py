"""Small multiples: a panel a route, its own line bold, the other routes thin and grey."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .axes import DrawnChange, DrawnRoute, Point, count_spots, decision_line, decision_name, x_axis, y_axis
from .chart import Heading
from .look import base_layout, faded
from .numbers import interval_text, number_text
from .traces import band, model_lines, observed_means, other_routes

_ROW_PX = 320
_ROW_GAP_PX = 82
_NAMES_PX = 50
_FOOT_PX = 56
_LEFT_PX = 58
_MOST_COLUMNS = 4
_GAP = 0.022
_LABEL_SHARE = 0.17
_COUNT_SHARE = 0.09
_COUNT_HEIGHT = 0.045
_HEAD_SHARE = 0.10
_NEAR = 0.36  # of the axis: the half width of the label in the narrowest panel
_LONG_NAME = 13
_NARROW_PX = 430  # all panels of a row together, in a window of 820 px
_DIGIT_PX = 6.5
_BETWEEN_COUNTS_PX = 8


@dataclass(frozen=True)
class Cell:
    """Where one panel sits: its axis suffix and its part of the width and height (0 to 1)."""

    axis: str
    left: float
    right: float
    bottom: float
    top: float
    first_in_row: bool


def small_multiples(drawn: DrawnChange, top: Heading) -> dict[str, Any]:
    """The figure as Plotly's own description: five traces a panel (six where a part is about few), one shared scale."""
    cells, n_rows = _grid(len(drawn.routes))
    foot = drawn.y_low - _LABEL_SHARE * drawn.span
    low = drawn.y_low - (_LABEL_SHARE + _COUNT_SHARE) * drawn.span
    high = drawn.y_high + _HEAD_SHARE * drawn.span
    head = top.height_px + _NAMES_PX
    height = head + n_rows * _ROW_PX + (n_rows - 1) * _ROW_GAP_PX + _FOOT_PX
    layout = base_layout(drawn.theme, height, {"l": _LEFT_PX, "r": 10, "t": head, "b": _FOOT_PX})
    data: list[dict[str, Any]] = []
    words = [*top.annotations(head, _LEFT_PX), _x_title(drawn), decision_name(drawn)]
    for cell, route in zip(cells, drawn.routes, strict=True):
        data += _traces(drawn, cell, route, low)
        words += _words(drawn, cell, route, low)
        layout["xaxis" + cell.axis] = x_axis(drawn, domain=[cell.left, cell.right], anchor="y" + cell.axis)
        place = {"domain": [cell.bottom, cell.top], "anchor": "x" + cell.axis}
        layout["yaxis" + cell.axis] = y_axis(drawn, low, high, cell.first_in_row, **place)
    layout |= {"annotations": words, "shapes": [decision_line(drawn, foot, high, cell.axis) for cell in cells]}
    return {"data": data, "layout": layout}


def _columns(n: int) -> int:
    return max(1, n if n <= _MOST_COLUMNS else (3 if n <= 6 else _MOST_COLUMNS))


def _grid(n: int) -> tuple[list[Cell], int]:
    """Panels in one row up to four; five and six in rows of three; more in rows of four."""
    n_columns = _columns(n)
    n_rows = max(1, math.ceil(n / n_columns))
    gap = _ROW_GAP_PX / (n_rows * _ROW_PX + (n_rows - 1) * _ROW_GAP_PX)
    tall = (1 - (n_rows - 1) * gap) / n_rows
    wide = (1 - (n_columns - 1) * _GAP) / n_columns
    cells = []
    for index in range(n):
        row, column = divmod(index, n_columns)
        top, left = 1 - row * (tall + gap), column * (wide + _GAP)
        axis = "" if index == 0 else str(index + 1)
        cells.append(Cell(axis, left, min(1.0, left + wide), max(0.0, top - tall), top, column == 0))
    return cells, n_rows


def _traces(drawn: DrawnChange, cell: Cell, route: DrawnRoute, low: float) -> list[dict[str, Any]]:
    colour = drawn.theme.route_colour(route.code)
    drawn_here = [
        other_routes(drawn.routes, route, drawn.theme),
        band(route.firm, colour, 0.18),
        *model_lines(route, colour, 3),
        observed_means(route, colour),
        _counts(drawn, route, low + _COUNT_HEIGHT * drawn.span),
    ]
    return [trace | {"xaxis": "x" + cell.axis, "yaxis": "y" + cell.axis} for trace in drawn_here]


def _counts(drawn: DrawnChange, route: DrawnRoute, height: float) -> dict[str, Any]:
    """Patients still assessed, above the axis."""
    colour = drawn.theme.route_ink(route.code)
    spots = count_spots(drawn, _room_for_count(drawn))
    shown = [(spot, route.counts[spot]) for spot in spots if spot in route.counts]
    return {
        "type": "scatter",
        "x": [spot for spot, _ in shown],
        "y": [height] * len(shown),
        "text": [count.text for _, count in shown],
        "mode": "text",
        "textfont": {"size": 11, "color": [colour if count.is_plain else drawn.theme.muted for _, count in shown]},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _room_for_count(drawn: DrawnChange) -> float:
    """The share of a panel's axis that its longest count takes in a narrow window."""
    texts = [count.text for route in drawn.routes for count in route.counts.values() if "<i>" not in count.text]
    longest = max([len(text) for text in texts], default=1)
    return (longest * _DIGIT_PX + _BETWEEN_COUNTS_PX) / (_NARROW_PX / _columns(len(drawn.routes)))


def _words(drawn: DrawnChange, cell: Cell, route: DrawnRoute, low: float) -> list[dict[str, Any]]:
    words = [_name(drawn, cell, route)]
    if route.decision is not None:
        words.append(_decision_label(drawn, cell, route, route.decision))
    if cell.first_in_row:
        words += _row_titles(drawn, cell, low)
    return words


def _name(drawn: DrawnChange, cell: Cell, route: DrawnRoute) -> dict[str, Any]:
    """The route's name above its panel; a long one takes two lines so that narrow panels keep apart."""
    name = route.name.replace(" ", "<br>", 1) if len(route.name) > _LONG_NAME else route.name
    where = {"xref": f"x{cell.axis} domain", "yref": f"y{cell.axis} domain", "x": 0, "y": 1}
    anchor = {"xanchor": "left", "yanchor": "bottom", "align": "left", "showarrow": False}
    return {
        "text": f"<b>{name}</b>",
        **where,
        **anchor,
        "font": {"size": 14, "color": drawn.theme.route_ink(route.code)},
    }


def _decision_label(drawn: DrawnChange, cell: Cell, route: DrawnRoute, at: Point) -> dict[str, Any]:
    """The estimate and its interval at the decision point, under everything drawn near it."""
    near = _NEAR * drawn.x_end
    lows = [point.low for point in (*route.model, *route.observed) if abs(point.x - at.x) <= near]
    lows += [point.y for other in drawn.routes for point in other.model if abs(point.x - at.x) <= near]
    return {
        "text": f"<b>{number_text(at.y)}</b><br>{interval_text(at.low, at.high)}",
        "xref": "x" + cell.axis,
        "yref": "y" + cell.axis,
        "x": at.x,
        "y": min([at.low, *lows]),
        "yanchor": "top",
        "yshift": -2,
        "showarrow": False,
        "bgcolor": faded(drawn.theme.paper, 0.75),
        "font": {"size": 12.5, "color": drawn.theme.route_ink(route.code)},
    }


def _row_titles(drawn: DrawnChange, cell: Cell, low: float) -> list[dict[str, Any]]:
    """The vertical axis title of a row, and the word beside its patient counts."""
    at_left = {"xref": "paper", "x": 0, "showarrow": False}
    title: dict[str, Any] = {"text": drawn.y_title, "textangle": -90, "yref": "paper", "yanchor": "middle"}
    title["y"] = (cell.bottom + cell.top) / 2
    counts = {"text": "patients", "yref": "y" + cell.axis, "y": low + _COUNT_HEIGHT * drawn.span}
    return [
        {**at_left, **title, "xshift": -44, "font": {"size": 13, "color": drawn.theme.secondary}},
        {**at_left, **counts, "xanchor": "right", "xshift": -4, "font": {"size": 11, "color": drawn.theme.muted}},
    ]


def _x_title(drawn: DrawnChange) -> dict[str, Any]:
    where = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0, "yshift": -26, "yanchor": "top", "showarrow": False}
    return {"text": drawn.x_title, **where, "font": {"size": 13, "color": drawn.theme.secondary}}
