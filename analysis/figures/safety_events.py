"""Adverse events drawn: by route, term, dose and session number, one way of finding them a figure."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from analysis.disclosure.gate import ReleasedTable, count_words, of_patients
from analysis.disclosure.safety import ReleasedSafety
from analysis.disclosure.safety_words import SESSIONS_OF
from analysis.outcomes.safety import ALL, NO_SESSION, SOLICITED, SPONTANEOUS
from analysis.vocabulary import route_label

from .chart import Chart, heading
from .look import Theme, route_marker
from .numbers import interval_text, number_text, share_text
from .safety_rows import READ_ARROW, RowLabel, RowPanel, RowPoint, rows_figure
from .safety_withheld import withheld_chart

FOUND_BY = {
    SOLICITED: "asked for after each session",
    SPONTANEOUS: "noted when patients mentioned them",
}
_NOT_SAID_HOW = "with no record of how they were found"
_FOUND_SHORT = {SOLICITED: "when asked for", SPONTANEOUS: "mentioned unasked"}
_NOT_ASKED = "sessions where staff are not known to ask, at"
_WHERE = {SOLICITED: "staff asked at"}
MOST_TERMS = 10
_PER_SESSIONS = "Events per 100 sessions"
_PER_PATIENT = "Patients with at least one"
_READ = (
    "Left: events per 100 sessions, with a 95% interval that knows that the sessions of one patient are alike. Right: "
    "the share of patients with at least one event, with an exact 95% interval. Events that "
    "staff asked for are counted over the sessions of clinics and routes where staff asked, events that patients "
    "mentioned over all other sessions of clinics that recorded any; one mentioned where staff asked is in no rate. "
    "Where a count is nought, the bar ends at the most that the rate can be with 95% confidence "
    "(three divided by the number of sessions or patients). Events that staff asked for and events that patients "
    "mentioned are counted in different figures, because asking finds many times more."
)
_BY_ROUTE = " The route is that of the session. Rates differ with how events were asked about: this is no ranking."
_BY_DOSE = (
    " Doses were not drawn by lot: they are raised in those who bear them well, so that a higher dose can go with "
    "fewer events."
)


def found_by(kind: str) -> str:
    return FOUND_BY.get(kind, _NOT_SAID_HOW)


def has_events(released: ReleasedSafety, kind: str) -> bool:
    """Whether anything of a kind can be drawn by route."""
    frame = of_kind(released["by_route"], kind)
    return bool(frame["per_100_sessions"].notna().any())


def events_by_route_chart(released: ReleasedSafety, kind: str, theme: Theme) -> Chart:
    """One row for all and for each route."""
    frame = of_kind(released["by_route"], kind)
    frame = frame[frame["route"] != NO_SESSION]
    known = frame["per_100_sessions"].notna()
    names = [_route_name(code) for code in frame.loc[known, "route"]]
    title = _title(frame[frame["route"] == ALL], kind)
    table, stem = released["by_route"], f"events-by-route-{kind}"
    chart = _rates_chart(table, frame[known], names, title, stem, _READ + _BY_ROUTE, theme)
    without = _without_rate(frame[~known])
    return replace(chart, caption=" ".join([chart.caption, *without])) if names else chart


def _without_rate(frame: pd.DataFrame) -> list[str]:
    """The routes that have no row, and why: in words, because a row without a marker is read as nought."""
    said: dict[str, list[str]] = {}
    for row in frame.to_dict("records"):
        said.setdefault(_why_no_rate(row), []).append(_route_name(row["route"]))
    return [f"{why}: {', '.join(names)}." for why, names in said.items()]


def _why_no_rate(row: dict[Any, Any]) -> str:
    return f"No session {SESSIONS_OF[row['kind']]}" if row["n_sessions"] == 0 else "Withheld"


def events_by_term_chart(released: ReleasedSafety, kind: str, theme: Theme) -> Chart:
    """One row a term, the most frequent of the study first."""
    frame = of_kind(released["by_term"], kind)
    frame = frame[frame["per_100_sessions"].notna()].head(MOST_TERMS)
    title = f"Events by term, {found_by(kind)}"
    names = frame["term"].astype("str").tolist()
    return _rates_chart(released["by_term"], frame, names, title, f"events-by-term-{kind}", _READ, theme)


def events_by_dose_chart(released: ReleasedSafety, kind: str, theme: Theme) -> Chart:
    """One row a dose, under its route."""
    frame = of_kind(released["by_dose"], kind)
    frame = frame[frame["per_100_sessions"].notna() & (frame["n_patients"] >= released.audience.min_cell)]
    names = [f"{_route_name(route)}, {dose}" for route, dose in zip(frame["route"], frame["dose"], strict=True)]
    title = f"Events by dose, {found_by(kind)}"
    return _rates_chart(released["by_dose"], frame, names, title, f"events-by-dose-{kind}", _READ + _BY_DOSE, theme)


def has_doses(released: ReleasedSafety, kind: str) -> bool:
    frame = of_kind(released["by_dose"], kind)
    return bool((frame["per_100_sessions"].notna() & (frame["n_patients"] >= released.audience.min_cell)).any())


def has_terms(released: ReleasedSafety, kind: str) -> bool:
    """Whether any term may be shown; a cohort without events has none worth a row."""
    return bool((of_kind(released["by_term"], kind)["per_100_sessions"] > 0).any())


def of_kind(table: ReleasedTable, kind: str) -> pd.DataFrame:
    return table.frame[table.frame["kind"] == kind]


def _route_name(code: str) -> str:
    return "All routes" if code == ALL else route_label(code)


def _title(everyone: pd.DataFrame, kind: str) -> str:
    """The rate of everyone, where it may be shown."""
    if not len(everyone) or pd.isna(everyone["per_100_sessions"].iloc[0]):
        return f"Events {found_by(kind)}"
    how = _FOUND_SHORT.get(kind, "not said how found")
    if everyone["n_events"].iloc[0] == 0:
        return f"No event in {everyone['n_sessions'].iloc[0]:,.0f} sessions {how}"
    return f"{number_text(everyone['per_100_sessions'].iloc[0])} events per 100 sessions {how}"


def _rates_chart(
    table: ReleasedTable, frame: pd.DataFrame, names: list[str], title: str, stem: str, read: str, theme: Theme
) -> Chart:
    if frame.empty:
        return withheld_chart(stem, title, table.min_cell, theme)
    top = heading(title, "Per session and per patient, 95% intervals; counts stand over each row.", theme)
    records = frame.to_dict("records")
    states, is_term = table.states.loc[frame.index], "term" in frame
    labels = [
        RowLabel(f"{name}: {_counts(row, table, place, is_term)}")
        for name, row, place in zip(names, records, frame.index, strict=True)
    ]
    small = (states == "small").any(axis=1).tolist()
    looks = [_look(str(row.get("route", ALL)), theme) for row in records]
    sessions = tuple(
        session_point(place, row, look, few)
        for place, (row, look, few) in enumerate(zip(records, looks, small, strict=True))
        if pd.notna(row["per_100_sessions"])
    )
    patients = tuple(
        _patient_point(place, row, look, few)
        for place, (row, look, few) in enumerate(zip(records, looks, small, strict=True))
        if pd.notna(row["share"])
    )
    panels = [
        RowPanel(_PER_SESSIONS, "Events per 100 sessions", False, sessions),
        RowPanel(_PER_PATIENT, "Share of patients", True, patients),
    ]
    return Chart(
        name=stem,
        plot=rows_figure(labels, panels, top, theme),
        data=partial(rates_data, table, table.frame[table.frame["kind"] == records[0]["kind"]]),
        caption=_caption(records, table, frame),
        alt=f"{title}. " + "; ".join(f"{names[point.row]} {point.words}" for point in sessions) + ".",
        how_to_read=read + READ_ARROW,
    )


def rates_data(table: ReleasedTable, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table, counts as text. A term is called an event here, which is what its reader knows."""
    return table.as_text().loc[frame.index].reset_index(drop=True).rename(columns={"term": "event"})


