"""Repeated measures against R: mmrm, nlme::gls, and a dense likelihood minimised in R."""

import numpy as np
import pytest

from analysis.mixed import contrasts, marginal_means

from .mmrm_cases import STRUCTURES, fitted_mmrm, frame, r_terms
from .reference_cases import METHODS, reference

# The same criterion at the same optimum: what is left is rounding of sums over the rows.
DEVIANCE = 1e-8
# The dense optimum is Newton on numerical derivatives; it promises to fall by at most 5e-14 more, 3e-7 standard errors
# of the covariance parameters.
RELATIVE = 1e-6
ESTIMATE_IN_SE = 1e-6
# Degrees of freedom of the dense likelihood are numerical second derivatives, worse conditioned for the Toeplitz
# correlations of 27 children; on fev, mmrm's own agree with ours to 1e-9.
DENSE_DF = 2e-6
DENSE_DF_TOEPLITZ = 2e-5
# mmrm's optimiser stops when its relative gain is below a tolerance of its own; the "ar1" run stopped 2e-6 away in the
# covariance, half of that in standard errors and df, the others at 1e-7 or closer.
MMRM_COVARIANCE = {"ar1": 5e-6}
MMRM = 2e-7
MMRM_LOOSE = {"ar1": 1e-6}
# nlme's gls stops about 1e-6 standard errors short of the optimum, where the deviance is 1e-10 to 1e-7 too high.
GLS_DEVIANCE = 1e-6

FEV = "FEV1 ~ RACE + SEX + ARMCD * AVISIT"
STRAIGHT = "distance ~ Sex * age"
BY_AGE = "distance ~ Sex * ageF"

dense_fits = pytest.mark.parametrize(
    ("case", "formula", "part", "structure", "method"),
    [
        pytest.param(case, formula, part, structure, method, id=f"{case}-{part}-{structure}-{method}")
        for case, formula, part, structures in (
            ("fev", FEV, "structures", STRUCTURES),
            ("orthodont", STRAIGHT, "structures", STRUCTURES),
            ("orthodont", BY_AGE, "by_visit", ["us"]),
        )
        for structure in structures
        for method in METHODS
    ],
)
structures_of_mmrm = pytest.mark.parametrize("structure", STRUCTURES)


def in_order(fit, by_term):
    return np.array([by_term[term] for term in r_terms(fit)])


def covariance_in_order(fit, numbers):
    place = [numbers["terms"].index(term) for term in r_terms(fit)]
    return np.array(numbers["vcov"])[np.ix_(place, place)]


@dense_fits
def test_deviance_and_covariance_are_those_of_a_dense_likelihood(case, formula, part, structure, method):
    fit, theirs = fitted_mmrm(case, formula, structure, method), reference(case, "mmrm_gls")[part][structure][method]
    assert fit.neg2loglik == pytest.approx(theirs["neg2loglik"], abs=DEVIANCE, rel=0)
    np.testing.assert_allclose(fit.visit_covariance, theirs["Sigma"], rtol=RELATIVE)
    assert [str(visit) for visit in fit.visit_covariance.index] == reference(case, "mmrm_gls")[part][structure][
        "visits"
    ]
    assert fit.n_covariance_parameters == theirs["n_covariance_parameters"]


@dense_fits
def test_coefficients_and_their_covariance_are_those_of_a_dense_likelihood(case, formula, part, structure, method):
    fit, theirs = fitted_mmrm(case, formula, structure, method), reference(case, "mmrm_gls")[part][structure][method]
    table, errors = fit.fixed_effects, in_order(fit, theirs["se"])
    np.testing.assert_array_less(np.abs(table["estimate"] - in_order(fit, theirs["fixef"])), ESTIMATE_IN_SE * errors)
    np.testing.assert_allclose(table["std_error"], errors, rtol=RELATIVE)
    gap = fit.cov_fixed.to_numpy() - covariance_in_order(fit, theirs)
    np.testing.assert_array_less(np.abs(gap), RELATIVE * np.outer(errors, errors))


@dense_fits
def test_satterthwaite_df_are_those_of_a_dense_likelihood(case, formula, part, structure, method):
    fit, theirs = fitted_mmrm(case, formula, structure, method), reference(case, "mmrm_gls")[part][structure][method]
    tolerance = DENSE_DF_TOEPLITZ if structure.startswith("toep") else DENSE_DF
    np.testing.assert_allclose(fit.fixed_effects["df"], in_order(fit, theirs["satterthwaite_df"]), rtol=tolerance)


@dense_fits
def test_no_fit_of_gls_is_better(case, formula, part, structure, method):
    theirs = reference(case, "mmrm_gls")[part][structure][method]["gls"]
    if theirs is not None:  # gls has no Toeplitz correlation
        fit = fitted_mmrm(case, formula, structure, method)
        assert -DEVIANCE <= theirs["neg2loglik"] - fit.neg2loglik <= GLS_DEVIANCE


