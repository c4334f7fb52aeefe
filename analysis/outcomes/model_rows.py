"""The rows of the headline model: outcome rows with the columns that a spec needs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.study import Study, outcome_rows

from .model_spec import CATEGORY_COLUMN, COVARIATES, Knots, ModelSpec

NOT_RECORDED = "not recorded"
KNOT_SHARES = (0.05, 0.35, 0.65, 0.95)  # Harrell's places for four knots
_GROUP_EDGES = {"sessions": (0, 1, 2, 3, 4, 5, 6, 9, 12, np.inf), "weeks": (0, 1, 2, 4, 8, 13, 26, np.inf)}


def usable_covariates(study: Study, spec: ModelSpec) -> tuple[str, ...]:
    """The spec's covariates that the study records with at least two values, in the spec's order."""
    recorded = [name for name in spec.covariates if name in COVARIATES and name in study.patients]
    return tuple(name for name in recorded if len(study.patients[name].dropna().unique()) > 1)


def study_knots(rows: pd.DataFrame, spec: ModelSpec) -> Knots:
    """Spline knots from the study, not the cohort, so that cohorts are comparable; () for other shapes.

    Raises ValueError when time takes too few values for four different knots.
    """
    if spec.shape != "spline":
        return ()
    knots = tuple(float(value) for value in np.quantile(rows[spec.x], KNOT_SHARES)) if len(rows) else ()
    if len(set(knots)) < len(KNOT_SHARES):
        raise ValueError(f"The {spec.time} in this study take too few values for a spline; choose another shape.")
    return knots


def _group_labels(edges: Sequence[float], unit: str) -> list[str]:
    labels = []
    for low, high in pairwise(edges):
        first = low + 1 if unit == "sessions" else low
        last = "+" if np.isinf(high) else ("" if first == high else f"–{high:g}")
        labels.append(f"{first:g}{last}")
    return labels


def time_groups(values: pd.Series, spec: ModelSpec) -> pd.Categorical[str]:
    """Time in ordered groups with fixed edges, for the "categories" shape."""
    edges = _GROUP_EDGES[spec.time]
    codes = np.clip(np.searchsorted(edges, values.to_numpy(dtype=float), side="left") - 1, 0, len(edges) - 2)
    return pd.Categorical.from_codes(codes, categories=pd.Index(_group_labels(edges, spec.time)))


def _with_missing_level(values: pd.Series) -> pd.Series:
    """A text covariate with its blanks as a level of their own, so that nobody leaves for a blank."""
    if not isinstance(values.dtype, pd.CategoricalDtype) or not values.isna().any():
        return values
    return values.cat.add_categories([NOT_RECORDED]).fillna(NOT_RECORDED)


def _prepared_covariate(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.BooleanDtype):
        words = values.map({True: "yes", False: "no"}).astype("category")
        return _with_missing_level(words)
    if isinstance(values.dtype, pd.CategoricalDtype):
        return _with_missing_level(values)
    return values.astype("float64")


def model_rows(study: Study, spec: ModelSpec, covariates: Sequence[str]) -> pd.DataFrame:
    """One row per post-baseline assessment, ready for the model: patient_id, route (by the spec's rule),
    route_changed, molecule, time, change, baseline and covariates. Routes and patients are not yet chosen."""
    rows = outcome_rows(study, spec.instrument, patient_columns=covariates)
    if spec.route_rule == "at each session":
        rows = rows.assign(route=rows["route_now"])
    keep = ["patient_id", "route", "route_changed", "sessions_so_far", "weeks", "change", "baseline", *covariates]
    rows = rows[keep].assign(**{name: _prepared_covariate(rows[name]) for name in covariates})
    rows["sessions_so_far"] = rows["sessions_so_far"].astype("float64")
    if spec.shape == "categories":
        rows[CATEGORY_COLUMN] = time_groups(rows[spec.x], spec)
    return rows
