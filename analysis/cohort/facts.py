"""What is known of each patient that a cohort can ask about."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.study import Study, baselines, index_route, sessions_completed


def patient_facts(study: Study, instrument: str) -> pd.DataFrame:
    """One row per patient, in the order of `patients`: its columns, with route and molecule of the first
    session, n_sessions (completed), started (any session), and baseline on one instrument (points)."""
    return study.derive(("patient facts", instrument), lambda: _patient_facts(study, instrument))


def _patient_facts(study: Study, instrument: str) -> pd.DataFrame:
    n = len(study.patients)
    who = study.patient_positions("sessions")
    route = index_route(study)
    return study.patients.assign(
        route=route["route"].astype("str"),
        molecule=route["molecule"].astype("str"),
        n_sessions=sessions_completed(study),
        started=np.bincount(who, minlength=n) > 0,
        baseline=baselines(study, instrument)["baseline"].to_numpy(),
    )


def values_present(study: Study, column: str) -> tuple[str, ...]:
    """The values of a patient column, or of the first session's route or molecule, sorted, without blanks."""
    return study.derive(("values present", column), lambda: _values_present(study, column))


def _values_present(study: Study, column: str) -> tuple[str, ...]:
    if column in ("route", "molecule"):
        values = index_route(study)[column]
    elif column in study.patients:
        values = study.patients[column]
    else:
        return ()
    return tuple(sorted(str(value) for value in values.dropna().unique()))
