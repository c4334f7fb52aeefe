"""The model of symptom change, prepared once for a study and refitted for any cohort of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.mixed import ModelRefused, PreparedModel, prepare_mixed_model
from analysis.study import Study
from analysis.vocabulary import ROUTES

from .model_rows import model_rows, study_knots, usable_covariates
from .model_spec import ModelSpec

MIN_PER_ROUTE = 20  # evaluable patients a route needs before a model speaks of it
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PreparedSymptomChange:
    """A study's rows and cross-products for one spec; nothing here depends on a cohort.

    rows: one row per assessment (see `model_rows`), of every route. patient: for each row, the row
    number of its patient in the study. in_model: which rows the model may use. model is None, and
    refusal a sentence, when the study cannot carry the model at all.
    """

    study: Study
    spec: ModelSpec
    rows: pd.DataFrame
    patient: Ints
    in_model: NDArray[np.bool_]
    covariates: tuple[str, ...]
    model: PreparedModel | None
    refusal: str = ""


def patients_per_route(rows: pd.DataFrame, patient: Ints) -> pd.Series:
    """Number of different patients on each route, in the vocabulary's order of routes."""
    pairs = pd.DataFrame({"route": rows["route"].astype("str").to_numpy(), "patient": patient}).drop_duplicates()
    counts = pairs["route"].value_counts()
    return counts.reindex([code for code in ROUTES if code in counts.index])


def prepare_symptom_change(study: Study, spec: ModelSpec) -> PreparedSymptomChange:
    """One pass over a study for one spec; cohorts of it are then fitted without another.

    Routes with fewer than MIN_PER_ROUTE patients in the whole study are not in the model. Knots,
    covariates and reference levels are the study's, so that cohorts are comparable.
    """
    covariates = usable_covariates(study, spec)
    rows = model_rows(study, spec, covariates)
    patient = rows["patient_id"].cat.codes.to_numpy().astype(np.int64)
    if spec.route_rule == "unchanged only":
        kept = ~rows["route_changed"].to_numpy()
        rows, patient = rows[kept].reset_index(drop=True), patient[kept]
    counts = patients_per_route(rows, patient)
    routes = [str(code) for code in counts.index[counts >= MIN_PER_ROUTE]]
    in_model = rows["route"].isin(routes).to_numpy()
    chosen = rows[in_model].assign(route=lambda frame: frame["route"].cat.set_categories(routes))
    model, refusal = None, ""
    try:
        if not routes:
            raise ValueError(
                f"No route in this study has {MIN_PER_ROUTE} patients with a {spec.instrument} baseline and a later "
                "score, which the model needs. Choose another instrument or load more data."
            )
        formula = spec.formula(study_knots(chosen, spec), covariates)
        model = prepare_mixed_model(formula, chosen, groups="patient_id", random=spec.random)
    except (ModelRefused, ValueError) as reason:
        refusal = str(reason)
    return PreparedSymptomChange(study, spec, rows, patient, in_model, covariates, model, refusal)