@structures_of_mmrm
def test_fit_is_that_of_mmrm(structure):
    fit, theirs = fitted_mmrm("fev", FEV, structure), reference("fev", "mmrm")["structures"][structure]
    assert fit.neg2loglik == pytest.approx(theirs["neg2loglik"], abs=DEVIANCE, rel=0)
    np.testing.assert_allclose(fit.visit_covariance, theirs["Sigma"], rtol=MMRM_COVARIANCE.get(structure, MMRM))
    assert (fit.n_rows, fit.covariance) == (theirs["nobs"], STRUCTURES[structure])
    errors = in_order(fit, theirs["satterthwaite"]["se"])
    gap = np.abs(fit.fixed_effects["estimate"] - in_order(fit, theirs["fixef"]))
    np.testing.assert_array_less(gap, MMRM_LOOSE.get(structure, MMRM) * errors)


def test_ml_fit_is_that_of_mmrm():
    fit, theirs = fitted_mmrm("fev", FEV, "us", "ML"), reference("fev", "mmrm")["structures"]["us_ml"]
    assert fit.neg2loglik == pytest.approx(theirs["neg2loglik"], abs=DEVIANCE, rel=0)
    np.testing.assert_allclose(fit.fixed_effects["std_error"], in_order(fit, theirs["satterthwaite"]["se"]), rtol=MMRM)


@structures_of_mmrm
@pytest.mark.parametrize(
    ("df", "theirs"), [("satterthwaite", "satterthwaite"), ("kenward-roger", "kenward_roger_linear")]
)
def test_standard_errors_and_df_are_those_of_mmrm(structure, df, theirs):
    fit = fitted_mmrm("fev", FEV, structure, df=df)
    numbers = reference("fev", "mmrm")["structures"][structure][theirs]
    tolerance = MMRM_LOOSE.get(structure, MMRM)
    np.testing.assert_allclose(fit.fixed_effects["std_error"], in_order(fit, numbers["se"]), rtol=tolerance)
    np.testing.assert_allclose(fit.fixed_effects["df"], in_order(fit, numbers["df"]), rtol=tolerance)


@pytest.mark.parametrize(
    ("df", "theirs"), [("satterthwaite", "satterthwaite"), ("kenward-roger", "kenward_roger_linear")]
)
def test_orthodont_is_that_of_mmrm(df, theirs):
    fit, numbers = fitted_mmrm("orthodont", BY_AGE, "us", df=df), reference("orthodont", "mmrm")["structures"]["us"]
    assert fit.neg2loglik == pytest.approx(numbers["neg2loglik"], abs=DEVIANCE, rel=0)
    np.testing.assert_allclose(fit.fixed_effects["std_error"], in_order(fit, numbers[theirs]["se"]), rtol=MMRM)
    np.testing.assert_allclose(fit.fixed_effects["df"], in_order(fit, numbers[theirs]["df"]), rtol=MMRM)


@structures_of_mmrm
def test_information_criteria_of_mmrm_follow_from_the_counts_of_the_fit(structure):
    fit, theirs = fitted_mmrm("fev", FEV, structure), reference("fev", "mmrm")["structures"][structure]
    assert fit.neg2loglik + 2 * fit.n_covariance_parameters == pytest.approx(theirs["AIC"], abs=DEVIANCE, rel=0)
    bic = fit.neg2loglik + np.log(fit.n_groups) * fit.n_covariance_parameters
    assert bic == pytest.approx(theirs["BIC"], abs=DEVIANCE, rel=0)


@pytest.mark.parametrize(
    ("case", "formula", "arm", "visit"), [("fev", FEV, "ARMCD", "AVISIT"), ("orthodont", BY_AGE, "Sex", "ageF")]
)
def test_marginal_means_and_contrasts_are_those_of_emmeans_on_mmrm(case, formula, arm, visit):
    fit, numbers = fitted_mmrm(case, formula, "us"), reference(case, "mmrm")["structures"]["us"]["satterthwaite"]
    ours = marginal_means(fit, by=[arm, visit]).set_index([arm, visit])
    for point in numbers["emmeans"]:
        row = ours.loc[(point[arm], point[visit])]
        for column in ("estimate", "std_error", "df", "ci_low", "ci_high"):
            assert row[column] == pytest.approx(point[column], rel=MMRM), column
    visits = list(frame(case)[visit].cat.categories)
    pairs = contrasts(fit, by=arm, at={visit: visits}, adjust="none").set_index(visit)
    for point in numbers["contrasts"]:
        row = pairs.loc[point["by"]]
        sign = 1.0 if row["contrast"] == point["contrast"] else -1.0
        assert sign * row["estimate"] == pytest.approx(point["estimate"], rel=MMRM)
        assert row["std_error"] == pytest.approx(point["std_error"], rel=MMRM)
        assert row["df"] == pytest.approx(point["df"], rel=MMRM)
        assert row["p_value"] == pytest.approx(point["p"], rel=1e-5)  # follows t, which it magnifies