def _look(route: str, theme: Theme) -> tuple[str, str]:
    if route == ALL:
        return theme.everyone, "circle"
    return theme.route_colour(route), route_marker(route)


def _counts(row: dict[Any, Any], table: ReleasedTable, place: Any, is_term: bool = False) -> str:
    """The numbers a row stands on. Terms are all of the same sessions and patients, which the caption names."""
    words = {name: count_words(row[name], str(table.states[name].loc[place])) for name in table.states.columns}
    if pd.isna(row["n_sessions"]):
        return "withheld"
    if is_term:
        return f"{words['n_events']} events; {of_patients(words['n_with_event'])}"
    patients = words.get("n_patients", f"{row['n_patients']:,.0f}" if pd.notna(row["n_patients"]) else "")
    sessions = f"{row['n_sessions']:,.0f} sessions"
    return f"{words['n_events']} events in {sessions}; {words['n_with_event']} of {of_patients(patients)}"


def session_point(place: int, row: dict[Any, Any], look: tuple[str, str], few: bool) -> RowPoint:
    value = float(row["per_100_sessions"])
    if value == 0:
        most = float(row["at_most_per_100"])
        return RowPoint(place, 0.0, 0.0, most, f"none; at most {number_text(most)}", *look, few)
    robust = pd.notna(row["robust_low"])
    low, high = (row["robust_low"], row["robust_high"]) if robust else (row["exact_low"], row["exact_high"])
    words = f"{number_text(value)} ({interval_text(low, high)})" + ("" if robust else ", exact")
    return RowPoint(place, value, float(low), float(high), words, *look, few)


def _patient_point(place: int, row: dict[Any, Any], look: tuple[str, str], few: bool) -> RowPoint:
    share = float(row["share"])
    if share == 0:
        most = float(row["at_most_share"])
        return RowPoint(place, 0.0, 0.0, most, f"none; at most {share_text(most, 1)}", *look, few)
    low, high = float(row["share_low"]), float(row["share_high"])
    words = f"{share_text(share)} ({interval_text(100 * low, 100 * high, 0)}%)"
    return RowPoint(place, share, low, high, words, *look, few)


def _caption(records: list[dict[Any, Any]], table: ReleasedTable, frame: pd.DataFrame) -> str:
    """The whole that the rows are of."""
    n = max(row["n_clinics"] for row in records)
    clinics = f"{_WHERE.get(records[0]['kind'], _NOT_ASKED)} {n} clinic{'s' if n != 1 else ''}"
    if "route" in frame and "dose" not in frame:
        first = _counts(records[0], table, frame.index[0])
        return f"{first[0].upper()}{first[1:]}; {clinics}."
    if "term" in frame:
        of = f"{records[0]['n_sessions']:,.0f} sessions of {records[0]['n_patients']:,.0f} patients"
        return f"{of}; {clinics}. The {len(records)} terms most frequent in the study that may be shown."
    return (
        f"Doses with at least {table.min_cell} patients; the table has the others. {clinics[0].upper()}{clinics[1:]}."
    )
