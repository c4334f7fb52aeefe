"""The safety of a cohort as an audience may have it: every count through the gate, every table released together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from analysis.outcomes import Overview
from analysis.outcomes.safety import Safety
from analysis.outcomes.safety.vital_signs import RISE_OVER
from analysis.outcomes.who import STARTERS

from .audience import Audience
from .counted_rows import MEAN, QUARTILES, events, measured, shares
from .denominators import DENOMINATORS, STARTERS_ROW
from .event_tables import events_named
from .gate import ReleasedTable, release
from .nested_tables import Nested, Rows, closed_words, nested, without_names
from .overview_tables import beside_overview

_PRESSURE, _OXYGEN = "pressure before and at the peak", "oxygen measured"
_PAIRED = ("paired", "paired_low", "paired_high")
_LEFT_OUT = Rows(
    "with an event in no rate", STARTERS, ("kind",), ("seriousness",), patients="n_with_event", other="n_events"
)
Counted = tuple[pd.DataFrame, Rows]


@dataclass(frozen=True, eq=False)
class ReleasedSafety:
    """What may be shown of a `Safety`. tables are its frames by name with what is withheld missing; starters is their
    number as it may be said; sentence says what was withheld or marked (empty: nothing)."""

    audience: Audience
    is_recorded: bool
    kinds: tuple[str, ...]
    n_clinics: int
    tables: Mapping[str, ReleasedTable]
    starters: str
    sentence: str

    def __getitem__(self, name: str) -> ReleasedTable:
        return self.tables[name]

    def frame(self, name: str) -> pd.DataFrame:
        return self.tables[name].frame


def release_safety(
    result: Safety, review: Overview, n_study: int, audience: Audience, closed: Collection[str] = ()
) -> ReleasedSafety:
    """Release everything of a page together. review is of the same cohort; n_study counts everyone of the study who
    started treatment."""
    own = safety_counts(result)
    ready, stages = beside_overview(own, review, n_study)
    found = without_names(release(ready.tables, audience, ready.relations, closed_words(closed), stages))
    mine = found.of(own.tables.keys())
    return ReleasedSafety(
        audience,
        result.is_recorded,
        result.kinds,
        result.n_clinics,
        mine.tables,
        found[DENOMINATORS].words("n_patients", STARTERS_ROW),
        mine.sentence,
    )


def safety_counts(result: Safety) -> Nested:
    """Everything the page counts, and who is among whom."""
    frames = {**_events(result), **_pressure_and_oxygen(result), **_dissociation(result), **_watched(result)}
    return events_named(nested(frames))


def _events(result: Safety) -> dict[str, Counted]:
    return {
        "by_route": (result.by_route, events("route")),
        "by_dose": (result.by_dose, events("route", "dose")),
        "by_session": (result.by_session, events("session")),
        "by_term": (result.by_term, events("term", of_everyone=True)),
        "by_severity": (result.by_severity, events("grade", of_everyone=True)),
        "by_seriousness": (result.by_seriousness, events("seriousness", of_everyone=True)),
        "left_out": (result.left_out, _LEFT_OUT),
        "onset": (_times(result.course, "onset"), _course("an onset recorded")),
        "resolution": (_times(result.course, "resolved"), _course("an end recorded")),
    }


def _pressure_and_oxygen(result: Safety) -> dict[str, Counted]:
    pressures = ("before", "peak", "rise", "rise_low", "rise_high")
    both = measured(_PRESSURE, "_measured", means=pressures)
    limits = result.pressure_limits.assign(_measured=result.pressure_limits["limit"].replace(RISE_OVER, "systolic"))
    return {
        "blood_pressure": (result.blood_pressure.assign(_measured=result.blood_pressure["pressure"]), both),
        "pressure_limits": (limits, shares(_PRESSURE, "_measured")),
        "oxygen": (result.oxygen, measured(_OXYGEN, means=QUARTILES)),
        "oxygen_bands": (result.oxygen_bands, replace(shares(_OXYGEN, by=("band",)), of_everyone=True)),
    }


def _dissociation(result: Safety) -> dict[str, Counted]:
    at_session = result.dissociation_by_session.drop(columns=["n_paired", *_PAIRED])
    return {
        "dissociation_by_dose": (
            result.dissociation_by_dose, measured("CADSS scored", by=("route", "dose"), means=MEAN),
        ),
        "dissociation_by_session": (at_session, measured("CADSS scored at a session", "session", means=MEAN)),
        "paired": (
            _paired(result.dissociation_by_session),
            Rows(
                "CADSS scored at a session and the first", STARTERS, ("session",), ("route",), "n_paired",
                means=_PAIRED,
            ),
        ),
    }  # fmt: skip


def _watched(result: Safety) -> dict[str, Counted]:
    return {
        "observation": (result.observation, measured("observation recorded", means=QUARTILES)),
        "observed_two_hours": (result.observed_two_hours, shares("nasal esketamine observed", by=())),
        "stopped_early": (result.stopped_early, shares("at a session")),
    }


def _course(what: str) -> Rows:
    name = f"with an event that has {what}"
    return Rows(name, STARTERS, ("kind",), ("term",), "n_timed_patients", ("n_timed",), QUARTILES)


def _times(course: pd.DataFrame, name: str) -> pd.DataFrame:
    """One of the two times of events, with columns that bear the same names for both."""
    taken = {f"n_{name}": "n_timed", f"n_patients_{name}": "n_timed_patients"}
    taken |= {f"{name}_{part}": part for part in ("q1", "median", "q3")}
    return course[["kind", "term", *taken]].rename(columns=taken)


def _paired(by_session: pd.DataFrame) -> pd.DataFrame:
    columns = ["route", "session", "n_paired", *_PAIRED]
    return by_session.loc[by_session["n_paired"] > 0, columns].reset_index(drop=True)
