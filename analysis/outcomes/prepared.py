"""The model of symptom change, prepared once for a study and refitted for any cohort of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.mixed import ModelRefused, PreparedModel, prepare_mixed_model
from analysis.study import Study

from .balance import Traits, patient_traits
from .model_rows import model_rows, study_knots, usable_covariates
from .model_spec import ModelSpec
from .points import Points, patients_per_route, score_points

MIN_PER_ROUTE = 20  # evaluable patients a route needs before a model speaks of it


@dataclass(frozen=True, eq=False)
class PreparedSymptomChange:
    """A study's rows and cross-products for one spec; nothing here depends on a cohort.

    rows: one row per score (see `model_rows`), of every route; points: the same as arrays.
    in_model: which rows the model may use. people: what a patient brings to the average, one row per
    row of `patients`, NaN without a score. model is None, and refusal a sentence, when the study
    cannot carry the model at all.
    """

    study: Study
    spec: ModelSpec
    rows: pd.DataFrame
    points: Points
    in_model: NDArray[np.bool_]
    covariates: tuple[str, ...]
    people: pd.DataFrame
    complete: NDArray[np.bool_]
    traits: Traits
    model: PreparedModel | None
    refusal: str = ""


def _people(rows: pd.DataFrame, points: Points, covariates: tuple[str, ...], n: int) -> pd.DataFrame:
    """Baseline and covariates per patient of the study, from the patient's first row."""
    patients, first = np.unique(points.patient, return_index=True)
    people = rows.iloc[first][["baseline", *covariates]].set_axis(patients, axis=0)
    return people.reindex(np.arange(n))


def _model(spec: ModelSpec, rows: pd.DataFrame, routes: list[str], covariates: tuple[str, ...]) -> PreparedModel:
    if not routes:
        raise ValueError(
            f"No route in this study has {MIN_PER_ROUTE} patients with a {spec.instrument} baseline and a later "
            "score, which the model needs. Choose another instrument or load more data."
        )
    chosen = rows.assign(route=rows["route"].cat.set_categories(routes))
    formula = spec.formula(study_knots(chosen, spec), covariates)
    return prepare_mixed_model(formula, chosen, groups="patient_id", random=spec.random)


def prepare_symptom_change(study: Study, spec: ModelSpec) -> PreparedSymptomChange:
    """One pass over a study for one spec; cohorts of it are then fitted without another.

    Routes with fewer than MIN_PER_ROUTE patients in the whole study are not in the model. Knots,
    covariates and reference levels are the study's, so that cohorts are comparable.
    """
    covariates = usable_covariates(study, spec)
    rows = model_rows(study, spec, covariates)
    if spec.route_rule == "unchanged only":
        rows = rows[~rows["route_changed"].to_numpy()].reset_index(drop=True)
    points = score_points(rows, spec)
    enough = patients_per_route(points) >= MIN_PER_ROUTE
    in_model = enough[points.route] if len(rows) else np.zeros(0, dtype=bool)
    routes = [code for code, keep in zip(points.routes, enough, strict=True) if keep]
    model, refusal = None, ""
    try:
        model = _model(spec, rows[in_model], routes, covariates)
    except (ModelRefused, ValueError) as reason:
        refusal = str(reason)
    people = _people(rows, points, covariates, len(study.patients))
    return PreparedSymptomChange(
        study, spec, rows, points, in_model, covariates, people, people.notna().all(axis=1).to_numpy(),
        patient_traits(study, spec.instrument), model, refusal,
    )  # fmt: skip
