"""What both ways of drawing symptom change share: the released points, the ranges, the axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.disclosure import ReleasedChange, count_text

from .frames import routes_in_order
from .look import Theme
from .numbers import NOT_SHOWN, nice_ticks, tick_texts

_X_TITLES = {
    "sessions": "Ketamine sessions completed before the assessment",
    "weeks": "Weeks since the first ketamine session",
}
_X_STEPS = (1, 2, 3, 6, 8, 12)
_MOST_TICKS = 5
_LEAST_ROOM = 0.2  # of the axis, between two patient counts


@dataclass(frozen=True)
class Point:
    """One drawn place: x in sessions or weeks, y and its interval in points, and how many it is about, in words
    (empty where that is not given). is_small: shown to the holder only."""

    x: float
    y: float
    low: float
    high: float
    patients: str
    is_small: bool


@dataclass(frozen=True)
class DrawnRoute:
    """One route's points. counts holds the number still assessed as text, by x, where it is given."""

    code: str
    name: str
    model: list[Point]
    observed: list[Point]
    counts: dict[float, Count]
    decision: Point | None

    @property
    def firm(self) -> list[Point]:
        """The line up to where few are left; all of it when it is about few from the start."""
        return [point for point in self.model if not point.is_small]

    @property
    def faint(self) -> list[Point]:
        """The rest of the line, from the last firm point on."""
        small = [point for point in self.model if point.is_small]
        return [*self.firm[-1:], *small] if small else []


@dataclass(frozen=True)
class Count:
    """A number of patients under the axis. is_plain: neither withheld nor small."""

    text: str
    is_plain: bool


@dataclass(frozen=True)
class DrawnChange:
    """The points of a released result, ready to place. Ranges are in the axes' units; ends are the first and last x
    that the result has."""

    theme: Theme
    routes: list[DrawnRoute]
    decision_x: float
    decision_words: str
    x_title: str
    y_title: str
    x_end: float
    ends: tuple[float, float]
    y_low: float
    y_high: float

    @property
    def span(self) -> float:
        return self.y_high - self.y_low


def drawn_change(change: ReleasedChange, theme: Theme) -> DrawnChange:
    """Keep what the result shows and find the ranges that hold it all."""
    routes = _drawn_routes(change)
    shown = [point for route in routes for point in (*route.model, *route.observed)]
    x = change.trajectory["x"]
    return DrawnChange(
        theme=theme,
        routes=routes,
        decision_x=change.decision_x,
        decision_words=f"{change.decision_x:g} {change.spec.time}",
        x_title=_X_TITLES[change.spec.time],
        y_title=f"Adjusted change in {change.spec.instrument}, points",
        x_end=max([change.decision_x, *(point.x for point in shown)]),
        ends=(float(x.min()), float(x.max())) if len(x) else (1.0, change.decision_x),
        y_low=min([0.0, *(point.low for point in shown)]),
        y_high=max([0.0, *(point.high for point in shown)]),
    )


def _drawn_routes(change: ReleasedChange) -> list[DrawnRoute]:
    model = _points(change.trajectory, "estimate", "ci_low", "ci_high")
    observed = _points(change.observed, "mean", "mean", "mean")
    decision = _points(change.decision, "estimate", "ci_low", "ci_high")
    counts = _counts(change.trajectory)
    return [
        DrawnRoute(
            code=code,
            name=change.names.get(code, code),
            model=model[code],
            observed=observed.get(code, []),
            counts=counts[code],
            decision=next(iter(decision.get(code, [])), None),
        )
        for code in routes_in_order(change.trajectory["route"])
        if model.get(code)
    ]


def _points(frame: pd.DataFrame, y: str, low: str, high: str) -> dict[str, list[Point]]:
    """Plain points by route, those without a number left out: walking frames row by row would cost more than the
    whole figure."""
    found: dict[str, list[Point]] = {}
    columns = (frame[name].tolist() for name in ("route", "x", y, low, high, "n_patients", "n_state"))
    for code, x, at, below, above, n, state in zip(*columns, strict=True):
        if at == at:  # a withheld number is NaN
            words = f"{count_text(n, state)} patients" if state else ""
            point = Point(float(x), float(at), float(below), float(above), words, state == "small")
            found.setdefault(str(code), []).append(point)
    return {code: sorted(points, key=lambda point: point.x) for code, points in found.items()}


