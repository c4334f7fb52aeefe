"""The clinics of one cohort: adjusted differences, and funnels of what is counted."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.cohort import Selection

from .adjusted import adjusted_differences
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
    adjusted = adjusted_differences(prepared, selection, groups)
    return Clinics(
        prepared.spec.instrument, adjusted.status, adjusted.sentence, min_patients,
        groups.n_clinics, groups.n_pooled, groups.n_left_out, groups.frame(), adjusted.frame,
        _joined([points for points, _ in found], FUNNELS), _joined([described for _, described in found], MEASURES),
        adjusted.between_sd, *adjusted.between, adjusted.n_model, adjusted.n_rows,
        prepared.headline.covariates, adjusted.engine_words,
    )  # fmt: skip


def _joined(frames: Sequence[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    some = [frame for frame in frames if len(frame)]
    return pd.concat(some, ignore_index=True) if some else pd.DataFrame(columns=list(columns))
