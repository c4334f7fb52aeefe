"""What was given: dose by route, the fixed steps of nasal esketamine, and how doses move over the sessions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.outcomes.safety.course import quartiles
from analysis.outcomes.safety.session_rows import NUMBERS, Floats, Mask, SessionRows
from analysis.outcomes.safety.vital_signs import SHARES, share_row
from analysis.vocabulary.doses import ESKETAMINE_STEPS_MG, OTHER_STEP

ESKETAMINE, RACEMIC = "esketamine", "racemic"
MG, MG_PER_KG = "mg", "mg/kg"
DOSES = ("route", "molecule", "unit", "n_patients", "n_sessions", "q1", "median", "q3")
STEPS = ("step", *SHARES)
TITRATION = ("route", "molecule", "unit", "session", "n_patients", "n_sessions", "q1", "median", "q3")
STEPS_BY_SESSION = ("session", "step", *SHARES)


def products(sessions: SessionRows) -> Iterator[tuple[str, str, Mask]]:
    """Route, molecule, and the sessions with them. Nasal spray not known to be racemic counts as esketamine: its
    doses are fixed steps, and a mean of both products would be neither."""
    for code, here in sessions.routes()[1:]:
        for molecule, chosen in ((ESKETAMINE, sessions.in_fixed_steps), (RACEMIC, ~sessions.in_fixed_steps)):
            if (here & chosen).any():
                yield code, molecule, here & chosen


def _spread(sessions: SessionRows, values: Floats, chosen: Mask) -> tuple[object, ...]:
    """Patients, sessions and quartiles of a number, where it is known."""
    known = chosen & ~np.isnan(values)
    return sessions.n_patients_with(known), int(known.sum()), *quartiles(values[known])


def _units(sessions: SessionRows, molecule: str) -> Iterator[tuple[str, Floats]]:
    yield MG, sessions.dose_mg
    if molecule != ESKETAMINE:
        yield MG_PER_KG, sessions.mg_per_kg


def doses(sessions: SessionRows) -> pd.DataFrame:
    """One row per route, molecule and unit, over sessions whose dose (and weight) is recorded; no mg/kg for nasal
    esketamine, which comes in fixed steps."""
    rows = [
        (code, molecule, unit, *_spread(sessions, values, here))
        for code, molecule, here in products(sessions)
        for unit, values in _units(sessions, molecule)
        if (here & ~np.isnan(values)).any()
    ]
    return pd.DataFrame(rows, columns=list(DOSES))


def titration(sessions: SessionRows) -> pd.DataFrame:
    """One row per route, molecule, unit and session number. The doses of late sessions are of those who stayed."""
    rows = []
    for code, molecule, here in products(sessions):
        for unit, values in _units(sessions, molecule):
            for number in NUMBERS:
                chosen = here & sessions.number.where(number)
                if (chosen & ~np.isnan(values)).any():
                    rows.append((code, molecule, unit, number, *_spread(sessions, values, chosen)))
    return pd.DataFrame(rows, columns=list(TITRATION))


def _steps(sessions: SessionRows) -> list[tuple[str, Mask]]:
    known = [(f"{step:g} mg", sessions.dose_mg == step) for step in ESKETAMINE_STEPS_MG]
    other = ~np.isin(sessions.dose_mg, ESKETAMINE_STEPS_MG)
    return [*known, (OTHER_STEP, other)]


def fixed_steps(sessions: SessionRows) -> pd.DataFrame:
    """One row per step of nasal esketamine, of its sessions with a dose recorded."""
    return pd.DataFrame(list(_step_rows(sessions, sessions.in_fixed_steps)), columns=list(STEPS))


def fixed_steps_by_session(sessions: SessionRows) -> pd.DataFrame:
    """One row per session number and step of nasal esketamine."""
    rows = [
        (number, *row)
        for number in NUMBERS
        for row in _step_rows(sessions, sessions.in_fixed_steps & sessions.number.where(number))
    ]
    return pd.DataFrame(rows, columns=list(STEPS_BY_SESSION))


def _step_rows(sessions: SessionRows, here: Mask) -> Iterator[tuple[object, ...]]:
    known = here & ~np.isnan(sessions.dose_mg)
    if known.any():
        for words, given in _steps(sessions):
            yield words, *share_row(sessions, given, known)
