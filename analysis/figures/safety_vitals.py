"""Blood pressure and dissociation drawn."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis.disclosure.gate import ReleasedTable, count_words, of_patients
from analysis.disclosure.safety import ReleasedSafety
from analysis.outcomes.safety import ALL, NUMBERS
from analysis.outcomes.safety.vital_signs import PEAK_OVER
from analysis.vocabulary import route_label

from .chart import Chart, heading
from .look import Theme, route_marker
from .numbers import interval_text, number_text, share_text
from .safety_by_session import session_ticks
from .safety_events import rates_data
from .safety_lines import Axes, Line, LinePoint, lines_figure
from .safety_rows import RowLabel, RowPanel, RowPoint, rows_figure
from .safety_withheld import withheld_chart

_READ_PRESSURE = (
    "Left: how far systolic pressure rose from before dosing to its peak, mean over sessions. Right: the share of "
    "sessions with a peak of 165 systolic or 100 diastolic or more, of those where both were measured. 95% intervals "
    "that know that the sessions of one patient are alike. A rise of this kind is expected and passes within hours; "
    "sessions without a measurement are not counted as normal."
)
_READ_DOSE = (
    "The mean of the highest CADSS score of a session at each dose, with a 95% interval that knows that the sessions "
    "of one patient are alike. Doses were not drawn by lot: they are raised in those who bear them well, and later "
    "sessions have higher doses, so that a higher dose can go with a lower score."
)
_READ_HABITUATION = (
    "Each patient is compared with their own first session: below nought is less dissociation than then. Numbers under "
    "the axis are the patients scored at both. A mean over all patients would also fall because those who dissociate "
    "strongly may stop; this difference does not, but it is of those who stayed."
)


def _look(route: str, theme: Theme) -> tuple[str, str]:
    return (theme.everyone, "circle") if route == ALL else (theme.route_colour(route), route_marker(route))


def _name(route: str) -> str:
    return "All routes" if route == ALL else route_label(route)


def _rise_rows(released: ReleasedSafety) -> tuple[ReleasedTable, pd.DataFrame]:
    table = released["blood_pressure"]
    frame = table.frame
    return table, frame[(frame["pressure"] == "systolic") & frame["rise"].notna()]


def has_pressure(released: ReleasedSafety) -> bool:
    return bool(len(_rise_rows(released)[1]))


def pressure_chart(released: ReleasedSafety, theme: Theme) -> Chart:
    """One row a route: the mean systolic rise, and how often the peak passed the limit."""
    table, frame = _rise_rows(released)
    if frame.empty:
        return withheld_chart("blood-pressure", _pressure_title(frame), table.min_cell, theme)
    limits = released["pressure_limits"].frame
    over = {row["route"]: row for row in limits[limits["limit"] == PEAK_OVER].to_dict("records")}
    labels, rises, shares = [], [], []
    for place, (index, row) in enumerate(zip(frame.index, frame.to_dict("records"), strict=True)):
        few = bool((table.states.loc[index] == "small").any())
        look = _look(row["route"], theme)
        labels.append(RowLabel(f"{_name(row['route'])}: {_pressure_words(row, table, index)}"))
        rises.append(_mean_point(place, row, ("rise", "rise_low", "rise_high"), look, few))
        share = over.get(row["route"])
        if share is not None and pd.notna(share["share_sessions"]):
            shares.append(_share_point(place, share, look, few))
    title = _pressure_title(frame)
    top = heading(title, "Systolic, mean over sessions; 95% intervals.", theme, True)
    panels = [
        RowPanel("Mean systolic rise to the peak", "mmHg", False, tuple(rises)),
        RowPanel("Peak of 165/100 or more", "Share of sessions", True, tuple(shares)),
    ]
    return Chart(
        name="blood-pressure",
        plot=rows_figure(labels, panels, top, theme),
        data=partial(rates_data, table, frame),
        caption=f"{labels[0].text}.",
        alt=f"{title}. "
        + "; ".join(f"{label.text}, rise {p.words}" for label, p in zip(labels, rises, strict=True))
        + ".",
        how_to_read=_READ_PRESSURE,
    )


def _pressure_title(frame: pd.DataFrame) -> str:
    everyone = frame[frame["route"] == ALL]
    if not len(everyone):
        return "Blood pressure before and at its peak"
    row = everyone.iloc[0]
    return f"Systolic pressure rose by {number_text(row['rise'])} mmHg, from {row['before']:.0f} to {row['peak']:.0f}"


def _pressure_words(row: dict[Any, Any], table: ReleasedTable, place: Any) -> str:
    patients = count_words(row["n_patients"], str(table.states.loc[place, "n_patients"]))
    sessions = "a withheld number of" if pd.isna(row["n_sessions"]) else f"{row['n_sessions']:,.0f}"
    return f"{row['before']:.0f} before, {row['peak']:.0f} at the peak; {sessions} sessions of {of_patients(patients)}"


def _mean_point(
    place: int, row: dict[Any, Any], names: tuple[str, str, str], look: tuple[str, str], few: bool
) -> RowPoint:
    value, low, high = (row[name] for name in names)
    if pd.isna(low):
        return RowPoint(place, float(value), None, None, number_text(value), *look, few)
    return RowPoint(
        place, float(value), float(low), float(high), f"{number_text(value)} ({interval_text(low, high)})", *look, few
    )


def _share_point(place: int, row: dict[Any, Any], look: tuple[str, str], few: bool) -> RowPoint:
    share = float(row["share_sessions"])
    robust = pd.notna(row["sessions_low"])
    low, high = (row["sessions_low"], row["sessions_high"]) if robust else (row["exact_low"], row["exact_high"])
    words = f"{share_text(share, 1)} ({interval_text(100 * low, 100 * high)}%)" + ("" if robust else ", exact")
    return RowPoint(place, share, float(low), float(high), words, *look, few)


def has_dissociation(released: ReleasedSafety) -> bool:
    frame = released.frame("dissociation_by_dose")
    return bool((frame["mean"].notna() & (frame["n_patients"] >= released.audience.min_cell)).any())


def dissociation_chart(released: ReleasedSafety, theme: Theme) -> Chart:
    """One row a dose, under its route."""
    table = released["dissociation_by_dose"]
    frame = table.frame[table.frame["mean"].notna() & (table.frame["n_patients"] >= table.min_cell)]
    title = "Dissociation by dose"
    if frame.empty:
        return withheld_chart("dissociation-by-dose", title, table.min_cell, theme)
    labels: list[RowLabel] = []
    points: list[RowPoint] = []
    last = ""
    for index, row in zip(frame.index, frame.to_dict("records"), strict=True):
        if row["route"] != last:
            last = row["route"]
            labels.append(RowLabel(route_label(last), is_heading=True))
        patients = count_words(row["n_patients"], str(table.states.loc[index, "n_patients"]))
        sessions = "" if pd.isna(row["n_sessions"]) else f"{row['n_sessions']:,.0f} sessions of "
        labels.append(RowLabel(f"{row['dose']}; {sessions}{of_patients(patients)}"))
        few = bool((table.states.loc[index] == "small").any())
        points.append(_mean_point(len(labels) - 1, row, ("mean", "ci_low", "ci_high"), _look(last, theme), few))
    top = heading(title, "Highest CADSS score of a session, mean and 95% interval.", theme)
    said = "; ".join(f"{labels[point.row].text}: {point.words}" for point in points)
    return Chart(
        name="dissociation-by-dose",
        plot=rows_figure(labels, [RowPanel("Mean CADSS, points", "CADSS, points", False, tuple(points))], top, theme),
        data=partial(rates_data, table, table.frame),
        caption=f"Sessions with a CADSS score; doses with at least {table.min_cell} patients; the table has all.",
        alt=f"{title}. {said}.",
        how_to_read=_READ_DOSE,
    )


def has_habituation(released: ReleasedSafety) -> bool:
    frame = released.frame("paired")
    return bool((frame["route"] == ALL).any() and frame.loc[frame["route"] == ALL, "paired"].notna().any())


def habituation_chart(released: ReleasedSafety, theme: Theme) -> Chart:
    """Each session number against the same patients' first session."""
    table = released["paired"]
    frame = table.frame[(table.frame["route"] == ALL) & table.frame["paired"].notna()]
    title = "Dissociation against the same patients\u2019 first session"
    if frame.empty:
        return withheld_chart("dissociation-by-session", title, table.min_cell, theme)
    states = table.states.loc[frame.index, "n_paired"].tolist()
    places = [NUMBERS.index(number) + 1 for number in frame["session"]]
    points = tuple(
        LinePoint(
            float(x), row["paired"], _or_none(row["paired_low"]), _or_none(row["paired_high"]),
            f"{number_text(row['paired'])} ({interval_text(row['paired_low'], row['paired_high'])})", state == "small",
        )
        for x, row, state in zip(places, frame.to_dict("records"), states, strict=True)
    )  # fmt: skip
    counts = tuple(
        (float(x), count_words(n, str(state)).replace("fewer than ", "<"))
        for x, n, state in zip(places, frame["n_paired"], states, strict=True)
    )
    axes = Axes(
        "Number of the session", "Difference in CADSS, points", False, session_ticks(places), counts,
        "Patients scored then and at the first session",
    )  # fmt: skip
    top = heading(title, "Mean paired difference in the highest CADSS score, 95% interval. All routes.", theme)
    return Chart(
        name="dissociation-by-session",
        plot=lines_figure([Line("Difference", theme.everyone, "circle", "solid", points)], axes, top, theme),
        data=partial(_by_session_data, released),
        caption="Patients with a score at both sessions. The last point holds session 13 and all later ones.",
        alt=f"{title}: "
        + "; ".join(f"session {x}: {point.words}" for x, point in zip(places, points, strict=True))
        + ".",
        how_to_read=_READ_HABITUATION,
    )


def _by_session_data(released: ReleasedSafety) -> pd.DataFrame:
    """Means by route and session number, and the paired differences beside them; counts as text."""
    means, paired = released["dissociation_by_session"].as_text(), released["paired"].as_text()
    return means.merge(paired, on=["route", "session"], how="left")


def _or_none(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
