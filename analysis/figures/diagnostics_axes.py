"""What the diagnostic figures share: one panel, its axes, and marks that need no colour to be told apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from .chart import Heading
from .look import Theme, base_layout
from .numbers import nice_ticks, number_text

FloatArray = npt.NDArray[np.float64]

_PANEL_PX = 330
_HEAD_PX = 16
_FOOT_PX = 56
_LEFT_PX = 64
_RIGHT_PX = 16
_ROOM = 0.04  # of the span, beyond the first and the last mark


def one_panel_layout(
    top: Heading, x: dict[str, Any], y: dict[str, Any], words: Sequence[dict[str, Any]] = (), shapes: Any = ()
) -> dict[str, Any]:
    """The layout of one panel under its heading."""
    head = top.height_px + _HEAD_PX
    margin = {"l": _LEFT_PX, "r": _RIGHT_PX, "t": head, "b": _FOOT_PX}
    layout = base_layout(top.theme, head + _PANEL_PX + _FOOT_PX, margin)
    layout |= {"xaxis": x, "yaxis": y, "shapes": list(shapes)}
    layout["annotations"] = [*top.annotations(head, _LEFT_PX), *words]
    return layout


def axis(theme: Theme, title: str, low: float, high: float, grid: bool = False) -> dict[str, Any]:
    """A titled axis over everything between two values, with round ticks and a little room at the ends."""
    span = high - low if high > low else max(abs(low), 1.0)
    low, high = low - _ROOM * span, high + _ROOM * span
    ticks = nice_ticks(low, high)
    return {
        "title": {"text": title, "font": {"size": 13, "color": theme.secondary}, "standoff": 8},
        "range": [low, high],
        "tickvals": ticks,
        "ticktext": tick_words(ticks),
        "tickfont": {"size": 12, "color": theme.secondary},
        "showgrid": grid,
        "gridcolor": theme.grid,
        "zeroline": False,
        "showline": not grid,
        "linecolor": theme.ink,
        "linewidth": 1,
        "ticks": "" if grid else "outside",
        "ticklen": 4,
        "tickcolor": theme.ink,
        "fixedrange": True,
    }


def tick_words(ticks: Sequence[float]) -> list[str]:
    """Ticks with the decimals their distance needs."""
    step = min((later - tick for tick, later in pairwise(ticks)), default=1.0)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [number_text(tick, decimals) for tick in ticks]


def level_line(y: float, colour: str, dash: str, width: float = 1.2) -> dict[str, Any]:
    """A horizontal line across the panel, behind the marks."""
    line = {"color": colour, "width": width, "dash": dash}
    ends = {"xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y}
    return {"type": "line", "layer": "below", "line": line, **ends}


def line_name(text: str, y: float, theme: Theme, above: bool = True) -> dict[str, Any]:
    """The name of a horizontal line, at the right end of the panel."""
    where = {"xref": "x domain", "x": 1, "yref": "y", "y": y, "xanchor": "right"}
    side = {"yanchor": "bottom" if above else "top", "yshift": 1 if above else -1}
    return {"text": text, **where, **side, "showarrow": False, "font": {"size": 11, "color": theme.muted}}


def band(x: FloatArray, low: FloatArray, high: FloatArray, colour: str) -> dict[str, Any]:
    """Everything between two curves, as one closed shape."""
    shape = {"x": [*x, *x[::-1]], "y": [*high, *low[::-1]], "fill": "toself", "fillcolor": colour}
    return {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", **shape}
