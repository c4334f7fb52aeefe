"""The sessions of a study as plain arrays, and the groups in which safety and care are read."""

from __future__ import annotations

import itertools
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

from .labels import Labels, label_column

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
    route: Labels
    in_fixed_steps: Mask
    number: Labels
    day: Floats
    dose_mg: Floats
    mg_per_kg: Floats
    dose: Labels
    table: pd.DataFrame

    def numbers(self, column: str) -> Floats:
        """A column as numbers, all missing where the study does not have it."""
        return number_column(self.table, column)

    def per_patient(self, chosen: Mask, weights: Floats | None = None) -> Floats:
        """Sessions chosen, or the sum of weights over them, per patient."""
        theirs = None if weights is None else weights[chosen]
        return np.bincount(self.patient[chosen], theirs, self.n_patients).astype(float)

    def n_patients_with(self, chosen: Mask) -> int:
        """How many patients the chosen sessions are of."""
        return int(np.count_nonzero(np.bincount(self.patient[chosen])))

    def routes(self) -> list[tuple[str, Mask]]:
        """All sessions, then those of each route that was given, in the vocabulary's order."""
        present = self.route.present()
        codes = [code for code in ROUTES if code in present] + sorted(present - set(ROUTES))
        everyone = (ALL, np.ones(len(self.patient), dtype=bool))
        return [everyone, *((code, self.route.where(code)) for code in codes)]


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
    route, molecule = label_column(table, "route"), label_column(table, "molecule")
    dose_mg, weight = number_column(table, "dose_mg"), number_column(table, "weight_kg")
    number = table["session_number"].to_numpy(dtype=np.int64)
    in_steps = np.zeros(len(table), dtype=bool)
    for pair in itertools.product(route.names, molecule.names):
        if has_fixed_steps(*pair):
            in_steps |= route.where(pair[0]) & molecule.where(pair[1])
    per_kg = np.where(in_steps, np.nan, dose_mg / weight)
    return SessionRows(
        len(study.patients),
        study.patient_positions("sessions").astype(np.int64),
        route,
        in_steps,
        Labels(NUMBERS, (np.minimum(number, LAST_NUMBER + 1) - 1).astype(np.int16)),
        table["day"].to_numpy(dtype=float),
        dose_mg,
        per_kg,
        _doses(route, in_steps, dose_mg, per_kg),
        table,
    )


def _doses(route: Labels, in_steps: Mask, dose_mg: Floats, per_kg: Floats) -> Labels:
    words = (*dose_words("IN"), *(word for code in route.names for word in dose_words(code)))
    names = list(dict.fromkeys(words))
    place = np.full(len(dose_mg), names.index(DOSE_NOT_RECORDED), dtype=np.int16)
    given = in_steps & ~np.isnan(dose_mg)
    place[given] = names.index(OTHER_STEP)
    for step in ESKETAMINE_STEPS_MG:
        place[given & (dose_mg == step)] = names.index(f"{step:g} mg")
    for code in route.names:
        by_weight = ~in_steps & route.where(code)
        for band in dose_bands(code):
            place[by_weight & (per_kg >= band.low) & (per_kg < band.high)] = names.index(band.label)
    return Labels(tuple(names), place)


def dose_words(route: str) -> tuple[str, ...]:
    """Every way a dose on a route can be called, smallest first."""
    steps = (*(f"{step:g} mg" for step in ESKETAMINE_STEPS_MG), OTHER_STEP) if route == "IN" else ()
    return (*steps, *(band.label for band in dose_bands(route)), DOSE_NOT_RECORDED)
