"""Kenward-Roger intervals of small studies hold the truth 95 times in 100; the normal ones are seen to be short."""

import numpy as np
import pytest

from .interval_studies import NESTED_CLINICS, RANDOM_SLOPE
from .interval_tables import model_report
from .intervals import EVERY, INTERVALS, NOMINAL, SIZES, bias, coverage, recovered_intervals
from .visit_studies import MMRM

FEW_STUDIES = 40
MANY_STUDIES = 1_000
SMALL = 24
# Forty studies of seven coefficients know the average coverage to about 1.7 points: three of those errors.
FEW_ERRORS = 3.0
# The full study holds the random slope's average over coefficients to two Monte Carlo errors; a single coefficient, and
# the other models (four clinics say little of clinics, drop-out depends on what was seen), to three.
MANY_ERRORS, MANY_ERRORS_OTHERWISE = 2.0, 3.0
# Up to fifteen estimates at a time: three errors are passed by chance less than 4 times in 100.
BIAS_ERRORS = 3.0
# An estimate that cannot be negative is too high on average where it is often zero: variances are judged elsewhere.
HARDLY_ANY = 0.02


def errors_from_nominal(found, intervals):
    row = coverage(found).loc[(intervals, EVERY)]
    return (row["coverage"] - NOMINAL) / row["mc_error"]


def narrowed(found, factor):
    return found.assign(
        ci_low=found["estimate"] - factor * (found["estimate"] - found["ci_low"]),
        ci_high=found["estimate"] + factor * (found["ci_high"] - found["estimate"]),
    )


MODELS = {"random slope": RANDOM_SLOPE, "nested clinics": NESTED_CLINICS, "MMRM": MMRM}


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    return MODELS[request.param]


@pytest.fixture(scope="module")
def few_studies(model):
    return recovered_intervals(model, SMALL, FEW_STUDIES)


def test_kenward_roger_intervals_of_24_patients_hold_the_truth(few_studies):
    assert abs(errors_from_nominal(few_studies, "kenward-roger")) < FEW_ERRORS


def test_the_bound_rejects_intervals_three_tenths_too_narrow(few_studies):
    assert errors_from_nominal(narrowed(few_studies, 0.7), "kenward-roger") < -FEW_ERRORS


def test_normal_intervals_hold_the_truth_least_often_and_kenward_roger_most(few_studies):
    together = coverage(few_studies).xs(EVERY, level="quantity")["coverage"]
    assert together["normal"] <= together["satterthwaite"] <= together["kenward-roger"]


def test_every_coefficient_and_variance_is_counted_once_a_study_and_kind(few_studies, model):
    counted = few_studies.groupby(["study", "intervals"], sort=False)["quantity"].nunique()
    assert set(counted.xs("none", level="intervals")) == {len(model.variances)}
    for intervals in INTERVALS:
        assert set(counted.xs(intervals, level="intervals")) == {len(model.fixed)}


def biases_in_errors(found, model):
    table = bias(found)
    errors = (table["bias"] / table["mc_error"]).abs()
    singular = found.groupby("study")["singular"].first().mean()
    return errors if singular < HARDLY_ANY else errors.loc[list(model.fixed)]


def test_estimates_of_24_patients_are_unbiased_within_their_error(few_studies, model):
    assert biases_in_errors(few_studies, model).max() < BIAS_ERRORS


def test_the_report_states_every_quantity_and_the_monte_carlo_error(few_studies, model):
    said = model_report(model.name, {SMALL: few_studies})
    assert "24 patients: 40 studies, " in said
    assert "| every coefficient | " in said
    for quantity in (*model.fixed, *model.variances):
        assert quantity in said


@pytest.mark.slow
@pytest.mark.parametrize("patients", SIZES)
def test_over_1000_studies_kenward_roger_covers_95_percent(patients, model):
    found = recovered_intervals(model, patients, MANY_STUDIES)
    table = coverage(found)
    gap = (table["coverage"] - NOMINAL) / table["mc_error"]
    bound = MANY_ERRORS if model is RANDOM_SLOPE else MANY_ERRORS_OTHERWISE
    assert abs(gap[("kenward-roger", EVERY)]) < bound, table.to_string()
    assert gap["kenward-roger"].abs().max() < MANY_ERRORS_OTHERWISE, table.to_string()
    if patients == SMALL:
        assert gap[("normal", EVERY)] < -MANY_ERRORS, table.to_string()
    assert biases_in_errors(found, model).max() < BIAS_ERRORS, bias(found).to_string()
    assert np.isfinite(found.loc[found["intervals"] != "none", "std_error"]).all()
