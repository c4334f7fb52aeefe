"""Therapy visits, and cost and coverage, by route."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.disclosure import of_patients
from analysis.disclosure.care import ReleasedCare
from analysis.disclosure.gate import ReleasedTable, count_words
from analysis.outcomes.care import INTEGRATION, PREPARATION
from analysis.outcomes.safety import ALL
from analysis.vocabulary import route_label

from .chart import Chart, heading
from .look import Theme, route_marker
from .numbers import interval_text, number_text, share_text
from .safety_rows import READ_ARROW, RowLabel, RowPanel, RowPoint, rows_figure
from .safety_withheld import withheld_chart

_READ_VISITS = (
    "Visits per ketamine session of the same patients, by the route of the first session, with 95% intervals that know "
    "that the sessions of one patient are alike; only clinics that recorded such visits are counted, because where "
    "none is recorded nothing says that none took place. Visits held elsewhere are not in the study."
)
_READ_COST = (
    "Left: the median charge of a session, where it is recorded; the bar holds the middle half of charges and is no "
    "interval of the median. Right: the share of sessions that the payer covered, with a 95% interval that knows that "
    "the sessions of one patient are alike. Routes differ in what a session includes, and in who is offered them."
)
Row = dict[Any, Any]
Look = tuple[str, str]


def _look(route: str, theme: Theme) -> Look:
    return (theme.everyone, "circle") if route == ALL else (theme.route_colour(route), route_marker(route))


def _name(route: str) -> str:
    return "All routes" if route == ALL else route_label(route)


def _small(table: ReleasedTable, place: Any) -> bool:
    return bool((table.states.loc[place] == "small").any())


def has_visits(released: ReleasedCare) -> bool:
    return bool(released.frame("visits")["per_session"].notna().any())


def visits_chart(released: ReleasedCare, theme: Theme) -> Chart:
    """One row a route of the first session: preparation and integration visits per session."""
    table, title = released["visits"], "Preparation and integration visits per session"
    frame = table.frame[table.frame["per_session"].notna()]
    if frame.empty:
        return withheld_chart("therapy-visits", title, table.min_cell, theme)
    title = _visits_title(frame) or title
    routes = list(dict.fromkeys(frame["route"]))
    labels = [RowLabel(_visited(code, frame[frame["route"] == code])) for code in routes]
    panels = []
    for kind, words in (
        (PREPARATION, "Preparation visits per session"),
        (INTEGRATION, "Integration visits per session"),
    ):
        mine = frame[frame["kind"] == kind]
        points = tuple(
            _visit_point(routes.index(row["route"]), row, _look(row["route"], theme), _small(table, place))
            for place, row in zip(mine.index, mine.to_dict("records"), strict=True)
        )
        panels.append(RowPanel(words, "Visits per session", False, points))
    top = heading(title, "By route of the first session, 95% intervals; over each row, any visit.", theme, True)
    return Chart(
        name="therapy-visits",
        plot=rows_figure(labels, panels, top, theme),
        data=lambda: released["visits"].as_text(),
        caption=_visits_caption(frame, table),
        alt=f"{title}. "
        + "; ".join(f"{panel.title}, {labels[p.row].text}: {p.words}" for panel in panels for p in panel.points)
        + ".",
        how_to_read=_READ_VISITS + READ_ARROW,
    )


def _visited(route: str, rows: pd.DataFrame) -> str:
    """A route with the shares of its patients who had any visit of each kind."""
    said = [f"any {kind} {share_text(share)}" for kind, share in zip(rows["kind"], rows["share"], strict=True)]
    return f"{_name(route)}: {', '.join(said)} of patients"


def _visits_title(frame: pd.DataFrame) -> str:
    """The visits per session of everyone, where both may be shown."""
    everyone = frame[frame["route"] == ALL].set_index("kind")["per_session"]
    if not {PREPARATION, INTEGRATION} <= set(everyone.index):
        return ""
    said = [f"{number_text(everyone[kind], 2)} {kind}" for kind in (PREPARATION, INTEGRATION)]
    return f"{said[0]} and {said[1]} visits per session"


def _visit_point(place: int, row: Row, look: Look, few: bool) -> RowPoint:
    has_interval = bool(pd.notna(row["low"]))
    low: float | None = float(row["low"]) if has_interval else None
    high: float | None = float(row["high"]) if has_interval else None
    words = number_text(row["per_session"], 2)
    words += f" ({interval_text(row['low'], row['high'], 2)})" if has_interval else ""
    return RowPoint(place, float(row["per_session"]), low, high, words, *look, few)


def _visits_caption(frame: pd.DataFrame, table: ReleasedTable) -> str:
    said = []
    everyone = frame[frame["route"] == ALL]
    for place, row in zip(everyone.index, everyone.to_dict("records"), strict=True):
        n = count_words(row["n_patients"], str(table.states["n_patients"].loc[place]))
        said.append(
            f"{str(row['kind']).capitalize()}: {row['n_visits']:,.0f} visits in {row['n_sessions']:,.0f} sessions of "
            f"{of_patients(n)} at {row['n_clinics']} clinic{'s' if row['n_clinics'] != 1 else ''} that recorded them"
        )
    return "; ".join(said) + "." if said else "Clinics that recorded such visits only."


def has_cost(released: ReleasedCare) -> bool:
    return bool(released.frame("cost_per_session")["median"].notna().any())


def cost_chart(released: ReleasedCare, theme: Theme) -> Chart:
    """One row a route of the session: median charge with the middle half, and the share covered."""
    table, title = released["cost_per_session"], "Charge of a session, and share covered"
    frame = table.frame[table.frame["median"].notna()]
    if frame.empty:
        return withheld_chart("cost", title, table.min_cell, theme)
    paid = released["covered"]
    covered = {
        row["route"]: (place, row) for place, row in zip(paid.frame.index, paid.frame.to_dict("records"), strict=True)
    }
    labels, charges, shares = [], [], []
    for number, (place, row) in enumerate(zip(frame.index, frame.to_dict("records"), strict=True)):
        look, few = _look(row["route"], theme), _small(table, place)
        n = count_words(row["n_patients"], str(table.states["n_patients"].loc[place]))
        sessions = "" if pd.isna(row["n_sessions"]) else f"{row['n_sessions']:,.0f} sessions of "
        label = f"{_name(row['route'])}: charge in {sessions}{of_patients(n)}"
        words = f"${row['median']:,.0f} ({row['q1']:,.0f} to {row['q3']:,.0f})"
        charges.append(RowPoint(number, row["median"], row["q1"], row["q3"], words, *look, few))
        found = covered.get(row["route"])
        if found is not None and pd.notna(found[1]["share_sessions"]):
            shares.append(_covered_point(number, found[1], look, few or _small(paid, found[0])))
            label += f"; coverage in {found[1]['n_sessions']:,.0f}"
        labels.append(RowLabel(label))
    title = _cost_title(frame, paid.frame) or title
    top = heading(
        title,
        "Median and middle half of charges; share covered of sessions that record it.",
        theme,
        True,
    )
    panels = [
        RowPanel("Median charge of a session", "US dollars", False, tuple(charges)),
        RowPanel("Sessions covered", "Share of sessions", True, tuple(shares)),
    ]
    return Chart(
        name="cost-and-coverage",
        plot=rows_figure(labels, panels, top, theme),
        data=lambda: released["cost_per_session"].as_text().merge(
            paid.as_text(), on="route", how="outer", suffixes=("", "_covered")
        ),
        caption="Charges as recorded, not what patients paid. By route of the session.",
        alt=f"{title}. " + "; ".join(f"{labels[p.row].text}: {p.words}" for p in charges) + ".",
        how_to_read=_READ_COST,
    )  # fmt: skip


def _cost_title(frame: pd.DataFrame, paid: pd.DataFrame) -> str:
    """The median charge and the share covered of all sessions, where both may be shown."""
    charge, share = (
        one.loc[one["route"] == ALL, column].dropna() for one, column in ((frame, "median"), (paid, "share_sessions"))
    )
    if charge.empty or share.empty:
        return ""
    return f"Median charge ${charge.iloc[0]:,.0f} a session; {share_text(share.iloc[0])} of sessions covered"


def _covered_point(place: int, row: Row, look: Look, few: bool) -> RowPoint:
    share = float(row["share_sessions"])
    robust = bool(pd.notna(row["sessions_low"]))
    low, high = (row["sessions_low"], row["sessions_high"]) if robust else (row["exact_low"], row["exact_high"])
    words = f"{share_text(share)} ({interval_text(100 * low, 100 * high, 0)}%)"
    return RowPoint(place, share, float(low), float(high), words, *look, few)
