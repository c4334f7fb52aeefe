"""The headline model's 95 % intervals hold the truth 95 times in 100, although stopping depends on the score."""

import numpy as np
import pytest

from .coverage import NOMINAL, recovered, summarise

# Sixty studies tell 95 % from about 88 %: three Monte Carlo errors of the average over a study's quantities.
FEW_STUDIES = 60
MANY_STUDIES = 500
# With ten quantities looked at once, three standard errors are passed by chance less than 3 times in 100.
MONTE_CARLO_ERRORS = 3.0
# Root mean square standard error over the real spread of the errors: 60 studies x 4 routes know it to about 6 %.
SPREAD_RATIO = (0.85, 1.18)


def coverage_in_errors(table):
    return (table["coverage"] - NOMINAL) / table["coverage_mc_error"]


@pytest.fixture(scope="module")
def few_studies():
    return recovered(FEW_STUDIES)


def assert_intervals_hold(found):
    table = summarise(found)
    pooled = table.loc[["every change", "every difference"]]
    assert coverage_in_errors(pooled).abs().max() < MONTE_CARLO_ERRORS, table["coverage"].to_dict()
    assert (pooled["mean_std_error"] / pooled["empirical_sd"]).between(*SPREAD_RATIO).all()


def test_intervals_of_the_headline_model_cover_the_truth(few_studies):
    assert_intervals_hold(few_studies)


def test_estimates_are_unbiased_although_stopping_depends_on_the_score(few_studies):
    table = summarise(few_studies)
    assert (table["bias"] / table["bias_mc_error"]).abs().max() < MONTE_CARLO_ERRORS


def test_the_mean_of_those_still_assessed_overstates_the_change(few_studies):
    changes = few_studies[few_studies["kind"] == "change"]
    overstated = (changes["still_assessed_mean"] - changes["truth"]).groupby(changes["quantity"]).mean()
    assert (overstated < -0.3).all()


@pytest.mark.parametrize("factor", [0.75, 1.4])
def test_the_bound_rejects_intervals_that_are_too_narrow_or_too_wide(few_studies, factor):
    half = (few_studies["ci_high"] - few_studies["ci_low"]) / 2 * factor
    broken = few_studies.assign(
        ci_low=few_studies["estimate"] - half,
        ci_high=few_studies["estimate"] + half,
        std_error=few_studies["std_error"] * factor,
    )
    with pytest.raises(AssertionError):
        assert_intervals_hold(broken)


@pytest.mark.slow
def test_over_500_studies_coverage_is_95_percent_within_monte_carlo_error():
    found = recovered(MANY_STUDIES)
    table = summarise(found)
    assert coverage_in_errors(table).abs().max() < MONTE_CARLO_ERRORS, table.to_string()
    assert (table["bias"] / table["bias_mc_error"]).abs().max() < MONTE_CARLO_ERRORS, table.to_string()
    assert np.isfinite(found["std_error"]).all()
