"""The clinics of one cohort: adjusted differences, and funnels of what is counted."""

from __future__ import annotations

import pandas as pd

from analysis.cohort import Selection

from .funnel import funnel
from .groups import group_clinics
from .prepared import PreparedClinics
from .result import FUNNELS, MEASURES, Clinics

MIN_PATIENTS = 11


def clinics(prepared: PreparedClinics, selection: Selection, min_patients: int = MIN_PATIENTS) -> Clinics:
    """Compare the clinics of a cohort.

    selection must be of the study that was prepared. min_patients is the cell limit: clinics with fewer starters are
    pooled. Never raises for a cohort that cannot be modelled: the model's part is then refused, with a sentence.
    """
    groups = group_clinics(prepared.clinics, selection.keep, min_patients)
    found = [funnel(measure, prepared.clinics, groups, selection.keep) for measure in prepared.measures]
    points = [frame for frame, _ in found if len(frame)]
    described = [row for _, row in found if len(row)]
    return Clinics(
        prepared.spec.instrument, "refused", "", min_patients,
        groups.n_clinics, groups.n_pooled, groups.n_left_out, groups.frame(),
        funnels=pd.concat(points, ignore_index=True) if points else pd.DataFrame(columns=list(FUNNELS)),
        measures=pd.concat(described, ignore_index=True) if described else pd.DataFrame(columns=list(MEASURES)),
    )  # fmt: skip
