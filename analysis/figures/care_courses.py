"""Staying in treatment, and doses over the sessions, drawn."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis.disclosure.care import ReleasedCare, reached_frame
from analysis.disclosure.gate import count_text
from analysis.outcomes.care import LAST_SESSION, STOPPED_AFTER_DAYS
from analysis.outcomes.safety import ALL, NUMBERS
from analysis.vocabulary import route_label
from analysis.vocabulary.doses import ESKETAMINE_STEPS_MG

from .chart import Chart, heading
from .frames import routes_in_order
from .look import Theme, route_dash, route_marker
from .numbers import NOT_SHOWN, interval_text, number_text, share_text
from .safety_by_session import session_ticks
from .safety_lines import Axes, Line, LinePoint, lines_figure
from .safety_withheld import withheld_chart

_TICKS = (1, 3, 6, 9, 12, 18, LAST_SESSION)
_MARKED = frozenset(map(float, _TICKS))
_READ_STAYING = (
    "Each line is the share of starters who completed at least that many sessions, by the route of the first session; "
    "the band is a 95% interval (Wilson), and the numbers under the axis are all starters who reached it. Everybody's "
    "last recorded session counts as the end here, also when "
    "treatment goes on: the study has no calendar, so nobody can tell. The grey line counts only those as stopped of "
    f"whom something is recorded more than {STOPPED_AFTER_DAYS} days later, the others being censored (Kaplan-Meier): "
    "the truth lies between the two. Stopping can be a good or a bad sign."
)
_READ_TITRATION = (
    "Each line is the median dose per kilogram of body weight at a session with that number; upright bars hold the "
    "middle half of doses and are no interval of the median. Late sessions are of those who stayed. Nasal esketamine "
    "comes in fixed steps and is in a figure of its own."
)
_READ_STEPS = (
    "Each line is the share of sessions with that number at which nasal esketamine was given in that step, of those "
    "with a dose recorded, with 95% intervals. Numbers under the axis are patients with such a session."
)
_STEP_LOOKS = {28.0: ("triangle-up-open", "dot"), 56.0: ("square-open", "dash"), 84.0: ("circle", "solid")}


def has_staying(released: ReleasedCare) -> bool:
    return bool(reached_frame(released)[0]["share"].notna().any())


def staying_chart(released: ReleasedCare, theme: Theme) -> Chart:
    """One line for all starters and for each route, and the curve of those known to have stopped."""
    frame, states = reached_frame(released)
    title = _staying_title(frame)
    known = frame["share"].notna()
    if not known.any():
        return withheld_chart("staying", title, released.audience.min_cell, theme)
    lines = [_reached_line(code, frame, states, theme) for code in [ALL, *_routes(frame[known])]]
    stopped = released.frame("staying")
    stopped = stopped[stopped["share"].notna()]
    if len(stopped):
        lines.append(_stopped_line(stopped, theme))
    lines = [line for line in lines if line.points]
    top = heading(title, "Share of starters by sessions completed; band: 95% interval for all starters.", theme, True)
    axes = Axes(
        "Ketamine sessions completed, at least", "Share of starters", True,
        tuple((float(tick), str(tick)) for tick in _TICKS), _reached_counts(frame, states),
        "Starters who reached it, all routes",
    )  # fmt: skip
    return Chart(
        name="staying-in-treatment",
        plot=lines_figure(lines, axes, top, theme),
        data=partial(_staying_data, released),
        caption=f"{released.starters.capitalize()} starters, by route of the first session.",
        alt=f"{title}. " + "; ".join(f"{line.name}: {line.points[-1].words}" for line in lines) + ".",
        how_to_read=_READ_STAYING,
    )


def _reached_counts(frame: pd.DataFrame, states: pd.DataFrame) -> tuple[tuple[float, str], ...]:
    """All starters who reached each session on the axis."""
    mine = (frame["route"] == ALL) & frame["sessions"].isin(_TICKS)
    rows = zip(frame.loc[mine, "sessions"], frame.loc[mine, "n_reached"], states.loc[mine, "n_reached"], strict=True)
    found = [(float(session), count_text(n, str(state))) for session, n, state in rows]
    return tuple((session, text.replace("withheld", NOT_SHOWN)) for session, text in found)


def _staying_data(released: ReleasedCare) -> pd.DataFrame:
    frame, states = reached_frame(released)
    texts = {
        name: [count_text(n, s) for n, s in zip(frame[name].tolist(), states[name].tolist(), strict=True)]
        for name in ("n_starters", "n_reached")
    }
    return frame.assign(**texts)


def _routes(frame: pd.DataFrame) -> list[str]:
    return routes_in_order(frame.loc[frame["route"] != ALL, "route"])


def _staying_title(frame: pd.DataFrame) -> str:
    """The share of everyone at the end of induction, where it may be shown."""
    six = frame[(frame["route"] == ALL) & (frame["sessions"] == 6)]
    if not len(six) or pd.isna(six["share"].iloc[0]):
        return "How many sessions patients reached"
    return f"{share_text(six['share'].iloc[0])} of starters completed six sessions or more"


def _reached_line(code: str, frame: pd.DataFrame, states: pd.DataFrame, theme: Theme) -> Line:
    mine = (frame["route"] == code) & frame["share"].notna()
    points = tuple(
        _share_point(float(row["sessions"]), row, ("share", "ci_low", "ci_high"), state, code == ALL)
        for row, state in zip(frame[mine].to_dict("records"), states.loc[mine, "n_reached"], strict=True)
    )
    if code == ALL:
        return Line("All starters", theme.everyone, "circle", "solid", points, True, _MARKED)
    look = theme.route_colour(code), route_marker(code), route_dash(code)
    return Line(route_label(code), *look, points, marked=_MARKED)


def _share_point(
    x: float, row: dict[Any, Any], names: tuple[str, str, str], state: str, with_interval: bool
) -> LinePoint:
    share, low, high = (float(row[name]) for name in names)
    words = f"{share_text(share)} ({interval_text(100 * low, 100 * high, 0)}%) reached {x:g}"
    if "n_reached" in row:
        words += f", {count_text(row['n_reached'], state)} patients"
    has_interval = with_interval and not pd.isna(low)
    return LinePoint(x, share, low if has_interval else None, high if has_interval else None, words, state == "small")


def _stopped_line(stopped: pd.DataFrame, theme: Theme) -> Line:
    points = tuple(
        LinePoint(
            float(row["sessions"]),
            float(row["share"]),
            None,
            None,
            f"{share_text(row['share'])} at {row['sessions']:g}",
        )
        for row in stopped.to_dict("records")
    )
    return Line("Known stops only", theme.muted, "line-ew-open", "dot", points, marked=frozenset())


def _titrated(released: ReleasedCare) -> pd.DataFrame:
    frame = released.frame("titration")
    return frame[
        (frame["unit"] == "mg/kg") & frame["median"].notna() & (frame["n_patients"] >= released.audience.min_cell)
    ]


def has_titration(released: ReleasedCare) -> bool:
    return bool(len(_titrated(released)))


def titration_chart(released: ReleasedCare, theme: Theme) -> Chart:
    """One line a route of racemic ketamine: median mg/kg by session number, bars for the middle half."""
    frame, title = _titrated(released), "Dose by session number, racemic ketamine"
    if frame.empty:
        return withheld_chart("titration", title, released.audience.min_cell, theme)
    lines = [_dose_line(code, frame[frame["route"] == code], theme) for code in routes_in_order(frame["route"])]
    places = [NUMBERS.index(number) + 1 for number in frame["session"]]
    axes = Axes("Number of the session", "Median dose, mg/kg", False, session_ticks(places))
    top = heading(title, "Median and middle half of doses, mg per kg of body weight.", theme)
    counted = frame[frame["session"] == frame["session"].iloc[0]]
    of = ", ".join(f"{route_label(row['route'])} {row['n_patients']:,.0f}" for row in counted.to_dict("records"))
    return Chart(
        name="titration",
        plot=lines_figure(lines, axes, top, theme),
        data=lambda: released["titration"].as_text(),
        caption=f"Patients with dose and weight at session {frame['session'].iloc[0]}: {of}. Points of at least "
        f"{released.audience.min_cell} patients.",
        alt=f"{title}: "
        + "; ".join(f"{line.name} {line.points[0].words} to {line.points[-1].words}" for line in lines)
        + ".",
        how_to_read=_READ_TITRATION,
    )


def _dose_line(code: str, rows: pd.DataFrame, theme: Theme) -> Line:
    points = tuple(
        LinePoint(
            float(NUMBERS.index(row["session"]) + 1), row["median"], row["q1"], row["q3"],
            f"{number_text(row['median'], 2)} mg/kg, {row['n_patients']:,.0f} patients",
        )
        for row in rows.to_dict("records")
    )  # fmt: skip
    return Line(route_label(code), theme.route_colour(code), route_marker(code), route_dash(code), points)


def _steps(released: ReleasedCare) -> pd.DataFrame:
    frame = released.frame("steps_by_session")
    return frame[frame["share_sessions"].notna() & (frame["n_patients"] >= released.audience.min_cell)]


def has_steps(released: ReleasedCare) -> bool:
    return bool(len(_steps(released)))


def steps_chart(released: ReleasedCare, theme: Theme) -> Chart:
    """One line a step of nasal esketamine: its share of the sessions with each number."""
    frame, title = _steps(released), "Nasal esketamine by step and session number"
    if frame.empty:
        return withheld_chart("esketamine-steps", title, released.audience.min_cell, theme)
    colour = theme.route_colour("IN")
    lines = [_step_line(step, frame[frame["step"] == f"{step:g} mg"], colour) for step in ESKETAMINE_STEPS_MG]
    lines = [line for line in lines if line.points]
    first = frame.drop_duplicates("session")
    places = [NUMBERS.index(number) + 1 for number in first["session"]]
    counts = tuple((float(x), f"{n:,.0f}") for x, n in zip(places, first["n_patients"], strict=True))
    axes = Axes(
        "Number of the session",
        "Share of sessions",
        True,
        session_ticks(places),
        counts,
        "Patients with a dose recorded",
    )
    top = heading(title, "Share of sessions with a dose recorded, 95% intervals.", theme)
    return Chart(
        name="esketamine-steps",
        plot=lines_figure(lines, axes, top, theme),
        data=lambda: released["steps_by_session"].as_text(),
        caption=f"{first['n_sessions'].sum():,.0f} sessions of nasal esketamine with a dose recorded.",
        alt=f"{title}: " + "; ".join(f"{line.name} {line.points[-1].words}" for line in lines) + " at the last point.",
        how_to_read=_READ_STEPS,
    )


def _step_line(step: float, rows: pd.DataFrame, colour: str) -> Line:
    marker, dash = _STEP_LOOKS[step]
    points = tuple(
        LinePoint(
            float(NUMBERS.index(row["session"]) + 1), row["share_sessions"],
            None if pd.isna(row["sessions_low"]) else row["sessions_low"],
            None if pd.isna(row["sessions_high"]) else row["sessions_high"],
            share_text(row["share_sessions"]),
        )
        for row in rows.to_dict("records")
    )  # fmt: skip
    return Line(f"{step:g} mg", colour, marker, dash, points)
