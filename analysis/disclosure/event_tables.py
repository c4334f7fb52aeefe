"""Events in groups of sessions: whom their rows count beyond what `Rows` can say."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.outcomes.safety import ALL, NO_SESSION

from .counted import CountedTable, Relations
from .counted_rows import ASKED
from .nested_tables import GROUP, OF, WHOLE, Nested
from .response_names import joined

BY_GROUP = {"by_route": ("route",), "by_dose": ("route", "dose"), "by_session": ("session",)}


def events_named(own: Nested) -> Nested:
    """The tables of events with two things more: a row of events that belong to no session is about every patient; and
    whoever had a session had those before it, so that each step down from session to session is a count too.

    A patient who changes to a route that staff ask on has later sessions in these tables and not the first. That is of
    few, so that the steps are taken from the session with most patients to the one with fewest, which is the order of
    the numbers wherever nobody changes: no difference of two is left out.
    """
    tables = dict(own.tables)
    for name, columns in BY_GROUP.items():
        tables[name] = _about_everyone(tables[name], columns)
    tables["by_session"] = _one_after_the_other(tables["by_session"])
    kinds = dict.fromkeys(tables["by_session"].frame["kind"])
    steps = joined(*(_steps(f"{ASKED}, {kind}", tables["by_session"].frame, kind) for kind in kinds))
    return Nested(tables, joined(own.relations, steps))


def _about_everyone(table: CountedTable, columns: tuple[str, ...]) -> CountedTable:
    frame, (patients, *others) = table.frame, table.counts
    loose = frame[columns[0]] == NO_SESSION
    groups = {f"_patients{GROUP}{name}": frame[GROUP + name].mask(loose, ALL) for name in columns}
    frame = frame.assign(_patients=frame[OF].mask(loose, frame[WHOLE]), **groups)
    return replace(table, frame=frame, counts=(replace(patients, named_by="_patients", by=tuple(groups)), *others))


def _one_after_the_other(table: CountedTable) -> CountedTable:
    """Every session number has patients of its own name, not a group of one name, so that one can be among another."""
    frame, (patients, with_it, events) = table.frame, table.counts
    at = [_at(whole, session) for whole, session in zip(frame[WHOLE], frame["session"], strict=True)]
    frame = frame.assign(
        _patients=pd.Series(at, index=frame.index, dtype="str").mask(frame["session"] == NO_SESSION, frame[WHOLE]),
        _patients_with=pd.Series([f"{name}, with it" for name in at], index=frame.index, dtype="str"),
    )
    counts = (
        replace(patients, named_by="_patients", by=()),
        replace(with_it, named_by="_patients_with", by=()),
        events,
    )
    return replace(table, frame=frame, counts=counts)


def _at(whole: str, session: str) -> str:
    return f"{whole}, at {session}"


def _steps(whole: str, frame: pd.DataFrame, kind: str) -> Relations:
    mine = frame[(frame["kind"] == kind) & (frame["session"] != NO_SESSION)]
    nesting: dict[str, tuple[str, ...]] = {}
    before = whole
    for session in mine.sort_values("n_patients", ascending=False, kind="stable")["session"]:
        at = _at(whole, session)
        nesting |= {at: (before,), f"{at}, with it": (at, f"{whole}, with it")}
        before = at
    loose = f"{_at(whole, NO_SESSION)}, with it"
    return Relations(nesting | {loose: (whole, f"{whole}, with it")})
