"""Patients with the same A_i taken together: the same sums as patient by patient, and only where it is worth while."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import fit_mixed_model, prepare_mixed_model
from analysis.mixed.crossproducts import CrossProducts
from analysis.mixed.curvature import own_centre
from analysis.mixed.deviance import Evaluation, evaluate
from analysis.mixed.patterns import by_pattern

from .drawn import FORMULA, visits

# The same terms added in another order: a few hundred roundings of the largest.
ROUNDING = 1e-11
SCHEDULED = visits(600, seed=3, kept=0.85)
RANDOMS = ["1", "1 + time", "1 + time + I(time**2)"]


def products(rows: pd.DataFrame, random: str) -> CrossProducts:
    return prepare_mixed_model(FORMULA, rows, "patient", random).everyone.working.data


def compared(data: CrossProducts, reml: bool) -> tuple[Evaluation, Evaluation]:
    q = data.q
    factor = np.random.default_rng(4).normal(size=(q, q)) * 0.6
    d = factor @ factor.T
    grouped = by_pattern(data)
    assert grouped.patterns is not None
    start = evaluate(data, d, reml)
    assert start is not None
    found = [evaluate(one, d, reml, own_centre(start), keep_score=True) for one in (data, grouped)]
    assert found[0] is not None
    assert found[1] is not None
    return found[0], found[1]


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("random", RANDOMS)
def test_every_sum_is_that_of_the_patients_one_by_one(random: str, reml: bool) -> None:
    data = products(SCHEDULED, random)
    one_by_one, together = compared(data, reml)
    for field in fields(Evaluation):
        expected, found = getattr(one_by_one, field.name), getattr(together, field.name)
        if expected is None:
            assert found is None
            continue
        size = float(np.abs(np.asarray(expected, dtype=float)).max())
        assert np.asarray(found, dtype=float) == pytest.approx(
            np.asarray(expected, dtype=float), rel=ROUNDING, abs=ROUNDING * size
        ), field.name


def test_a_visit_recorded_twice_is_a_pattern_of_its_own() -> None:
    twice = SCHEDULED[SCHEDULED["patient"] % 50 == 0].groupby("patient").head(1).assign(y=lambda rows: rows["y"] + 0.5)
    rows = pd.concat([SCHEDULED, twice], ignore_index=True)
    data = products(rows, "1 + time")
    grouped = by_pattern(data)
    assert grouped.patterns is not None
    for pattern in range(len(grouped.patterns.counts)):
        members = data.zz[:, grouped.patterns.of_patient == pattern]
        assert (members == members[:, :1]).all()
    fit = fit_mixed_model(FORMULA, rows, "patient", "1 + time")
    again = evaluate(data, np.eye(2), True)
    together = evaluate(grouped, np.eye(2), True)
    assert fit.status == "converged"
    assert again is not None
    assert together is not None
    assert together.value == pytest.approx(again.value, rel=ROUNDING)


def test_irregular_times_are_left_patient_by_patient() -> None:
    rows = SCHEDULED.assign(time=SCHEDULED["time"] + np.random.default_rng(1).uniform(0, 0.4, len(SCHEDULED)))
    data = products(rows, "1 + time")
    assert by_pattern(data) is data


def test_few_patients_are_left_patient_by_patient() -> None:
    data = products(visits(8, kept=1.0), "1 + time")
    assert by_pattern(data) is data


def test_a_mixture_of_scheduled_and_irregular_patients_gives_the_same_fit() -> None:
    moved = np.where(SCHEDULED["patient"] % 10 == 0, np.random.default_rng(2).uniform(0, 0.4, len(SCHEDULED)), 0.0)
    rows = SCHEDULED.assign(time=SCHEDULED["time"] + moved)
    model = prepare_mixed_model(FORMULA, rows, "patient", "1 + time")
    everyone = model.fit()
    chosen = np.arange(0, 600, 2)
    refit = model.fit(patients=chosen, start=everyone)
    alone = fit_mixed_model(FORMULA, rows[rows["patient"].isin(chosen)], "patient", "1 + time")
    assert refit.neg2loglik == pytest.approx(alone.neg2loglik, abs=1e-8)
