"""The sessions of a study as plain arrays, and the groups in which safety and care are read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.study import Study
from analysis.vocabulary import ROUTES
from analysis.vocabulary.doses import (
    DOSE_NOT_RECORDED,
    ESKETAMINE_STEPS_MG,
    OTHER_STEP,
    dose_bands,
    has_fixed_steps,
)

ALL = "all"
LAST_NUMBER = 12  # sessions counted one by one; few patients have more, and their sessions are months apart
LATER = f"{LAST_NUMBER + 1} or more"
NUMBERS = (*(str(number) for number in range(1, LAST_NUMBER + 1)), LATER)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Texts = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class SessionRows:
    """One entry per session in every array, those not completed included.

    patient: row number in `patients`. route: of that session, not of the first one. in_fixed_steps: nasal esketamine.
    number: as text, later ones together. dose_mg and mg_per_kg: NaN where not recorded; mg_per_kg also for fixed doses.
    dose: the band or the fixed step in words. table: the sessions themselves.
    """

    n_patients: int
    patient: Ints
    route: Texts
    molecule: Texts
    in_fixed_steps: Mask
    number: Texts
    day: Floats
    dose_mg: Floats
    mg_per_kg: Floats
    dose: Texts
    table: pd.DataFrame

    def numbers(self, column: str) -> Floats:
        """A column as numbers, all missing where the study does not have it."""
        return number_column(self.table, column)

    def per_patient(self, chosen: Mask, weights: Floats | None = None) -> Floats:
        """Sessions chosen, or the sum of weights over them, per patient."""
        theirs = None if weights is None else weights[chosen]
        return np.bincount(self.patient[chosen], theirs, self.n_patients).astype(float)

    def routes(self) -> list[tuple[str, Mask]]:
        """All sessions, then those of each route that was given, in the vocabulary's order."""
        present = set(self.route.tolist())
        codes = [code for code in ROUTES if code in present] + sorted(present - set(ROUTES))
        everyone = (ALL, np.ones(len(self.route), dtype=bool))
        return [everyone, *((code, np.asarray(self.route == code, dtype=bool)) for code in codes)]


def number_column(frame: pd.DataFrame, column: str) -> Floats:
    if column not in frame:
        return np.full(len(frame), np.nan)
    return frame[column].to_numpy(dtype=float, na_value=np.nan)


def text_column(frame: pd.DataFrame, column: str) -> Texts:
    """A column as text, "" where missing."""
    if column not in frame:
        return np.full(len(frame), "", dtype=object)
    return frame[column].astype("str").fillna("").to_numpy(dtype=object)


def session_rows(study: Study) -> SessionRows:
    """The sessions of a study, worked out once."""
    return study.derive("session rows", lambda: _session_rows(study))


def _session_rows(study: Study) -> SessionRows:
    table = study.sessions
    route, molecule = text_column(table, "route"), text_column(table, "molecule")
    dose_mg, weight = number_column(table, "dose_mg"), number_column(table, "weight_kg")
    number = table["session_number"].to_numpy(dtype=np.int64)
    in_steps = np.array([has_fixed_steps(a, b) for a, b in zip(route, molecule, strict=True)], dtype=bool)
    per_kg = np.where(in_steps, np.nan, dose_mg / weight)
    return SessionRows(
        len(study.patients),
        study.patient_positions("sessions").astype(np.int64),
        route,
        molecule,
        in_steps,
        np.array(NUMBERS, dtype=object)[np.minimum(number, LAST_NUMBER + 1) - 1],
        table["day"].to_numpy(dtype=float),
        dose_mg,
        per_kg,
        _dose_words(route, in_steps, dose_mg, per_kg),
        table,
    )


def _dose_words(route: Texts, in_steps: Mask, dose_mg: Floats, per_kg: Floats) -> Texts:
    words = np.full(len(route), DOSE_NOT_RECORDED, dtype=object)
    given = in_steps & ~np.isnan(dose_mg)
    words[given] = OTHER_STEP
    for step in ESKETAMINE_STEPS_MG:
        words[given & (dose_mg == step)] = f"{step:g} mg"
    for code in set(route[~in_steps].tolist()):
        for band in dose_bands(code):
            inside = ~in_steps & (route == code) & (per_kg >= band.low) & (per_kg < band.high)
            words[inside] = band.label
    return words


def dose_words(route: str) -> tuple[str, ...]:
    """Every way a dose on a route can be called, smallest first."""
    steps = (*(f"{step:g} mg" for step in ESKETAMINE_STEPS_MG), OTHER_STEP) if route == "IN" else ()
    return (*steps, *(band.label for band in dose_bands(route)), DOSE_NOT_RECORDED)
