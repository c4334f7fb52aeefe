"""What the model expects of a population, of a patient it has seen, and of one it has not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..diagnose.design_rows import DesignRows, matrix_of, read_design_rows
from ..diagnose.units import random_design_of
from ..errors.row_covariance import residual_variances
from ..fit import MixedModelFit
from ..fitted_model import LEVEL, FittedModel, critical_value
from ..means.estimable import estimable
from ..refusal import ModelRefused
from ..source_rows import frame_of
from .patient_lines import new_patients, patient_lines

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

LEVELS = ("population", "patient")
INTERVALS = ("confidence", "prediction", None)


class Asked(NamedTuple):
    """The rows that can be predicted: places in the frame, designs of the fixed (kept terms) and random part, and
    the place of the patient in the fit, -1 for one it has not seen (always, for the population)."""

    place: IntArray
    x: FloatArray
    z: FloatArray
    patient: IntArray


def predict(
    fit: FittedModel,
    data: pd.DataFrame | None = None,
    level: str = "population",
    interval: str | None = "confidence",
    source: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Predicted outcomes with 95 % intervals. One row per row of ``data``, under the same index.

    ``level`` "population" gives x'b, the mean of all patients with these covariates. "patient" adds z'b_i, the
    conditional mode of the patient named in the fit's patient column; a patient the fit has not seen gets the
    population's mean, and ``known_patient`` is False.

    ``interval`` "confidence" is for the mean named by ``level``: of all patients, or of that one patient (for an
    unseen patient, its variance includes z'Gz). "prediction" is for one new score: of a patient not in the fit
    (adds z'Gz + sigma²), or of that patient (adds sigma²); with prior weights or a variance per group, ``data`` needs
    their columns too. None leaves ``ci_low`` and ``ci_high`` out.

    ``std_error`` is the standard error of whatever the interval is for. At the patient level it is that of the joint
    estimation of b and b_i (Henderson 1975; SAS OUTPRED): unlike lme4's condVar it includes the uncertainty of b.
    Fixed effects enter with the covariance and ``df`` of the fit, at the row's x. Where variances of patients and
    residuals are added these are taken at their estimates, with Student's t at the same df: an approximation.

    Without ``data``, the rows of the fit; ``source`` is the frame of the fit, needed at the patient level and found
    by itself while somebody keeps it. A row with a missing value, or whose prediction cannot be estimated because a
    term was dropped, has no numbers: ``.attrs`` counts them as ``n_missing`` and ``n_not_estimable``. Units are the
    outcome's. Predictions of patients are individual data: not to be released by row.

    Raises ModelRefused for unknown options, missing columns and levels of a category that the fit has not seen.
    """
    _check_options(fit, level, interval)
    frame = frame_of(fit, source, "source=data") if data is None else data
    asked, counts = _read(fit, frame, level)
    table = _predicted(fit, asked, level, interval, source, _new_score_variance(fit, frame, asked, interval))
    result = pd.DataFrame(index=frame.index)
    for name, values in table.items():
        column = np.full(len(frame), np.nan)
        column[asked.place] = values
        result[name] = column
    if level == "patient":
        result["known_patient"] = fit.patients.get_indexer(pd.Index(frame[fit.groups])) >= 0
    result.attrs.update(counts)
    return result


def _check_options(fit: FittedModel, level: str, interval: str | None) -> None:
    if level not in LEVELS:
        raise ModelRefused(f"There is no prediction for the level '{level}'.", "Use 'population' or 'patient'.")
    if interval not in INTERVALS:
        raise ModelRefused(f"There is no '{interval}' interval.", "Use 'confidence', 'prediction' or None.")
    if level == "patient" and not isinstance(fit, MixedModelFit):
        raise ModelRefused(
            "This model has no random effects, so a patient has no line of their own.", "Use level='population'."
        )
    correlated = isinstance(fit, MixedModelFit) and fit.residual_structure.kind != "independent"
    if correlated and (level, interval) == ("patient", "prediction"):
        raise ModelRefused(
            "With correlated residuals a patient's next score depends on the time since the last one, which this"
            " interval does not know.",
            "Use interval='confidence', or level='population'.",
        )


def _read(fit: FittedModel, frame: pd.DataFrame, level: str) -> tuple[Asked, dict[str, int]]:
    random = random_design_of(fit)
    rows = read_design_rows([fit.design, random], frame, "this prediction")
    _refuse_unseen(fit, rows)
    place = np.flatnonzero(rows.complete)
    whole = rows.taken(place)
    x = matrix_of(fit.design, whole)
    known = estimable(fit, x)
    patient = np.full(len(place), -1, dtype=np.intp)
    if level == "patient":
        patient = _patients_of(fit, frame)[place]
    counts = {"n_missing": len(frame) - len(place), "n_not_estimable": int((~known).sum())}
    asked = Asked(place[known], x[known][:, list(fit.kept)], matrix_of(random, whole)[known], patient[known])
    return asked, counts


def _patients_of(fit: FittedModel, frame: pd.DataFrame) -> IntArray:
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
    return fit.patients.get_indexer(pd.Index(frame[fit.groups]))


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


def _new_score_variance(fit: FittedModel, frame: pd.DataFrame, asked: Asked, interval: str | None) -> FloatArray:
    """What one new score adds to the variance of its mean, per row; nothing when the interval is for the mean."""
    if interval != "prediction" or not isinstance(fit, MixedModelFit):
        return np.zeros(len(asked.place))
    return fit.residual_variance * residual_variances(fit.residual_structure, frame)[asked.place]


def _predicted(
    fit: FittedModel,
    asked: Asked,
    level: str,
    interval: str | None,
    source: pd.DataFrame | None,
    new_score: FloatArray,
) -> dict[str, FloatArray]:
    estimate = asked.x @ fit.coefficients
    left, extra = asked.x, np.zeros(len(estimate))
    if isinstance(fit, MixedModelFit):
        if level == "patient":
            lines = patient_lines(fit, source)
            estimate = estimate + lines.own_part(asked.z, asked.patient)
            extra, left = lines.error_parts(asked.x, asked.z, asked.patient)
        elif interval == "prediction":
            extra, left = new_patients(fit).error_parts(asked.x, asked.z, asked.patient)
        extra = extra + new_score
    variance = np.einsum("np,pq,nq->n", left, fit.covariance, left, optimize=True) + extra
    table = {"estimate": estimate, "std_error": np.sqrt(variance), "df": fit.inference.df(asked.x)}
    if interval is not None:
        half = critical_value(LEVEL, table["df"]) * table["std_error"]
        table |= {"ci_low": estimate - half, "ci_high": estimate + half}
    return table
