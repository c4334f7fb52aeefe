"""The safety of a cohort in sentences, every number as it may be said."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.outcomes import interval_text, number_text
from analysis.outcomes.safety import ALL, NO_SESSION, SOLICITED, SPONTANEOUS, UNKNOWN_KIND
from analysis.outcomes.safety.event_rates import NOT_SAID, SERIOUS
from analysis.outcomes.safety.vital_signs import RISE_OVER

from .gate import ReleasedTable, of_patients
from .overview_lines import NO_EVENT, NO_TABLE
from .row_words import row_of, tenths
from .safety import ReleasedSafety

KIND_NAMES = {
    SOLICITED: "Events asked for",
    SPONTANEOUS: "Events mentioned unasked",
    UNKNOWN_KIND: "Events, not said how found",
}
_NOT_ASKED = "where staff are not known to ask, at a clinic that recorded any"
SESSIONS_OF = {
    SOLICITED: "after which staff are known to have asked",
    SPONTANEOUS: _NOT_ASKED,
    UNKNOWN_KIND: _NOT_ASKED,
}
_WHERE_ASKED = "at sessions after which staff asked, or of patients without any other"
_LEFT_OUT = {SOLICITED: f"of patients without a session {SESSIONS_OF[SOLICITED]}"}
NOT_MEASURED = {
    "pressure": "Blood pressure before and at its peak is not recorded in this cohort.",
    "oxygen": "Oxygen saturation is not recorded in this cohort.",
    "dissociation": "No CADSS score is recorded in this cohort.",
    "observation": "Observation time is not recorded in this cohort.",
    "stopped": "Whether sessions were stopped early is not recorded in this study.",
}


def event_sentences(released: ReleasedSafety) -> tuple[str, ...]:
    """Both ways of counting, with their intervals, a sentence for each kind of event."""
    if not released.is_recorded:
        return (NO_TABLE,)
    if not released.kinds:
        return (NO_EVENT,)
    return tuple(_kind_sentence(released, kind) + _left_out(released, kind) for kind in released.kinds)


def _kind_sentence(released: ReleasedSafety, kind: str) -> str:
    table, name = released["by_route"], KIND_NAMES[kind]
    found = row_of(table, kind=kind, route=ALL)
    if found is None or not found[0]["n_clinics"]:
        return f"{name}: this cohort has no session {SESSIONS_OF[kind]}, so there is no rate, not even nought."
    row, place = found
    if pd.isna(row["per_100_sessions"]):
        return f"{name}: withheld, it would show fewer than {table.min_cell} patients or events."
    if row["n_events"] == 0:
        who = of_patients(table.words("n_patients", place))
        return (
            f"{name}: none in {row['n_sessions']:,.0f} sessions of {who}; with 95% confidence at most "
            f"{number_text(row['at_most_per_100'])} per 100 sessions and {row['at_most_share']:.1%} of patients."
        )
    return (
        f"{name}: {number_text(row['per_100_sessions'])} per 100 sessions (95% interval {_session_interval(row)}), "
        f"{table.words('n_events', place)} events in {row['n_sessions']:,.0f} sessions; at least one in "
        f"{row['share']:.0%} of patients (exact {interval_text(100 * row['share_low'], 100 * row['share_high'], 0)}%), "
        f"{table.words('n_with_event', place)} of {table.words('n_patients', place)}.{_loose(table, kind)}"
    )


def _session_interval(row: dict[Any, Any]) -> str:
    """The cluster-robust interval, and the exact one that takes sessions for independent."""
    exact = interval_text(row["exact_low"], row["exact_high"])
    if pd.isna(row["robust_low"]):
        return f"{exact}, exact"
    return f"{interval_text(row['robust_low'], row['robust_high'])} with patients as clusters; {exact} exact"


def _loose(table: ReleasedTable, kind: str) -> str:
    found = row_of(table, kind=kind, route=NO_SESSION)
    if found is None or found[0]["n_events"] == 0:
        return ""
    n = table.words("n_events", found[1])
    return f" Of these events, {n} belong to no session and are in no figure by route, dose or session number."


def _left_out(released: ReleasedSafety, kind: str, seriousness: str = ALL) -> str:
    """How many more events are in no rate, because of no session that such events are counted over."""
    table, what = released["left_out"], "serious events" if seriousness == SERIOUS else "events"
    found = row_of(table, kind=kind, seriousness=seriousness)
    if found is None or found[0]["n_events"] == 0:
        return ""
    n = table.words("n_events", found[1])
    return f" In no rate: {n} more {what}, {_LEFT_OUT.get(kind, _WHERE_ASKED)}."


def serious_sentences(released: ReleasedSafety) -> tuple[str, ...]:
    """Seriousness of each kind, apart from severity; nought has its upper limit."""
    said = []
    table = released["by_seriousness"]
    for kind in released.kinds:
        found, unsaid = row_of(table, kind=kind, seriousness=SERIOUS), row_of(table, kind=kind, seriousness=NOT_SAID)
        if found is None:
            continue
        row, place = found
        start = f"{KIND_NAMES[kind]}, serious"
        more = _left_out(released, kind, SERIOUS)
        if row["n_sessions"] == 0:
            said.append(f"{start}: this cohort has no session {SESSIONS_OF[kind]}.{more}")
            continue
        if row["n_events"] == 0 and pd.notna(row["at_most_per_100"]):
            text = f"{start}: none in {row['n_sessions']:,.0f} sessions, with 95% confidence at most "
            text += f"{number_text(row['at_most_per_100'], 2)} per 100 sessions (rule of three)"
        else:
            text = f"{start}: {table.words('n_events', place)} in {_sessions(row)}"
        if unsaid is not None and unsaid[0]["n_events"] != 0:
            text += f"; for {table.words('n_events', unsaid[1])} more events seriousness is not recorded"
        said.append(f"{text}.{more}")
    return tuple(said)


def _sessions(row: dict[Any, Any]) -> str:
    return "sessions whose number is withheld" if pd.isna(row["n_sessions"]) else f"{row['n_sessions']:,.0f} sessions"


def rise_sentence(released: ReleasedSafety) -> str:
    """How often pressure rose by a lot."""
    table = released["pressure_limits"]
    found = row_of(table, limit=RISE_OVER, route=ALL)
    if found is None:
        return NOT_MEASURED["pressure"]
    return _shares(table, *found, start=f"{RISE_OVER} mmHg over the value before")


def stopped_sentence(released: ReleasedSafety) -> str:
    table = released["stopped_early"]
    found = row_of(table, route=ALL)
    return NOT_MEASURED["stopped"] if found is None else _shares(table, *found, start="Sessions stopped early")


def two_hours_sentence(released: ReleasedSafety) -> str:
    """Empty where no session of nasal esketamine has its observation recorded."""
    table = released["observed_two_hours"]
    if table.frame.empty:
        return ""
    row, start = table.frame.iloc[0].to_dict(), "Nasal esketamine was observed for two hours or more"
    if pd.isna(row["share_sessions"]):
        return f"{start}: withheld, it would show fewer than {table.min_cell} patients."
    low, high, kind = _sessions_ends(row)
    of = f"{row['n_sessions']:,.0f} sessions of {of_patients(table.words('n_patients'))} with the time recorded"
    if row["share_sessions"] == 1:
        return f"{start} after all {of}; with 95% confidence after at least {tenths(low)} of such sessions."
    share, interval = tenths(row["share_sessions"]), interval_text(100 * low, 100 * high)
    return f"{start} after {share} of sessions (95% interval {interval}%{kind}), {row['n_sessions_with']:,.0f} of {of}."


def course_sentences(released: ReleasedSafety) -> tuple[str, ...]:
    """When events of each kind began and were over, where enough patients have both times."""
    said = []
    for kind in released.kinds:
        began, over = (_minutes(released[name], kind) for name in ("onset", "resolution"))
        if began and over:
            said.append(
                f"{KIND_NAMES[kind]}: began {began[0]} minutes after dosing {began[1]}, over {over[0]} minutes after "
                f"it {over[1]}; medians of the events with the time recorded."
            )
    return tuple(said)


def _minutes(table: ReleasedTable, kind: str) -> tuple[str, str] | None:
    """The median time of a kind, and its middle half with what it stands on; None where they may not be said."""
    found = row_of(table, kind=kind, term=ALL)
    if found is None or pd.isna(found[0]["median"]) or not found[0]["n_timed_patients"] >= table.min_cell:
        return None
    row = found[0]
    events = "" if pd.isna(row["n_timed"]) else f"; {row['n_timed']:,.0f} events"
    return f"{row['median']:.0f}", f"(middle half {interval_text(row['q1'], row['q3'], 0)}{events})"


def _shares(table: ReleasedTable, row: dict[Any, Any], place: int, start: str) -> str:
    """A share of sessions and of patients, or why there is none."""
    if pd.isna(row["share_sessions"]):
        return f"{start}: withheld, it would show fewer than {table.min_cell} patients."
    low, high, kind = _sessions_ends(row)
    return (
        f"{start}: {tenths(row['share_sessions'])} of sessions (95% interval {interval_text(100 * low, 100 * high)}%"
        f"{kind}), {row['n_sessions_with']:,.0f} of {row['n_sessions']:,.0f}; at least once in "
        f"{tenths(row['share_patients'])} of patients (exact "
        f"{interval_text(100 * row['patients_low'], 100 * row['patients_high'])}%), "
        f"{table.words('n_patients_with', place)} of {table.words('n_patients', place)}."
    )


def _sessions_ends(row: dict[Any, Any]) -> tuple[float, float, str]:
    """The interval of a share of sessions, and ", exact" where no interval knows the patients apart."""
    if pd.notna(row["sessions_low"]):
        return row["sessions_low"], row["sessions_high"], ""
    return row["exact_low"], row["exact_high"], ", exact"


def oxygen_sentence(released: ReleasedSafety) -> str:
    table = released["oxygen"]
    found = row_of(table, route=ALL)
    if found is None:
        return NOT_MEASURED["oxygen"]
    row, place = found
    if pd.isna(row["median"]):
        return f"Lowest oxygen saturation: withheld, fewer than {table.min_cell} patients have it."
    half, who = interval_text(row["q1"], row["q3"], 0), of_patients(table.words("n_patients", place))
    return (
        f"Lowest oxygen saturation of a session: median {row['median']:.0f}% (middle half {half}%), "
        f"{_sessions(row)} of {who}."
    )
