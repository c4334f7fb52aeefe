"""A study: the checked tables, and a digest that names exactly this data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.vocabulary import TABLES

from .permissions import AllowedColumn
from .reserved import set_names_apart

Derived = TypeVar("Derived")

_OPTIONAL_NAMES = tuple(name for name, table in TABLES.items() if not table.required)


def _table_digest(frame: pd.DataFrame) -> bytes:
    rows = pd.util.hash_pandas_object(frame, index=False, categorize=True).to_numpy()
    header = "\x1f".join(f"{name}:{frame[name].dtype}" for name in frame.columns)
    return hashlib.sha256(header.encode() + rows.tobytes()).digest()


@dataclass(frozen=True, eq=False)
class Study:
    """The tables of one study, typed and already checked.

    patients has one row per patient, sessions one per ketamine session, assessments one per
    instrument at a time; therapy_visits and adverse_events are None when the study lacks them.
    notes are the sentences that checking left behind; allowed are the columns that the identifier gate let pass,
    with the reasons. The frames are not to be changed.
    """

    name: str
    patients: pd.DataFrame
    sessions: pd.DataFrame
    assessments: pd.DataFrame
    therapy_visits: pd.DataFrame | None = None
    adverse_events: pd.DataFrame | None = None
    notes: tuple[str, ...] = field(default=())
    allowed: tuple[AllowedColumn, ...] = field(default=())

    @classmethod
    def from_tables(
        cls,
        name: str,
        tables: Mapping[str, pd.DataFrame],
        notes: Sequence[str] = (),
        allowed: Sequence[AllowedColumn] = (),
    ) -> Study:
        """A study from checked frames by table name. Raises KeyError when a required table is missing.

        An extra column that bears the name of something derived is renamed, and a note says so.
        """
        given = {table: tables[table].reset_index(drop=True) for table in TABLES if table in tables}
        frames, renamed = set_names_apart(given)
        return cls(
            name,
            frames["patients"],
            frames["sessions"],
            frames["assessments"],
            frames.get("therapy_visits"),
            frames.get("adverse_events"),
            (*notes, *renamed),
            tuple(allowed),
        )

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that are present, by name, in the vocabulary's order."""
        frames = {"patients": self.patients, "sessions": self.sessions, "assessments": self.assessments}
        for name in _OPTIONAL_NAMES:
            frame = getattr(self, name)
            if frame is not None:
                frames[name] = frame
        return frames

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every cell, column name and type: two studies share it only if they are the same data."""
        whole = hashlib.sha256()
        for name, frame in self.tables.items():
            whole.update(name.encode() + _table_digest(frame))
        return whole.hexdigest()

    @property
    def extra_columns(self) -> dict[str, tuple[str, ...]]:
        """Kept columns that the vocabulary does not declare, by table."""
        return {
            name: tuple(column for column in frame.columns if column not in TABLES[name].column_names)
            for name, frame in self.tables.items()
        }

    def patient_positions(self, table: str) -> NDArray[np.intp]:
        """For each row of a table, the row number of its patient in `patients`; the joining key of the study."""
        lasting = table != "assessments"
        return self.derive(("positions", table), lambda: self._look_up(self.tables[table]["patient_id"]), lasting)

    def _look_up(self, ids: pd.Series) -> NDArray[np.intp]:
        """Row numbers in `patients`. A run of rows of one patient is looked up once: most files come in runs."""
        if not len(ids):
            return np.empty(0, dtype=np.intp)
        starts = np.concatenate([[True], np.asarray(ids.array[1:] != ids.array[:-1], dtype=bool)])
        index = self.derive("patient index", lambda: pd.Index(self.patients["patient_id"]), lasting=True)
        found: NDArray[np.intp] = index.get_indexer(ids[starts])
        rows: NDArray[np.intp] = found[np.cumsum(starts) - 1]
        return rows

    @cached_property
    def _derived(self) -> dict[Hashable, object]:
        return {}

    @cached_property
    def _lasting(self) -> set[Hashable]:
        return set()

    def derive(self, key: Hashable, compute: Callable[[], Derived], lasting: bool = False) -> Derived:
        """What `compute` derives from this study, computed at the first call and kept with the study.

        For results that many questions share (the index route, a baseline). The key names the
        derivation and its settings; the result is not to be changed. lasting: it makes no use of the
        assessments, so that it holds for the same study with others too.
        """
        if key not in self._derived:
            self._derived[key] = compute()
            if lasting:
                self._lasting.add(key)
        return self._derived[key]  # type: ignore[return-value]

    def instruments_present(self) -> tuple[str, ...]:
        """Instruments with at least one score, most frequently assessed first."""
        scored = self.assessments.loc[self.assessments["score"].notna(), "instrument"]
        return tuple(str(name) for name in scored.value_counts().index)

    def keep_patients(self, keep: NDArray[np.bool_]) -> Study:
        """The study of some patients, each with all of their rows. keep has one entry per row of `patients`."""
        place, kept, positions = np.cumsum(keep) - 1, {}, {}
        for name, frame in self.tables.items():
            if name == "patients":
                kept[name] = frame[keep]
                continue
            whose = self.patient_positions(name)
            rows = keep[whose]
            kept[name], positions[name] = frame[rows], place[whose[rows]]
        found = Study.from_tables(self.name, kept, self.notes, self.allowed)
        found._derived.update({("positions", name): whose for name, whose in positions.items()})
        found._lasting.update(("positions", name) for name in positions if name != "assessments")
        return found

    def with_assessments(self, assessments: pd.DataFrame) -> Study:
        """The same patients and sessions with other assessments; what was derived without them is kept."""
        found = Study.from_tables(self.name, self.tables | {"assessments": assessments}, self.notes, self.allowed)
        lasting = tuple(self._lasting)  # a copy: another session may be deriving from this study at the moment
        found._derived.update({key: self._derived[key] for key in lasting})
        found._lasting.update(lasting)
        return found
