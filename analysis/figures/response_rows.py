"""Shares in rows, grouped under headings: a marker, its interval, its number and what it is of."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from .chart import Heading
from .look import Theme, base_layout
from .numbers import interval_text, share_text, tick_texts

_ROW_PX = 22
_GROUP_PX = 28
_HEAD_PX = 8
_FOOT_PX = 50
_RIGHT_PX = 128
_TICKS = [0.0, 0.25, 0.5, 0.75, 1.0]


@dataclass(frozen=True)
class ShareRow:
    """One row: a share (0 to 1) with its interval, its numbers in words, and its range were the missing counted
    otherwise (None: not drawn). is_small: only the holder sees it."""

    group: str
    label: str
    share: float
    low: float
    high: float
    of: str
    colour: str
    symbol: str
    lowest: float | None = None
    highest: float | None = None
    is_small: bool = False

    @property
    def words(self) -> str:
        small = " (small)" if self.is_small else ""
        interval = interval_text(100 * self.low, 100 * self.high, 0)
        return f"{self.label}: {share_text(self.share)} ({interval}%), {self.of}{small}"


def rows_figure(rows: list[ShareRow], top: Heading, theme: Theme, left_px: int) -> dict[str, Any]:
    """Plotly's description of the rows, top to bottom, in groups of the same name in a row."""
    places, headings, end = _places(rows)
    head = top.height_px + _HEAD_PX
    layout = base_layout(theme, head + round(end) + _FOOT_PX, {"l": left_px, "r": _RIGHT_PX, "t": head, "b": _FOOT_PX})
    names = [_text(name, y, theme.ink, left_px, 13, bold=True) for name, y in headings]
    labels = [_text(row.label, y, theme.secondary, left_px, 12) for row, y in zip(rows, places, strict=True)]
    values = [_value(row, y, theme) for row, y in zip(rows, places, strict=True)]
    layout |= {
        "xaxis": share_axis(theme),
        "yaxis": {"range": [end, 0], "visible": False, "fixedrange": True},
        "annotations": [*top.annotations(head, left_px), *names, *labels, *values],
    }
    return {"data": [_bounds(rows, places, theme), *_intervals(rows, places), _markers(rows, places, theme)],
            "layout": layout}  # fmt: skip


def _places(rows: list[ShareRow]) -> tuple[list[float], list[tuple[str, float]], float]:
    """The height of each row, of each heading, and of the end, in pixels from the top."""
    places: list[float] = []
    headings: list[tuple[str, float]] = []
    y = 0.0
    for name, members in groupby(rows, key=lambda row: row.group):
        if name:
            headings.append((name, y + 0.55 * _GROUP_PX))
            y += _GROUP_PX
        for _ in members:
            places.append(y + _ROW_PX / 2)
            y += _ROW_PX
    return places, headings, y


def share_axis(theme: Theme, title: str = "Share of patients") -> dict[str, Any]:
    """0 to 100 %."""
    return {
        "range": [-0.02, 1.02],
        "tickvals": _TICKS,
        "ticktext": [f"{text}%" for text in tick_texts([100 * tick for tick in _TICKS])],
        "tickfont": {"size": 12, "color": theme.secondary},
        "gridcolor": theme.grid,
        "tickangle": 0,
        "zeroline": False,
        "fixedrange": True,
        "title": {"text": title, "font": {"size": 13, "color": theme.secondary}, "standoff": 6},
    }


def _text(text: str, y: float, colour: str, left_px: int, size: int, bold: bool = False) -> dict[str, Any]:
    return {
        "text": f"<b>{text}</b>" if bold else text,
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "xshift": 8 - left_px,
        "y": y,
        "yanchor": "middle",
        "align": "left",
        "showarrow": False,
        "font": {"size": size, "color": colour},
    }


def _value(row: ShareRow, y: float, theme: Theme) -> dict[str, Any]:
    words = f"<b>{share_text(row.share)}</b>  {row.of}"
    font = {"size": 12, "color": theme.ink}
    return {"text": f"<i>{words}</i>" if row.is_small else words, "xref": "paper", "x": 1, "xanchor": "left"} | {
        "xshift": 8, "y": y, "yanchor": "middle", "align": "left", "showarrow": False, "font": font,
    }  # fmt: skip


def _bounds(rows: list[ShareRow], places: list[float], theme: Theme) -> dict[str, Any]:
    """What the share would be had none or all of the missing reached it, as a pale bar."""
    x: list[float | None] = []
    y: list[float | None] = []
    for row, place in zip(rows, places, strict=True):
        if row.lowest is not None and row.highest is not None:
            x += [row.lowest, row.highest, None]
            y += [place, place, None]
    line = {"color": theme.context, "width": 10}
    return {"type": "scatter", "x": x, "y": y, "mode": "lines", "line": line, "hoverinfo": "skip", "opacity": 0.55}


def _intervals(rows: list[ShareRow], places: list[float]) -> list[dict[str, Any]]:
    """One broken line for each colour."""
    traces = []
    for colour in dict.fromkeys(row.colour for row in rows):
        x: list[float | None] = []
        y: list[float | None] = []
        for row, place in zip(rows, places, strict=True):
            if row.colour == colour:
                x += [row.low, row.high, None]
                y += [place, place, None]
        line = {"color": colour, "width": 2.5}
        traces.append({"type": "scatter", "x": x, "y": y, "mode": "lines", "line": line, "hoverinfo": "skip"})
    return traces


def _markers(rows: list[ShareRow], places: list[float], theme: Theme) -> dict[str, Any]:
    colours = [row.colour for row in rows]
    return {
        "type": "scatter",
        "x": [row.share for row in rows],
        "y": places,
        "mode": "markers",
        "marker": {
            "symbol": [row.symbol for row in rows],
            "size": 10,
            "color": [theme.paper if row.is_small else colour for row, colour in zip(rows, colours, strict=True)],
            "line": {"width": 2, "color": colours},
            "opacity": 1,
        },
        "hovertext": [row.words for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
    }
