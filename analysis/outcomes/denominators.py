"""The four numbers that every page of one instrument stands on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.cohort import Selection

from .prepared import PreparedSymptomChange


@dataclass(frozen=True)
class Denominators:
    """Patients, each among the ones before: starters of the study and of the cohort, those with a baseline, and the
    evaluable (a baseline and a later score)."""

    n_study: int
    n_starters: int
    n_with_baseline: int
    n_evaluable: int


def denominators(prepared: PreparedSymptomChange, selection: Selection) -> Denominators:
    """Those of one cohort, from what was prepared for its study."""
    has_baseline = ~np.isnan(prepared.traits.numbers["baseline"])
    return Denominators(
        starters_of_study(selection),
        selection.n_patients,
        int((selection.keep & has_baseline).sum()),
        int((selection.keep & prepared.evaluable).sum()),
    )


def starters_of_study(selection: Selection) -> int:
    """Everyone of the study with at least one session."""
    study = selection.source
    started = np.bincount(study.patient_positions("sessions"), minlength=len(study.patients)) > 0
    return int(started.sum())
