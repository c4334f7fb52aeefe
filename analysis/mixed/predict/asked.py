"""The rows that somebody asks predictions for, read in the terms of the fit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..columns import require_columns
from ..diagnose.design_rows import DesignRows, matrix_of, read_design_rows
from ..diagnose.fit_covariance import outer_design_of, outer_root_of, random_design_of
from ..errors.row_covariance import residual_variances
from ..fit import MixedModelFit
from ..fitted_model import FittedModel
from ..means.estimable import estimable
from ..mmrm.fit import MMRMFit
from ..nested.fit import NestedMixedModelFit
from ..refusal import ModelRefused
from .patient_lines import visit_columns

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

PLACE = "this prediction"


class Asked(NamedTuple):
    """The rows that can be predicted: places in the frame, designs of the fixed (kept terms) and random part (the
    clinic's effects before the patient's), the line of each row (see PatientLines), and the variance of a new
    residual (zero unless a new score is asked for)."""

    place: IntArray
    x: FloatArray
    z: FloatArray
    line: IntArray
    residual: FloatArray


def read_asked(fit: FittedModel, frame: pd.DataFrame, level: str, interval: str | None) -> tuple[Asked, dict[str, int]]:
    """Rows with every value and an estimable mean, and how many are not. Raises ModelRefused for columns that are
    absent and levels, visits or patients that cannot be used."""
    designs = [fit.design, random_design_of(fit), outer_design_of(fit)]
    rows = read_design_rows(designs, frame, PLACE)
    _refuse_unseen(fit, rows)
    beyond_mean = level == "patient" or interval == "prediction"
    line = _lines(fit, frame) if level == "patient" else np.full(len(frame), -1, dtype=np.intp)
    place = np.flatnonzero(rows.complete & _visited(fit, frame, beyond_mean))
    place, residual = _residual_variance(fit, frame, place, interval)
    whole = rows.taken(place)
    x, z, outer = (matrix_of(design, whole) for design in designs)
    if isinstance(fit, MMRMFit) and beyond_mean:
        z = visit_columns(fit, frame[fit.visit].iloc[place])
    known = estimable(fit, x)
    effects = np.column_stack([outer @ outer_root_of(fit), z])
    asked = Asked(place[known], x[known][:, list(fit.kept)], effects[known], line[place][known], residual[known])
    return asked, {"n_missing": len(frame) - len(place), "n_not_estimable": int((~known).sum())}


def _visited(fit: FittedModel, frame: pd.DataFrame, needed: bool) -> Mask:
    """Rows that name their visit, where the model needs it."""
    if not (isinstance(fit, MMRMFit) and needed):
        return np.ones(len(frame), dtype=bool)
    require_columns(frame, [fit.visit], PLACE)
    return np.asarray(frame[fit.visit].notna())


def _residual_variance(
    fit: FittedModel, frame: pd.DataFrame, place: IntArray, interval: str | None
) -> tuple[IntArray, FloatArray]:
    """The rows whose residual variance is known, and the variance of a new residual there."""
    if interval != "prediction" or not isinstance(fit, MixedModelFit):
        return place, np.zeros(len(place))
    relative = residual_variances(fit.residual_structure, frame.iloc[place])
    known = ~np.isnan(relative)
    return place[known], fit.residual_variance * relative[known]


def _lines(fit: FittedModel, frame: pd.DataFrame) -> IntArray:
    """Each row's line: the patient's, else that of a new patient in the clinic, else of one nobody has seen."""
    if fit.groups not in frame.columns:
        raise ModelRefused(
            f"The data has no column '{fit.groups}', which names the patients.",
            "Add it, or use level='population'.",
        )
    unnamed = int(frame[fit.groups].isna().sum())
    if unnamed:
        raise ModelRefused(
            f"Column '{fit.groups}' is missing in {unnamed} of {len(frame)} rows.",
            "Name the patient of every row (a new name for a new patient), or use level='population'.",
        )
    patient = fit.patients.get_indexer(pd.Index(frame[fit.groups]))
    if not isinstance(fit, NestedMixedModelFit):
        return patient
    require_columns(frame, [fit.nested_in], PLACE)
    clinic = fit.clinics.get_indexer(pd.Index(frame[fit.nested_in]))
    return np.where((patient < 0) & (clinic >= 0), len(fit.patients) + clinic, patient)


def _refuse_unseen(fit: FittedModel, rows: DesignRows) -> None:
    if not rows.unseen:
        return
    strange = [
        f"{name} {', '.join(map(str, levels))} ({int((rows.codes[name] == -2).sum())} rows)"
        for name, levels in rows.unseen.items()
    ]
    known = [f"{name} may be {', '.join(map(str, fit.levels[name]))}" for name in rows.unseen]
    raise ModelRefused(
        f"No rows of the fit have {'; '.join(strange)}.", f"Leave those rows out or recode them: {'; '.join(known)}."
    )
