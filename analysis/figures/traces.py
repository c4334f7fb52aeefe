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


def model_lines(route: DrawnRoute, colour: str, width: float, dash: str = "solid") -> list[dict[str, Any]]:
    """The line, and thin and dotted its part about few patients, if the audience has one."""
    firm = _line(route, route.firm, colour, {"color": colour, "width": width, "dash": dash})
    if not route.faint:
        return [firm]
    return [firm, _line(route, route.faint, colour, {"color": colour, "width": 1.2, "dash": "dot"})]


def _line(route: DrawnRoute, points: Sequence[Point], colour: str, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "x": [point.x for point in points],
        "y": [point.y for point in points],
        "text": [_about(estimate_text(point.y, point.low, point.high), point, "<br>") for point in points],
        "mode": "lines",
        "line": line,
        "hovertemplate": f"<b>{route.name}</b> at %{{x}}<br>adjusted %{{text}}<extra></extra>",
    }


def observed_means(route: DrawnRoute, colour: str) -> dict[str, Any]:
    """Open markers in the route's own shape, small and pale where they are about few patients."""
    small = [point.is_small for point in route.observed]
    return {
        "type": "scatter",
        "x": [point.x for point in route.observed],
        "y": [point.y for point in route.observed],
        "text": [_about(number_text(point.y), point, ", ") for point in route.observed],
        "mode": "markers",
        "marker": {
            "symbol": route_marker(route.code),
            "size": [5 if few else 8 for few in small],
            "opacity": [0.55 if few else 1 for few in small],
            "color": colour,
            "line": {"width": 1.6},
        },
        "hovertemplate": f"{route.name}, observed mean %{{text}}<extra></extra>",
    }


def _about(value: str, point: Point, between: str) -> str:
    """A number and how many patients it is about, where that is given."""
    return f"{value}{between}{point.patients}" if point.patients else value


def other_routes(routes: Sequence[DrawnRoute], own: DrawnRoute, theme: Theme) -> dict[str, Any]:
    """The other routes as one grey trace, broken between routes."""
    x: list[float | None] = []
    y: list[float | None] = []
    for route in routes:
        if route.code != own.code:
            x += [*(point.x for point in route.firm), None]
            y += [*(point.y for point in route.firm), None]
    line = {"color": theme.context, "width": 1.3}
    return {"type": "scatter", "x": x, "y": y, "mode": "lines", "line": line, "hoverinfo": "skip"}
