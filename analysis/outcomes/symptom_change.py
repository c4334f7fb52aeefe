"""Symptom change by route and number of sessions, for one cohort: the product's main question."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.cohort import Selection
from analysis.mixed import MixedModelFit, ModelRefused

from .balance import route_balance, route_names
from .points import observed_means, patients_per_route
from .prepared import MIN_PER_ROUTE, PreparedSymptomChange
from .result import LEFT_OUT, SymptomChange
from .trajectory import LAST_X, decision_points, route_differences, trajectory
from .wording import honesty_notes, subtitle, title_and_finding

MIN_AT_DECISION = 11  # patients still assessed at the end of induction before a route is spoken of there
Mask = NDArray[np.bool_]


def _left_out(prepared: PreparedSymptomChange, counts: NDArray[np.int64]) -> pd.DataFrame:
    reason = f"fewer than {MIN_PER_ROUTE} evaluable patients"
    pairs = zip(prepared.points.routes, counts, strict=True)
    rows = [(route, int(count), reason) for route, count in pairs if 0 < count < MIN_PER_ROUTE]
    return pd.DataFrame(rows, columns=list(LEFT_OUT))


def _refused(
    prepared: PreparedSymptomChange, selection: Selection, n_evaluable: int, why: str, left_out: pd.DataFrame
) -> SymptomChange:
    return SymptomChange(
        prepared.spec, "refused", why, (), selection.n_patients, n_evaluable, prepared.spec.knot, left_out=left_out,
        title=f"Change in {prepared.spec.instrument} by route and {prepared.spec.time}",
        honesty=honesty_notes(prepared.spec),
    )  # fmt: skip


def _too_few(selection: Selection, instrument: str) -> str:
    if selection.n_patients == 0:
        return "No patient meets every rule of this cohort. Remove a rule to see a result."
    return (
        f"No route has {MIN_PER_ROUTE} patients with a {instrument} baseline and a later score in this cohort, "
        "and the model needs that many. Widen the cohort or choose another instrument."
    )


def symptom_change(prepared: PreparedSymptomChange, selection: Selection) -> SymptomChange:
    """Fit the prepared model to a cohort and read it.

    selection must be of the study that was prepared. Routes with fewer than MIN_PER_ROUTE evaluable
    patients in the cohort are left out and listed. Never raises for a cohort the model cannot be
    fitted to: the result is then refused, with a sentence.
    """
    mine = selection.keep[prepared.points.patient]
    counts = patients_per_route(prepared.points.take(mine))
    n_evaluable = len(np.unique(prepared.points.patient[mine]))
    left_out = _left_out(prepared, counts)
    enough = counts >= MIN_PER_ROUTE
    if prepared.model is None or not enough.any():
        why = _too_few(selection, prepared.spec.instrument)
        if prepared.model is None and selection.n_patients:
            why = prepared.refusal
        return _refused(prepared, selection, n_evaluable, why, left_out)
    used = mine & prepared.in_model & enough[prepared.points.route]
    ids = prepared.study.patients["patient_id"].to_numpy()
    try:
        fit = prepared.model.fit(patients=ids[np.unique(prepared.points.patient[used])])
        return _read(prepared, selection, fit, used, n_evaluable, left_out)
    except ModelRefused as reason:
        return _refused(prepared, selection, n_evaluable, str(reason), left_out)


def _read(
    prepared: PreparedSymptomChange,
    selection: Selection,
    fit: MixedModelFit,
    used: Mask,
    n_evaluable: int,
    left_out: pd.DataFrame,
) -> SymptomChange:
    spec, points = prepared.spec, prepared.points.take(used)
    in_fit = np.zeros(len(prepared.people), dtype=bool)
    in_fit[points.patient] = True
    people = prepared.people[in_fit & prepared.complete]
    curve = trajectory(fit, spec, points, people)
    decision = decision_points(curve, spec)
    decision = decision[(decision["n_patients"] >= MIN_AT_DECISION).to_numpy()].reset_index(drop=True)
    differences = route_differences(fit, spec, people, decision["route"].tolist())
    balance = route_balance(prepared.traits, selection.keep)
    title, finding = title_and_finding(spec, decision, differences, route_names(balance))
    return SymptomChange(
        spec, fit.status, _status_sentence(fit), fit.notes, selection.n_patients, n_evaluable, spec.knot, fit,
        fit.n_groups, fit.n_rows, prepared.covariates, curve, observed_means(points, LAST_X[spec.time]), decision,
        differences, left_out, balance, title,
        subtitle(spec, prepared.covariates, selection.n_patients, n_evaluable, fit.n_groups), finding,
        honesty_notes(spec),
    )  # fmt: skip


def _status_sentence(fit: MixedModelFit) -> str:
    if fit.status == "singular":
        return (
            "The model was fitted, but part of the variation between patients was estimated as zero (a singular fit): "
            "intervals for the means stay valid; do not interpret the variance components."
        )
    return "The model converged: its optimum was checked, not assumed."
