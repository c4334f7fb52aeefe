"""Symptom change by route and number of sessions, for one cohort: the product's main question."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.cohort import Selection
from analysis.mixed import MixedModelFit, ModelRefused

from .balance import route_balance
from .denominators import Denominators, denominators
from .points import observed_means, patients_per_route
from .prepared import MIN_PER_ROUTE, PreparedSymptomChange, fit_rows
from .result import LEFT_OUT, LEVELS, SymptomChange
from .trajectory import LAST_X, decision_points, route_differences, trajectory

MIN_AT_DECISION = 11  # patients still assessed there before a route is spoken of: fewer say little
Mask = NDArray[np.bool_]


def _left_out(prepared: PreparedSymptomChange, mine: Mask) -> tuple[pd.DataFrame, Mask]:
    """Routes with too few patients in a cohort, with the reason, and which of the study's routes have enough."""
    points = prepared.points
    evaluable = patients_per_route(points.take(mine))
    usable = patients_per_route(points.take(mine & prepared.complete[points.patient]))
    rows = []
    for route, n_evaluable, n_usable in zip(points.routes, evaluable, usable, strict=True):
        if n_evaluable and n_usable < MIN_PER_ROUTE:
            few = n_evaluable < MIN_PER_ROUTE
            what = "evaluable patients" if few else "patients with every adjustment recorded"
            rows.append((route, int(n_evaluable if few else n_usable), f"fewer than {MIN_PER_ROUTE} {what}"))
    return pd.DataFrame(rows, columns=list(LEFT_OUT)), usable >= MIN_PER_ROUTE


def _refused(
    prepared: PreparedSymptomChange, selection: Selection, left_out: pd.DataFrame, why: str = "", engine_words: str = ""
) -> SymptomChange:
    return SymptomChange(
        prepared.spec, "refused", why, denominators(prepared, selection), prepared.spec.knot, left_out=left_out,
        balance=route_balance(prepared.traits, selection.keep), engine_words=engine_words,
    )  # fmt: skip


def _too_few(selection: Selection, instrument: str) -> str:
    if selection.n_patients == 0:
        return "No patient meets every rule of this cohort. Remove a rule to see a result."
    return (
        f"No route has {MIN_PER_ROUTE} patients with a {instrument} baseline, a later score and every adjustment "
        "recorded in this cohort, and the model needs that many. Widen the cohort or choose another instrument."
    )


def symptom_change(prepared: PreparedSymptomChange, selection: Selection) -> SymptomChange:
    """Fit the prepared model to a cohort and read it.

    selection must be of the study that was prepared. Routes with fewer than MIN_PER_ROUTE evaluable
    patients in the cohort are left out and listed. Never raises for a cohort the model cannot be
    fitted to: the result is then refused, with a sentence.
    """
    mine = selection.keep[prepared.points.patient]
    of = denominators(prepared, selection)
    left_out, enough = _left_out(prepared, mine)
    if prepared.model is None or not enough.any():
        if prepared.model is None and selection.n_patients:
            return _refused(prepared, selection, left_out, prepared.refusal, prepared.engine_words)
        return _refused(prepared, selection, left_out, _too_few(selection, prepared.spec.instrument))
    used = mine & prepared.in_model & enough[prepared.points.route]
    try:
        fit = _fit(prepared, used)
        return _read(prepared, selection, fit, used, of, left_out)
    except ModelRefused as reason:
        return _refused(prepared, selection, left_out, engine_words=str(reason))


def _fit(prepared: PreparedSymptomChange, used: Mask) -> MixedModelFit:
    """The refit of the patients behind some rows, from the prepared model.

    Where a patient also has rows on a route that is left out (only when routes are followed from session to
    session), those rows must not come along, and the model is prepared anew without them.
    """
    patient = prepared.points.patient
    chosen = np.zeros(len(prepared.people), dtype=bool)
    chosen[patient[used]] = True
    if (prepared.in_model & chosen[patient]).sum() > used.sum():
        rows = prepared.rows[used]
        routes = [code for code in prepared.points.routes if (rows["route"] == code).any()]
        return fit_rows(prepared.spec, rows, routes, prepared.covariates, prepared.knots).fit()
    assert prepared.model is not None
    return prepared.model.fit(patients=prepared.study.patients["patient_id"].to_numpy()[chosen])


def _levels(people: pd.DataFrame) -> pd.DataFrame:
    """Patients of the model on each level of each adjustment that has levels."""
    rows = []
    for column in people:
        if isinstance(people[column].dtype, pd.CategoricalDtype):
            counted = people[column].value_counts(sort=False)
            rows += [(column, str(level), int(n)) for level, n in counted.items() if n]
    return pd.DataFrame(rows, columns=list(LEVELS))


def _read(
    prepared: PreparedSymptomChange,
    selection: Selection,
    fit: MixedModelFit,
    used: Mask,
    of: Denominators,
    left_out: pd.DataFrame,
) -> SymptomChange:
    spec, points = prepared.spec, prepared.points.take(used)
    in_fit = np.zeros(len(prepared.people), dtype=bool)
    in_fit[points.patient] = True
    people = prepared.people[in_fit]
    curve = trajectory(fit, spec, points, people)
    decision = decision_points(curve, spec)
    decision = decision[(decision["n_patients"] >= MIN_AT_DECISION).to_numpy()].reset_index(drop=True)
    differences = route_differences(fit, spec, people, decision["route"].tolist())
    mine = selection.keep & prepared.evaluable
    return SymptomChange(
        spec, fit.status, _status_sentence(fit), of, spec.knot, fit,
        fit.n_groups, fit.n_rows, prepared.covariates, curve, observed_means(points, LAST_X[spec.time]), decision,
        differences, left_out, route_balance(prepared.traits, selection.keep), _levels(people),
        int((mine & prepared.changed_route).sum()), int((mine & ~prepared.complete).sum()),
    )  # fmt: skip


def _status_sentence(fit: MixedModelFit) -> str:
    if fit.status == "singular":
        return (
            "The model was fitted, but part of the variation between patients was estimated as zero (a singular fit): "
            "intervals for the means stay valid; do not interpret the variance components."
        )
    return "The model was fitted without problems, and its solution was verified."