def _counts(trajectory: pd.DataFrame) -> dict[str, dict[float, Count]]:
    """Under the axis a withheld number is a dash and a small one, which only the holder sees, in italics."""
    found: dict[str, dict[float, Count]] = {}
    columns = (trajectory[name].tolist() for name in ("route", "x", "n_patients", "n_state"))
    for code, x, n, state in zip(*columns, strict=True):
        counts = found.setdefault(str(code), {})
        if state == "withheld":
            counts[float(x)] = Count(NOT_SHOWN, False)
        elif state:
            text = f"<i>{n:,.0f}</i>" if state == "small" else count_text(n, state)
            counts[float(x)] = Count(text, state == "shown")
    return found


def x_ticks(x_end: float) -> list[float]:
    """Whole-number ticks from zero, few enough for a narrow panel."""
    step = next((size for size in _X_STEPS if x_end / size < _MOST_TICKS), max(1, round(x_end / 4)))
    return [float(value) for value in range(0, int(x_end) + 1, int(step))]


def count_spots(drawn: DrawnChange, room: float = _LEAST_ROOM) -> list[float]:
    """Where patients are written under the axis: decision point, both ends, then ticks with room.

    room is the share of the axis that one count takes, with the space beside it.
    """
    ticks = [tick for tick in x_ticks(drawn.x_end) if tick > 0]
    spots: list[float] = []
    first, last = drawn.ends
    for spot in (drawn.decision_x, last, first, *ticks):
        if spot <= drawn.x_end and all(abs(spot - other) >= max(room, _LEAST_ROOM) * drawn.x_end for other in spots):
            spots.append(spot)
    return sorted(spots)


def x_axis(drawn: DrawnChange, **more: Any) -> dict[str, Any]:
    """The axis of sessions or weeks, from zero to the last point drawn."""
    ticks = x_ticks(drawn.x_end)
    return {
        "range": [-0.03 * drawn.x_end, drawn.x_end * 1.05],
        "tickvals": ticks,
        "ticktext": tick_texts(ticks),
        "tickfont": {"size": 12, "color": drawn.theme.secondary},
        "showgrid": False,
        "zeroline": False,
        "showline": True,
        "linecolor": drawn.theme.ink,
        "linewidth": 1,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": drawn.theme.ink,
        "fixedrange": True,
        **more,
    }


def y_axis(drawn: DrawnChange, low: float, high: float, labelled: bool, **more: Any) -> dict[str, Any]:
    """A vertical axis in points from low to high, labelled only down to the lowest number drawn."""
    ticks = [tick for tick in nice_ticks(drawn.y_low, drawn.y_high) if low <= tick <= high]
    return {
        "range": [low, high],
        "tickvals": ticks,
        "ticktext": tick_texts(ticks),
        "tickfont": {"size": 12, "color": drawn.theme.secondary},
        "showticklabels": labelled,
        "gridcolor": drawn.theme.grid,
        "zeroline": True,
        "zerolinecolor": drawn.theme.ink,
        "zerolinewidth": 1.2,
        "fixedrange": True,
        **more,
    }


def decision_line(drawn: DrawnChange, low: float, high: float, axis: str = "") -> dict[str, Any]:
    """A dotted upright at the end of induction, behind the data, from low to high. axis is the panel's suffix."""
    line = {"color": drawn.theme.context, "width": 1, "dash": "dot"}
    ends = {"x0": drawn.decision_x, "x1": drawn.decision_x, "y0": low, "y1": high}
    return {"type": "line", "layer": "below", "line": line, "xref": "x" + axis, "yref": "y" + axis, **ends}


def decision_name(drawn: DrawnChange) -> dict[str, Any]:
    """The name of that upright, written in the first panel."""
    where = {"xref": "x", "yref": "y domain", "x": drawn.decision_x, "y": 1, "xshift": 3}
    font = {"size": 11, "color": drawn.theme.muted}
    words = {"text": "end of induction", "xanchor": "left", "yanchor": "top", "showarrow": False}
    return {**words, **where, "font": font}
