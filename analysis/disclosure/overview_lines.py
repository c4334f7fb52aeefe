"""How soon, how safe, with how much therapy and at what charge: a line each, every number as it may be said."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.outcomes import CareLine, Overview, SafetyLine, interval_text, number_text
from analysis.outcomes.safety import SOLICITED, SPONTANEOUS
from analysis.outcomes.safety.event_rates import NOT_SAID
from analysis.outcomes.safety.event_rates import SERIOUS as IS_SERIOUS

from . import overview_tables as tables
from .cards import NOTHING, WITHHELD_VALUE
from .coarse import FEWEST
from .gate import Release, ReleasedTable

NO_TABLE = "This study has no adverse_events table, so nothing can be said about adverse events here."
NO_EVENT = (
    "No adverse event is on record in this study. Nothing says whether anybody asked, so no rate is given, not even "
    "nought."
)
NO_SESSION = "No sessions in this cohort."
NO_VISITS = "This study has no therapy_visits table, so nothing can be said about integration."
_FOUND_BY = {
    SOLICITED: "Where staff asked after each session",
    SPONTANEOUS: "Where events were noted when patients mentioned them",
}
_IN_SHORT = {SOLICITED: "where staff asked after each session", SPONTANEOUS: "where patients mentioned them unasked"}
_ADJECTIVE = {SOLICITED: "asked for", SPONTANEOUS: "mentioned unasked"}
_BY = (("by day", ""), ("after", " completed sessions"))
_NOT_SAID_HOW = "Where it is not recorded how events were found"
Row = dict[Any, Any]


def _missing(row: Any, *names: str) -> bool:
    """Whether one of the numbers is withheld or not there at all."""
    return any(bool(pd.isna(row[name])) for name in names)


def _share_and_interval(row: Any, name: str, ends: tuple[str, str]) -> tuple[str, str]:
    """A share and its interval as they are written: "76%", "73 to 79%"."""
    low, high = (100 * float(row[end]) for end in ends)
    return f"{float(row[name]):.0%}", f"{interval_text(low, high, 0)}%"


def percent_words(row: Any) -> str:
    """A share with its interval: "76%, 95% interval 73 to 79%"."""
    share, interval = _share_and_interval(row, "share", ("ci_low", "ci_high"))
    return f"{share}, 95% interval {interval}"


def share_words(row: Any, name: str, ends: tuple[str, str], level: str = "95% interval ") -> str:
    """The same with the interval in brackets: "76% (95% interval 73 to 79%)"."""
    share, interval = _share_and_interval(row, name, ends)
    return f"{share} ({level}{interval})"


def median_words(first: pd.DataFrame, place: int, found: Release) -> str:
    """A median time; of a group in which its steps could be counted, whoever sees no small cells has none."""
    row = first.iloc[place]
    if not row["n_patients"]:
        return NOTHING
    if not found.audience.sees_small and (row["n_patients"] < FEWEST or row["n_reached"] < found.audience.min_cell):
        return WITHHELD_VALUE
    return number_text(row["median"], 0)


def first_words(result: Overview, found: Release) -> str:
    """How soon half of those who could respond are estimated to have, over days and over sessions."""
    if not len(result.first):
        name = result.instrument
        return f"How soon patients respond is not shown: no verified source says what response is on {name}."
    table = found[tables.FIRST]
    n, k = table.words("n_patients"), table.words("n_reached")
    if not result.first["n_patients"].iloc[0]:
        return "Nobody who could respond has a later score, so how soon cannot be said."
    ever = f"{k} of {n} who could respond and have a later score reached it at least once, which is not keeping it"
    medians = [median_words(result.first, place, found) for place in (0, 1)]
    if WITHHELD_VALUE in medians:
        return f"How soon half had responded is withheld for a cohort this small; {ever}."
    reached = [
        f"{before} {median}{after}{_ends(result.first.iloc[place])}"
        for place, (median, (before, after)) in enumerate(zip(medians, _BY, strict=True))
        if median[:1].isdigit()
    ]
    if not reached:
        return f"Fewer than half are estimated to have responded within the time followed (Kaplan-Meier); {ever}."
    return f"Half are estimated (Kaplan-Meier) to have first responded {' and '.join(reached)}; {ever}."


def _ends(row: pd.Series) -> str:
    if _missing(row, "ci_low"):
        return ""
    high = "not reached" if _missing(row, "ci_high") else number_text(row["ci_high"], 0)
    return f" (95% interval {number_text(row['ci_low'], 0)} to {high})"


def clinics_words(n: int) -> str:
    return "1 clinic" if n == 1 else f"{n} clinics"


def safety_words(safety: SafetyLine, found: Release) -> tuple[str, ...]:
    """A sentence for each way of finding events; one that says so when there is no table of them."""
    nothing = _nothing(safety)
    if nothing:
        return (nothing,)
    table = found[tables.EVENTS]
    return tuple(
        _one_kind(row, table, place, safety, found) for place, row in enumerate(table.frame.to_dict("records"))
    )


def _nothing(safety: SafetyLine) -> str:
    if not safety.is_recorded:
        return NO_TABLE
    if not len(safety.events):
        return NO_EVENT
    return NO_SESSION if safety.n_sessions == 0 else ""


def _one_kind(row: Row, table: ReleasedTable, place: int, safety: SafetyLine, found: Release) -> str:
    start = (
        f"{_FOUND_BY.get(str(row['kind']), _NOT_SAID_HOW)} ({row['n_clinics']} of {clinics_words(safety.n_clinics)})"
    )
    if not row["n_clinics"]:
        return f"{start}: nobody of this cohort was treated there."
    if _missing(row, "per_100_sessions", "n_sessions"):
        return f"{start}: withheld, it would show fewer than {table.min_cell} patients or events."
    sessions, patients = f"{row['n_sessions']:,.0f} sessions", table.words("n_patients", place)
    if row["n_events"] == 0:
        return (
            f"{start}: no event in {sessions} of {patients} patients, so at most "
            f"{number_text(row['at_most_per_100'])} per 100 sessions with 95% confidence (rule of three)."
        )
    share = ", ".join(_share_and_interval(row, "share", ("share_low", "share_high")))
    return (
        f"{start}: {_rate(row)}, {table.words('n_events', place)} in {sessions}; at least one in "
        f"{table.words('n_with_event', place)} of {patients} patients ({share}); {_serious(str(row['kind']), found)}."
    )


def _rate(row: Row) -> str:
    ends = ("exact_low", "exact_high") if _missing(row, "robust_low") else ("robust_low", "robust_high")
    interval = interval_text(row[ends[0]], row[ends[1]])
    return f"{row['per_100_sessions']:.1f} events per 100 sessions (95% interval {interval})"


def _serious(kind: str, found: Release) -> str:
    table = found[tables.SERIOUS]
    mine = table.frame[table.frame["kind"] == kind]
    places = {name: int(place) for name, place in zip(mine["seriousness"], mine.index, strict=True)}
    said = table.words("n_events", places[IS_SERIOUS])
    unknown = table.words("n_events", places[NOT_SAID])
    if said == "0" and unknown != "0":
        return "seriousness not recorded"
    return f"serious: {said}"


def safety_in_short(safety: SafetyLine, found: Release) -> str:
    """One sentence on adverse events for a board: each way of finding them with its own rate."""
    nothing = _nothing(safety)
    if nothing:
        return nothing
    rows = found[tables.EVENTS].frame.to_dict("records")
    said = [text for text in (_short(row) for row in rows) if text]
    serious = [_serious_in_short(str(row["kind"]), found) for row in rows if row["n_clinics"]]
    if not said:
        return "How often adverse events happened is withheld for this cohort."
    return f"Adverse events: {'; '.join(said)}; serious: {' and '.join(serious)}."


def _serious_in_short(kind: str, found: Release) -> str:
    said = _serious(kind, found).removeprefix("serious: ").removeprefix("seriousness ")
    return f"{said} of those {_ADJECTIVE.get(kind, 'found otherwise')}"


def _short(row: Row) -> str:
    how = _IN_SHORT.get(str(row["kind"]), "where it is not recorded how they were found")
    if not row["n_clinics"]:
        return ""
    if _missing(row, "per_100_sessions", "n_sessions"):
        return f"withheld {how}"
    if row["n_events"] == 0:
        return f"none {how}, in {row['n_sessions']:,.0f} sessions"
    share = share_words(row, "share", ("share_low", "share_high"), level="")
    of = "" if _missing(row, "n_patients") else f"the {row['n_patients']:,.0f} "
    sessions = f"{row['n_sessions']:,.0f} sessions"
    return f"{_rate(row).replace(' events', '')} {how} ({sessions}), in {share} of {of}patients"


def care_words(care: CareLine, found: Release) -> str:
    """Integration within 72 hours, the charge of a session and coverage, in one or two sentences."""
    within = NO_VISITS if not care.has_visits else _within(found[tables.WITHIN])
    money = [text for text in (_charge(found[tables.COST]), _covered(found[tables.COVERED])) if text]
    cost = f"{'; '.join(money)}." if money else "Neither charges nor coverage are recorded in this cohort."
    return f"{within} {cost[0].upper()}{cost[1:]}"


def _share_of_sessions(table: ReleasedTable) -> tuple[str, str] | None:
    """The share, and its cluster-robust interval, or the exact one, with its numbers of sessions; None if withheld."""
    row = table.frame.iloc[0]
    if _missing(row, "share_sessions", "n_sessions"):
        return None
    ends = ("exact_low", "exact_high") if _missing(row, "sessions_low") else ("sessions_low", "sessions_high")
    share, interval = _share_and_interval(row, "share_sessions", ends)
    return share, f"95% interval {interval}; {row['n_sessions_with']:,.0f} of {row['n_sessions']:,.0f}"


def _within(table: ReleasedTable) -> str:
    if not len(table.frame):
        return "No clinic of this cohort recorded integration visits."
    said = _share_of_sessions(table)
    if said is None:
        return "The share of sessions followed by integration within 72 hours is withheld."
    return f"Integration within 72 hours followed {said[0]} of completed sessions ({said[1]})."


def _charge(table: ReleasedTable) -> str:
    if not len(table.frame):
        return ""
    row = table.frame.iloc[0]
    if _missing(row, "median"):
        return "the charge of a session is withheld"
    sessions = "" if _missing(row, "n_sessions") else f"; {row['n_sessions']:,.0f} sessions"
    half = f"middle half ${row['q1']:,.0f} to ${row['q3']:,.0f}{sessions}"
    return f"the median charge of a session was ${row['median']:,.0f} ({half})"


def _covered(table: ReleasedTable) -> str:
    if not len(table.frame):
        return ""
    said = _share_of_sessions(table)
    if said is None:
        return "the share of sessions covered is withheld"
    return f"a payer covered {said[0]} of sessions with coverage recorded ({said[1]})"
