"""Case-mix-adjusted differences between clinics: the headline model with patients nested in clinics.

A difference is the clinic's conditional mode, drawn towards the average clinic the more the fewer scores it has, so
that a small clinic is not far out by chance. Its interval is that of the prediction error û - u, fixed effects
estimated (Henderson, Biometrics 1975).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.cohort import Selection
from analysis.mixed import (
    ClinicDepartures,
    MixedModelFit,
    ModelRefused,
    NestedMixedModelFit,
    PreparedModel,
    clinic_departures,
)

from ..points import patients_per_route
from ..prepared import MIN_PER_ROUTE, PreparedSymptomChange
from .groups import NOT_SHOWN, Groups
from .prepared import PreparedClinics, fixed_model, nested_model
from .result import ADJUSTED, Status
from .sentences import (
    CONVERGED,
    ENGINE,
    FEWEST_CLINICS,
    NO_CLINIC,
    NO_DIFFERENCE,
    NOBODY,
    PATIENTS_SINGULAR,
    no_route,
    too_few,
)
from .unshrunken import UNSHRUNKEN, unshrunken

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
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


def adjusted_differences(prepared: PreparedClinics, selection: Selection, groups: Groups) -> Adjusted:
    """Fit the model to a cohort and read its clinics.

    One row per group with a patient in the model: clinic, n_patients (in the model), estimate (points of change,
    against the average clinic; negative is more improvement), std_error, ci_low, ci_high. POOLED is the mean of its
    clinics, each as often as it has patients in the model. At a variance between clinics of zero estimates are 0
    without std_error and interval. fixed, fixed_low and fixed_high are the same before shrinking, see `unshrunken`.
    Routes with fewer than MIN_PER_ROUTE patients are left out, as in symptom change.

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
    parts = _parts(prepared, used, groups, [str(name) for name in departures.clinics])
    frame = _with_unshrunken(prepared, used, parts, _frame(parts, departures, vanished))
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
        return no_route(prepared.spec.instrument)
    n_clinics = len(np.unique(prepared.clinics.of_patient[prepared.headline.points.patient[used]]))
    if n_clinics < FEWEST_CLINICS:
        return too_few(n_clinics)
    return "" if prepared.model is not None else ENGINE


def _fit(prepared: PreparedClinics, used: Mask) -> tuple[NestedMixedModelFit, ClinicDepartures]:
    """The nested model of some rows, and the departures of its clinics."""
    assert prepared.model is not None
    model, fit = _refit(prepared, used, prepared.model, nested_model)
    assert isinstance(fit, NestedMixedModelFit)
    return fit, clinic_departures(fit, model)


def _refit(
    prepared: PreparedClinics, used: Mask, model: PreparedModel, anew: Callable[..., PreparedModel]
) -> tuple[PreparedModel, MixedModelFit]:
    """The refit of the patients behind some rows; from the rows again where a patient also has rows on a route left
    out (only when routes are followed from session to session)."""
    headline = prepared.headline
    patient = headline.points.patient
    chosen = np.zeros(len(headline.people), dtype=bool)
    chosen[patient[used]] = True
    if (headline.in_model & chosen[patient]).sum() > used.sum():
        routes = [code for code in headline.points.routes if (headline.rows["route"][used] == code).any()]
        model = anew(headline, used, routes)
        return model, model.fit()
    return model, model.fit(patients=prepared.study.patients["patient_id"].to_numpy()[chosen])


@dataclass(frozen=True, eq=False)
class Parts:
    """The groups with a patient in the model: their labels, how many patients they have there, and of the clinics of
    the model (columns, in the order of names) the part each has in them, rows summing to 1."""

    labels: tuple[str, ...]
    n_patients: NDArray[np.int64]
    shares: Floats
    clinics: tuple[str, ...]


def _parts(prepared: PreparedClinics, used: Mask, groups: Groups, clinics: Sequence[str]) -> Parts:
    patients = np.unique(prepared.headline.points.patient[used])
    n_model = np.bincount(prepared.clinics.of_patient[patients], minlength=len(prepared.clinics.names))
    place = {name: number for number, name in enumerate(prepared.clinics.names)}
    of_model = np.array([place[name] for name in clinics])
    weights = np.zeros((len(groups.labels), len(of_model)))
    shown = groups.of_clinic[of_model] != NOT_SHOWN
    weights[groups.of_clinic[of_model[shown]], np.flatnonzero(shown)] = n_model[of_model[shown]]
    total = weights.sum(axis=1)
    some = total > 0
    labels = tuple(label for label, yes in zip(groups.labels, some, strict=True) if yes)
    return Parts(labels, total[some].astype(np.int64), weights[some] / total[some, None], tuple(clinics))


def _frame(parts: Parts, departures: ClinicDepartures, vanished: bool) -> pd.DataFrame:
    table = departures.combined(parts.shares)
    if vanished:
        table = table.assign(estimate=0.0, std_error=np.nan)
    df = np.clip(table["df"], FEWEST_DF, len(parts.clinics) - 1)
    half = stats.t.ppf(1 - TAIL, df) * table["std_error"]
    return table.assign(
        clinic=list(parts.labels), n_patients=parts.n_patients, ci_low=table["estimate"] - half,
        ci_high=table["estimate"] + half,
    )  # fmt: skip


def _with_unshrunken(prepared: PreparedClinics, used: Mask, parts: Parts, frame: pd.DataFrame) -> pd.DataFrame:
    """The differences before shrinking beside those after it; missing where the model of fixed clinics is refused."""
    shares = {
        label: dict(zip(parts.clinics, row.tolist(), strict=True))
        for label, row in zip(parts.labels, parts.shares, strict=True)
    }
    before = pd.DataFrame(np.nan, index=list(parts.labels), columns=list(UNSHRUNKEN))
    if prepared.fixed is not None:
        try:
            _, fit = _refit(prepared, used, prepared.fixed, fixed_model)
            before = unshrunken(fit, shares)
        except ModelRefused:
            pass  # the shrunken differences stand by themselves; these columns stay missing
    return frame.assign(**{name: before[name].to_numpy() for name in UNSHRUNKEN})[list(ADJUSTED)]
