"""The simulator: people, their course, what was measured and written down, and the truth of it.

A large study is made in parts of PART_SIZE patients, each from its own random stream, so memory does
not grow with the study and the same seed and size always give the same study.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
import pandas as pd

from analysis.vocabulary import TABLES

from .assessments import assessment_rows, draw_panels
from .course import run_course
from .events import event_rows
from .occasions import measure
from .outcome_parameters import OutcomeTruth
from .people import draw_people
from .scores import draw_phq9_patients
from .session_details import session_rows
from .study_tables import finished_sessions, patient_rows, typed
from .therapy import therapy_rows
from .truth import ChangeSums, change_sums, evaluable, truth_document

DEFAULT_PATIENTS = 640
DEFAULT_SEED = 2045
PART_SIZE = 20_000
_STREAMS = ("people", "latent", "course", "occasions", "assessments", "sessions", "therapy", "events", "blanks")
_ID_COUNT, _ID_STEP, _ID_START = 10_000_000, 7_368_787, 1_299_709  # the first two coprime: no code comes twice


@dataclass(frozen=True)
class SimulatedStudy:
    """The five tables, typed as the vocabulary declares them, and the contents of truth.json."""

    tables: dict[str, pd.DataFrame]
    truth: dict[str, object]


@dataclass(frozen=True)
class Part:
    """Some patients of a study: their five tables, and their share of the truth."""

    tables: dict[str, pd.DataFrame]
    sums: ChangeSums


def simulate(
    n_patients: int = DEFAULT_PATIENTS, seed: int = DEFAULT_SEED, arm_difference: float = 1.0
) -> SimulatedStudy:
    """A whole study in memory. `arm_difference` scales how much the routes differ (0: not at all)."""
    parts = list(simulate_parts(n_patients, seed, arm_difference))
    tables = {name: pd.concat([part.tables[name] for part in parts], ignore_index=True) for name in TABLES}
    sums = reduce(add, (part.sums for part in parts))
    truth = OutcomeTruth().with_arm_difference(arm_difference)
    return SimulatedStudy(tables, truth_document(sums, truth, seed, arm_difference))


def simulate_parts(n_patients: int, seed: int, arm_difference: float = 1.0) -> Iterator[Part]:
    """The study part by part, each of at most PART_SIZE patients."""
    if not 1 <= n_patients <= _ID_COUNT:
        raise ValueError(f"A study needs 1 to {_ID_COUNT:,} patients, not {n_patients:,}.")
    truth = OutcomeTruth().with_arm_difference(arm_difference)
    starts = range(0, n_patients, PART_SIZE)
    for start, source in zip(starts, np.random.SeedSequence(seed).spawn(len(starts)), strict=True):
        size = min(PART_SIZE, n_patients - start)
        yield _simulate_part(source, _patient_ids(start, size, seed), truth)


def _patient_ids(start: int, size: int, seed: int) -> pd.Series:
    """Codes in no order of clinic, time or severity, unique over the parts of a study."""
    numbers = (np.arange(start, start + size) * _ID_STEP + seed * _ID_START) % _ID_COUNT
    return pd.Series(numbers).astype("str").str.zfill(7).radd("P").astype("str")


def _simulate_part(source: np.random.SeedSequence, ids: pd.Series, truth: OutcomeTruth) -> Part:
    """Each step draws from a random stream of its own, so a change in one leaves the others as they were."""
    streams = source.spawn(len(_STREAMS))
    rng = {name: np.random.default_rng(stream) for name, stream in zip(_STREAMS, streams, strict=True)}
    people = draw_people(rng["people"], len(ids))
    people = people.join(draw_panels(rng["people"], people))
    patients = draw_phq9_patients(rng["latent"], people, truth)
    course = run_course(rng["course"], people, patients, truth)
    treated = course[0].sessions
    occasions = measure(rng["occasions"], people, patients, truth, course)
    scored = assessment_rows(rng["assessments"], people, patients, occasions, truth.knot)
    details = session_rows(rng["sessions"], people, treated)
    rows = {
        "patients": patient_rows(rng["blanks"], people),
        "sessions": finished_sessions(rng["blanks"], details),
        "assessments": scored,
        "therapy_visits": therapy_rows(rng["therapy"], people, treated),
        "adverse_events": event_rows(rng["events"], people, treated, details),
    }
    sums = change_sums(people, evaluable(len(people), scored), truth)
    return Part({name: typed(name, table, ids) for name, table in rows.items()}, sums)
