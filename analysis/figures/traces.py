"""The four things drawn for a route: its line, its interval, its observed means, and the other routes in grey."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .axes import DrawnRoute, Point
from .look import Theme, faded, route_marker
from .numbers import estimate_text, number_text


def band(points: Sequence[Point], colour: str, opacity: float) -> dict[str, Any]:
    """The interval as one closed shape: out along the upper end, back along the lower."""
    x = [point.x for point in points]
    y = [point.high for point in points] + [point.low for point in reversed(points)]
    fill = {"fill": "toself", "fillcolor": faded(colour, opacity), "line": {"width": 0}}
    return {"type": "scatter", "x": x + x[::-1], "y": y, "mode": "lines", "hoverinfo": "skip", **fill}


def model_line(route: DrawnRoute, colour: str, width: float, dash: str = "solid") -> dict[str, Any]:
    texts = [
        f"{estimate_text(point.y, point.low, point.high)}<br>{point.n_patients:,} patients" for point in route.model
    ]
    return {
        "type": "scatter",
        "x": [point.x for point in route.model],
        "y": [point.y for point in route.model],
        "text": texts,
        "mode": "lines",
        "line": {"color": colour, "width": width, "dash": dash},
        "hovertemplate": f"<b>{route.name}</b> at %{{x}}<br>adjusted %{{text}}<extra></extra>",
    }


def observed_means(route: DrawnRoute, colour: str) -> dict[str, Any]:
    """Open markers in the route's own shape."""
    return {
        "type": "scatter",
        "x": [point.x for point in route.observed],
        "y": [point.y for point in route.observed],
        "text": [f"{number_text(point.y)}, {point.n_patients:,} patients" for point in route.observed],
        "mode": "markers",
        "marker": {"symbol": route_marker(route.code), "size": 8, "color": colour, "line": {"width": 1.6}},
        "hovertemplate": f"{route.name}, observed mean %{{text}}<extra></extra>",
    }


def other_routes(routes: Sequence[DrawnRoute], own: DrawnRoute, theme: Theme) -> dict[str, Any]:
    """The other routes as one grey trace, broken between routes."""
    x: list[float | None] = []
    y: list[float | None] = []
    for route in routes:
        if route.code != own.code:
            x += [*(point.x for point in route.model), None]
            y += [*(point.y for point in route.model), None]
    line = {"color": theme.context, "width": 1.3}
    return {"type": "scatter", "x": x, "y": y, "mode": "lines", "line": line, "hoverinfo": "skip"}
