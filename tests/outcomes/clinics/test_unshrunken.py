"""Differences between clinics before shrinking: deviations of fixed clinics, worked out from the coefficients."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.mixed import fit_mixed_model
from analysis.outcomes import ModelSpec
from analysis.outcomes.clinics import POOLED, clinics, prepare_clinics
from analysis.study import Study, outcome_rows

from .drawn_clinics import everyone, with_clinics

SAME_FIT = 1e-6  # points: a refit from cross-products and a fit of the same rows alone


def by_hand(study: Study) -> dict[str, tuple[float, float, float]]:
    """Each clinic's coefficient less the mean of all (the reference's is 0), with the interval of that combination."""
    rows = outcome_rows(study, "PHQ-9", patient_columns=["age", "clinic_id"])
    counts = rows.drop_duplicates("patient_id")["route"].value_counts()
    rows = rows[rows["route"].isin(counts[counts >= 20].index) & rows["age"].notna()]
    rows = rows.assign(
        route=rows["route"].astype("str"), clinic_id=rows["clinic_id"].astype("str"),
        sessions=rows["sessions_so_far"].astype(float), age=rows["age"].astype(float),
    )  # fmt: skip
    fit = fit_mixed_model(
        "change ~ route * sessions + baseline + age + clinic_id", data=rows, groups="patient_id", random="1 + sessions"
    )
    names = sorted(set(rows["clinic_id"]))
    terms = [f"clinic_id[T.{name}]" for name in names[1:]]
    estimate, covariance = (
        fit.fixed_effects.loc[terms, "estimate"].to_numpy(),
        fit.cov_fixed.loc[terms, terms].to_numpy(),
    )
    found = {}
    for place, name in enumerate(names):
        weights = np.full(len(terms), -1 / len(names))
        if place:
            weights[place - 1] += 1
        row = np.zeros(len(fit.terms))
        row[[fit.terms.index(term) for term in terms]] = weights
        half = stats.t.ppf(0.975, fit.inference.df(row[None])[0]) * np.sqrt(weights @ covariance @ weights)
        middle = float(weights @ estimate)
        found[name] = (middle, middle - half, middle + half)
    return found


def test_each_clinic_is_its_coefficient_less_the_mean_of_all(sample_study: Study) -> None:
    spec = ModelSpec(shape="linear", covariates=("age",))
    found = clinics(prepare_clinics(sample_study, spec), everyone(sample_study)).adjusted.set_index("clinic")
    for name, numbers in by_hand(sample_study).items():
        mine = found.loc[name, ["fixed", "fixed_low", "fixed_high"]].tolist()
        assert mine == pytest.approx(numbers, abs=SAME_FIT)


def test_deviations_of_all_clinics_sum_to_nought(sample_study: Study) -> None:
    found = clinics(prepare_clinics(sample_study, ModelSpec()), everyone(sample_study)).adjusted
    assert found["fixed"].sum() == pytest.approx(0, abs=1e-9)


def test_shrinking_draws_every_clinic_towards_nought(sample_study: Study) -> None:
    found = clinics(prepare_clinics(sample_study, ModelSpec()), everyone(sample_study)).adjusted
    assert (found["estimate"].abs() <= found["fixed"].abs()).all()


def test_pooled_clinics_are_the_mean_of_their_patients(sample_study: Study) -> None:
    """Two clinics of a few patients are one row, each with its part of their patients."""
    clinic = sample_study.patients["clinic_id"].tolist()
    study = with_clinics(sample_study, [f"S{place % 2}" if place < 18 else name for place, name in enumerate(clinic)])
    found = clinics(prepare_clinics(study, ModelSpec()), everyone(study)).adjusted
    pooled = found[found["clinic"] == POOLED]
    assert len(pooled) == 1
    assert np.isfinite(pooled[["fixed", "fixed_low", "fixed_high"]].to_numpy()).all()


def test_a_clinic_that_is_a_route_of_its_own_has_no_difference_before_shrinking(sample_study: Study) -> None:
    """All patients of a route at one clinic and nobody else there: the two cannot be told apart."""
    first = sample_study.sessions.sort_values("day").drop_duplicates("patient_id").set_index("patient_id")["route"]
    route = first.reindex(sample_study.patients["patient_id"]).tolist()
    names = [
        "X9" if code == "IN" else name for code, name in zip(route, sample_study.patients["clinic_id"], strict=True)
    ]
    found = clinics(prepare_clinics(with_clinics(sample_study, names), ModelSpec()), everyone(sample_study)).adjusted
    assert found.set_index("clinic").loc["X9", "fixed":].isna().all()
