"""Case-mix-adjusted differences between clinics: the headline model with patients nested in clinics.

A difference is the clinic's conditional mode, drawn towards the average clinic the more the fewer scores it has, so
that a small clinic is not far out by chance. Its interval is that of the prediction error û - u, fixed effects
estimated (Henderson, Biometrics 1975).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.cohort import Selection
from analysis.mixed import ClinicDepartures, MixedModelFit, ModelRefused, NestedMixedModelFit, clinic_departures

from ..points import patients_per_route
from ..prepared import MIN_PER_ROUTE, PreparedSymptomChange
from .groups import NOT_SHOWN, Groups
from .prepared import PreparedClinics, nested_model
from .result import ADJUSTED, Status

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
FEWEST_CLINICS = 3  # with two, half the fits see no variance, and an interval is as wide as the scale
FEWEST_DF = 2  # fewer come from a variance between clinics that is hardly more than zero, and make t explode
TAIL = 0.025


@dataclass(frozen=True, eq=False)
class Adjusted:
    """The model's part of `Clinics`: see there."""

    status: Status
    sentence: str
    frame: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(ADJUSTED)))
    between_sd: float = np.nan
    between: tuple[float, float] = (np.nan, np.nan)
    n_model: int = 0
    n_rows: int = 0
    engine_words: str = ""


CONVERGED = "The model was fitted without problems, and its solution was verified."
NO_DIFFERENCE = (
    "The model was fitted, and the variation between clinics was estimated as zero (a singular fit): every difference "
    "is drawn all the way to zero and has no interval. This does not show that the clinics are alike; read the funnels."
)
PATIENTS_SINGULAR = (
    "The model was fitted, but part of the variation between patients was estimated as zero (a singular fit): the "
    "differences between clinics stay valid; do not interpret the variance components."
)
NOBODY = "No patient meets every rule of this cohort. Remove a rule to see a result."
NO_CLINIC = "No clinic is recorded for the patients of this cohort, so clinics cannot be compared. Add clinic_id."
ENGINE = "The model cannot be fitted to this cohort. Widen the cohort, adjust for less, or choose another instrument."


def _too_few(n_clinics: int) -> str:
    if n_clinics == 1:
        return (
            "All patients of the model are at one clinic, so there is no other to compare it with. Widen the cohort to "
            f"{FEWEST_CLINICS} clinics or more."
        )
    return (
        f"The patients of the model are at {n_clinics} clinics, which do not show how far clinics vary: the model "
        f"needs {FEWEST_CLINICS}. Widen the cohort, or read the funnels."
    )


def _no_route(instrument: str) -> str:
    return (
        f"No route has {MIN_PER_ROUTE} patients with a {instrument} baseline, a later score and every adjustment "
        "recorded in this cohort, and the model needs that many. Widen the cohort or choose another instrument."
    )


def adjusted_differences(prepared: PreparedClinics, selection: Selection, groups: Groups) -> Adjusted:
    """Fit the model to a cohort and read its clinics.

    One row per group with a patient in the model: clinic, n_patients (in the model), estimate (points of change,
    against the average clinic; negative is more improvement), std_error, ci_low, ci_high. POOLED is the mean of its
    clinics, each as often as it has patients in the model. At a variance between clinics of zero estimates are 0
    without std_error and interval. Routes with fewer than MIN_PER_ROUTE patients are left out, as in symptom change.

    Intervals have Student's t with Satterthwaite's degrees of freedom for the error of prediction, at most one fewer
    than the model has clinics and at least FEWEST_DF. How often they hold the truth is in tests/recovery/README.md.
    """
    headline = prepared.headline
    used = _rows_used(headline, selection)
    why = _refusal(prepared, selection, used)
    if why:
        return Adjusted("refused", why, engine_words=prepared.engine_words if why == ENGINE else "")
    try:
        fit, departures = _fit(prepared, used)
    except ModelRefused as reason:
        return Adjusted("refused", ENGINE, engine_words=str(reason))
    vanished = fit.nested_rank == 0
    sentence = NO_DIFFERENCE if vanished else PATIENTS_SINGULAR if fit.status == "singular" else CONVERGED
    frame = _frame(prepared, used, groups, departures, vanished)
    return Adjusted(
        fit.status, sentence, frame, departures.between_sd, departures.between_interval(), fit.n_groups, fit.n_rows
    )


def _rows_used(headline: PreparedSymptomChange, selection: Selection) -> Mask:
    """The rows of the cohort on the routes that have enough patients."""
    points = headline.points
    mine: Mask = selection.keep[points.patient] & headline.in_model
    enough = patients_per_route(points.take(mine)) >= MIN_PER_ROUTE
    return mine & enough[points.route] if len(points) else mine


def _refusal(prepared: PreparedClinics, selection: Selection, used: Mask) -> str:
    """Why the model is not even tried; "" when it is."""
    if not selection.n_patients:
        return NOBODY
    if not (prepared.clinics.of_patient[selection.keep] >= 0).any():
        return NO_CLINIC
    if not used.any():
        if prepared.headline.model is None:
            return prepared.headline.refusal or ENGINE
        return _no_route(prepared.spec.instrument)
    n_clinics = len(np.unique(prepared.clinics.of_patient[prepared.headline.points.patient[used]]))
    if n_clinics < FEWEST_CLINICS:
        return _too_few(n_clinics)
    return "" if prepared.model is not None else ENGINE


def _fit(prepared: PreparedClinics, used: Mask) -> tuple[NestedMixedModelFit, ClinicDepartures]:
    """The refit of the patients behind some rows; from the rows again where a patient also has rows on a route left
    out (only when routes are followed from session to session)."""
    headline, model = prepared.headline, prepared.model
    assert model is not None
    patient = headline.points.patient
    chosen = np.zeros(len(headline.people), dtype=bool)
    chosen[patient[used]] = True
    fit: MixedModelFit
    if (headline.in_model & chosen[patient]).sum() > used.sum():
        routes = [code for code in headline.points.routes if (headline.rows["route"][used] == code).any()]
        model = nested_model(headline, used, routes)
        fit = model.fit()
    else:
        fit = model.fit(patients=prepared.study.patients["patient_id"].to_numpy()[chosen])
    assert isinstance(fit, NestedMixedModelFit)
    return fit, clinic_departures(fit, model)


def _frame(
    prepared: PreparedClinics, used: Mask, groups: Groups, departures: ClinicDepartures, vanished: bool
) -> pd.DataFrame:
    patients = np.unique(prepared.headline.points.patient[used])
    n_model = np.bincount(prepared.clinics.of_patient[patients], minlength=len(prepared.clinics.names))
    place = {name: number for number, name in enumerate(prepared.clinics.names)}
    of_mode = np.array([place[str(name)] for name in departures.clinics])
    weights = np.zeros((len(groups.labels), len(of_mode)))
    shown = groups.of_clinic[of_mode] != NOT_SHOWN
    weights[groups.of_clinic[of_mode[shown]], np.flatnonzero(shown)] = n_model[of_mode[shown]]
    total = weights.sum(axis=1)
    some = total > 0
    table = departures.combined(weights[some] / total[some, None])
    if vanished:
        table = table.assign(estimate=0.0, std_error=np.nan)
    df = np.clip(table["df"], FEWEST_DF, len(of_mode) - 1)
    half = stats.t.ppf(1 - TAIL, df) * table["std_error"]
    labels = np.array(groups.labels, dtype=object)[some]
    return table.assign(
        clinic=labels, n_patients=total[some].astype(np.int64), ci_low=table["estimate"] - half,
        ci_high=table["estimate"] + half,
    )[list(ADJUSTED)]  # fmt: skip
