"""Adverse events by the number of the session, one way of finding them a figure."""

from __future__ import annotations

from functools import partial
from typing import Any

from analysis.disclosure.gate import ReleasedTable, count_words
from analysis.disclosure.safety import ReleasedSafety
from analysis.outcomes.safety import NUMBERS

from .chart import Chart, heading
from .look import Theme
from .safety_events import found_by, of_kind, rates_data, session_point
from .safety_lines import Axes, Line, LinePoint, lines_figure
from .safety_withheld import withheld_chart

_BY_SESSION = (
    "Each point is the events at the sessions with that number, per 100 of them, with a 95% interval. Numbers under "
    "the axis are the patients who had such a session. Those who stay on are a selected group: patients who felt "
    "unwell may have stopped."
)


def has_by_session(released: ReleasedSafety, kind: str) -> bool:
    return bool((of_kind(released["by_session"], kind)["per_100_sessions"] > 0).any())


def events_by_session_chart(released: ReleasedSafety, kind: str, theme: Theme) -> Chart:
    """Events per 100 sessions by the number of the session."""
    table = released["by_session"]
    frame = of_kind(table, kind)
    frame = frame[frame["per_100_sessions"].notna()]
    title = f"Events by session number, {found_by(kind)}"
    if frame.empty:
        return withheld_chart(f"events-by-session-{kind}", title, table.min_cell, theme)
    points = [_line_point(row, table, place) for place, row in zip(frame.index, frame.to_dict("records"), strict=True)]
    top = heading(title, "Per 100 sessions, 95% intervals (patients as clusters).", theme)
    places = [NUMBERS.index(number) + 1 for number in frame["session"]]
    counts = tuple(
        (float(x), count_words(n, str(state)).replace("fewer than ", "<"))
        for x, n, state in zip(places, frame["n_patients"], table.states.loc[frame.index, "n_patients"], strict=True)
    )
    axes = Axes(
        "Number of the session", "Events per 100 sessions", False, session_ticks(places), counts,
        "Patients with such a session",
    )  # fmt: skip
    line = Line("Events", theme.everyone, "circle", "solid", tuple(points))
    ends = f"{points[0].words} at the first, {points[-1].words} at the last"
    return Chart(
        name=f"events-by-session-{kind}",
        plot=lines_figure([line], axes, top, theme),
        data=partial(rates_data, table, frame),
        caption=f"{sum(frame['n_sessions']):,.0f} sessions drawn. The last point holds session 13 and all later ones.",
        alt=f"{title}: {ends}.",
        how_to_read=_BY_SESSION,
    )


def session_ticks(places: list[int]) -> tuple[tuple[float, str], ...]:
    """A tick a session number, the last one for all later ones."""
    last = len(NUMBERS)
    return tuple((float(place), "13+" if place == last else str(place)) for place in sorted(set(places)))


def _line_point(row: dict[Any, Any], table: ReleasedTable, place: Any) -> LinePoint:
    point = session_point(0, row, ("", ""), bool((table.states.loc[place] == "small").any()))
    x = float(NUMBERS.index(row["session"]) + 1)
    return LinePoint(x, point.value, point.low, point.high, point.words, point.is_small)
