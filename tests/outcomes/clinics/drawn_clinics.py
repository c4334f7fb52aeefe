"""Studies for the clinics' tests: the sample study with other clinics, and selections of its patients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.cohort import Cohort, Selection
from analysis.study import Study


def with_tables(study: Study, **changed: pd.DataFrame | None) -> Study:
    """A study with some tables replaced, or left out where None."""
    tables = {**study.tables, **changed}
    return Study.from_tables("changed", {name: frame for name, frame in tables.items() if frame is not None})


def with_clinics(study: Study, clinic: Sequence[object]) -> Study:
    """The same patients at other clinics."""
    labels = pd.Series(list(clinic), index=study.patients.index, dtype="str")
    return with_tables(study, patients=study.patients.assign(clinic_id=labels))


def chosen(study: Study, keep: NDArray[np.bool_]) -> Selection:
    return Selection(study, Cohort(), np.asarray(keep, dtype=bool), pd.DataFrame())


def everyone(study: Study) -> Selection:
    started = np.bincount(study.patient_positions("sessions"), minlength=len(study.patients)) > 0
    return chosen(study, started)
