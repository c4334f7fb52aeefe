"""The model of symptom change, prepared once for a study and refitted for any cohort of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.mixed import ModelRefused, PreparedModel, prepare_mixed_model
from analysis.study import Study, index_route

from .balance import Traits, patient_traits
from .model_rows import model_rows, study_knots, usable_covariates
from .model_spec import Knots, ModelSpec
from .points import Points, patients_per_route, score_points

Mask = NDArray[np.bool_]
MIN_PER_ROUTE = 20  # evaluable patients a route needs before a model speaks of it


@dataclass(frozen=True, eq=False)
class PreparedSymptomChange:
    """A study's rows and cross-products for one spec; nothing here depends on a cohort.

    rows: one row per score (see `model_rows`), of every route; points: the same as arrays.
    in_model: which rows the model may use. The other arrays have one entry per row of `patients`:
    evaluable (a baseline and a later score, whatever the route rule), changed_route, complete (every
    adjustment recorded); people holds what a patient brings to the average. model is None when the study cannot carry
    the model at all, and refusal is a sentence or engine_words the engine's reason, which may count patients.
    """

    study: Study
    spec: ModelSpec
    rows: pd.DataFrame
    points: Points
    in_model: Mask
    covariates: tuple[str, ...]
    knots: Knots
    people: pd.DataFrame
    evaluable: Mask
    changed_route: Mask
    complete: Mask
    traits: Traits
    model: PreparedModel | None
    refusal: str = ""
    engine_words: str = ""


def _people(rows: pd.DataFrame, points: Points, covariates: tuple[str, ...], n: int) -> pd.DataFrame:
    """Baseline and covariates per patient of the study, from the patient's first row."""
    patients, first = np.unique(points.patient, return_index=True)
    people = rows.iloc[first][["baseline", *covariates]].set_axis(patients, axis=0)
    return people.reindex(np.arange(n))


def fit_rows(
    spec: ModelSpec, rows: pd.DataFrame, routes: list[str], covariates: tuple[str, ...], knots: Knots
) -> PreparedModel:
    """The engine's model of some rows, on the routes given. Raises ModelRefused or ValueError with a sentence."""
    if not routes:
        raise ValueError(
            f"No route in this study has {MIN_PER_ROUTE} patients with a {spec.instrument} baseline and a later "
            "score, which the model needs. Choose another instrument or load more data."
        )
    chosen = rows.assign(route=rows["route"].cat.set_categories(routes))
    return prepare_mixed_model(spec.formula(knots, covariates), chosen, groups="patient_id", random=spec.random)


def prepare_symptom_change(study: Study, spec: ModelSpec) -> PreparedSymptomChange:
    """One pass over a study for one spec; cohorts of it are then fitted without another.

    Routes with fewer than MIN_PER_ROUTE patients in the whole study are not in the model, nor are
    patients without every adjustment. Knots, covariates and reference levels are the study's, so that
    cohorts are comparable.
    """
    covariates = usable_covariates(study, spec)
    rows = model_rows(study, spec, covariates)
    points, n = score_points(rows, spec), len(study.patients)
    people = _people(rows, points, covariates, n)
    complete = people.notna().all(axis=1).to_numpy()
    evaluable = np.bincount(points.patient, minlength=n) > 0
    if spec.route_rule == "unchanged only":
        kept = ~rows["route_changed"].to_numpy()
        rows, points = rows[kept].reset_index(drop=True), points.take(kept)
    able = complete[points.patient]
    enough = patients_per_route(points.take(able)) >= MIN_PER_ROUTE
    in_model = able & enough[points.route] if len(rows) else np.zeros(0, dtype=bool)
    routes = [code for code, keep in zip(points.routes, enough, strict=True) if keep]
    model, refusal, engine_words = None, "", ""
    knots: Knots = ()
    try:
        knots = study_knots(rows[in_model], spec)
        model = fit_rows(spec, rows[in_model], routes, covariates, knots)
    except ModelRefused as reason:
        engine_words = str(reason)
    except ValueError as reason:
        refusal = str(reason)
    changed = index_route(study)["route_changed"].to_numpy()
    return PreparedSymptomChange(
        study, spec, rows, points, in_model, covariates, knots, people, evaluable, changed, complete,
        patient_traits(study, spec.instrument), model, refusal, engine_words,
    )  # fmt: skip
