"""Visits too sparse for the structure asked for: what is used instead, what is refused, and the words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import ModelRefused, fit_mmrm

from ..fuzz.visit_designs import visit_design
from .drawn import FORMULA, scheduled

ROWS = scheduled(30, seed=3, kept=1.0)


def refusal(data: pd.DataFrame, covariance: str, formula: str = "y ~ visit") -> str:
    with pytest.raises(ModelRefused) as caught:
        fit_mmrm(formula, data, "patient", "visit", covariance=covariance)
    return str(caught.value)


def without_pair(rows: pd.DataFrame) -> pd.DataFrame:
    """Even patients miss week 1, odd ones week 8: nobody attended both."""
    even = rows["patient"] % 2 == 0
    return rows[~((even & (rows["visit"] == "week 1")) | (~even & (rows["visit"] == "week 8")))]


def lonely_visit(rows: pd.DataFrame) -> pd.DataFrame:
    """Only the first patient was seen at week 8, whose mean then takes up that row."""
    return rows[(rows["visit"] != "week 8") | (rows["patient"] == 0)]


def test_a_pair_of_visits_that_nobody_attended_gives_way_to_ar1h() -> None:
    fit = fit_mmrm("y ~ visit", without_pair(ROWS), "patient", "visit")
    assert (fit.asked_structure, fit.covariance) == ("unstructured", "ar1h")
    assert fit.notes == (
        "The covariance structure is ar1h: unstructured could not be fitted because no patient attended both week 1 and"
        " week 8.",
    )
    asked = fit_mmrm("y ~ visit", without_pair(ROWS), "patient", "visit", covariance="ar1h")
    assert asked.notes == ()
    pd.testing.assert_frame_equal(fit.fixed_effects, asked.fixed_effects)


def test_a_visit_that_the_fixed_effects_take_up_goes_down_to_cs() -> None:
    fit = fit_mmrm("y ~ visit", lonely_visit(ROWS), "patient", "visit")
    assert fit.covariance == "cs"
    reason = "could not be fitted because the fixed effects take up every row at week 8, so its variance is unknown"
    assert fit.notes == (f"The covariance structure is cs: unstructured {reason}; ar1h {reason}; csh {reason}.",)


def test_many_missing_pairs_are_counted() -> None:
    rows = ROWS[(ROWS["visit"].cat.codes - ROWS["patient"] % 4).isin([0, 1, -3])]
    (note,) = fit_mmrm("y ~ 1", rows[rows["visit"].cat.codes != 9], "patient", "visit").notes
    assert "no patient attended both week 1 and week 4, week 2 and week 8." in note
    fewer = scheduled(30, seed=3, kept=1.0).assign(visit=lambda rows: np.arange(len(rows)) % 8)
    (note,) = fit_mmrm("y ~ 1", fewer, "patient", "visit").notes
    assert "because no patient attended both 0 and 4, 1 and 4, 2 and 4 (13 more pairs)." in note


def test_a_covariance_that_runs_into_the_boundary_gives_way() -> None:
    """Four patients leave too few residuals for four variances and six covariances."""
    fit = fit_mmrm("y ~ visit", ROWS[ROWS["patient"] < 4], "patient", "visit")
    assert fit.covariance != "unstructured"
    assert fit.notes[0].startswith(
        f"The covariance structure is {fit.covariance}: unstructured could not be fitted because the "
    )


def test_other_structures_are_refused_with_the_simpler_one() -> None:
    assert refusal(lonely_visit(ROWS), "ar1h") == (
        "The covariance structure 'ar1h' cannot be fitted: the fixed effects take up every row at week 8, so its"
        " variance is unknown. Use covariance='ar1', or fewer visits or fixed terms."
    )
    assert refusal(without_pair(ROWS), "toeplitz") == (
        "The covariance structure 'toeplitz' cannot be fitted: no patient attended two visits 3 positions apart. Use"
        " covariance='ar1', or fewer visits or fixed terms."
    )


def test_a_visit_without_spread_is_refused() -> None:
    still = ROWS.assign(y=ROWS["y"].where(ROWS["visit"] != "week 4", 7.0))
    assert refusal(still, "csh") == (
        "The covariance structure 'csh' cannot be fitted: the fixed effects reproduce every outcome at week 4, so its"
        " variance is zero. Use covariance='cs', or fewer visits or fixed terms."
    )


def test_perfectly_correlated_visits_are_refused() -> None:
    draws = np.random.default_rng(5)
    y = np.repeat(draws.normal(size=30), 4) * np.tile([1.0, 2.0, 3.0, 4.0], 30)
    assert refusal(ROWS.assign(y=y), "csh") == (
        "The covariance structure 'csh' cannot be fitted: the correlation of week 1 and week 2 is estimated as +1. Use"
        " covariance='cs', or fewer visits or fixed terms."
    )


def test_a_variance_that_runs_to_zero_is_refused() -> None:
    """At week 8 the score is a line in the baseline: the slope that all visits share can take it up entirely."""
    exact = ROWS.assign(y=ROWS["y"].where(ROWS["visit"] != "week 8", 5 + 0.3 * ROWS["baseline"]))
    assert refusal(exact, "csh", "y ~ visit + baseline") == (
        "The covariance structure 'csh' cannot be fitted: the variance at week 8 is estimated as zero. Use"
        " covariance='cs', or fewer visits or fixed terms."
    )


def test_a_singular_covariance_of_all_visits_is_refused() -> None:
    """Scores that add up to nothing over each patient's visits: the common correlation is -1/3."""
    noise = np.random.default_rng(6).normal(size=(30, 4))
    level = ROWS.assign(y=(noise - noise.mean(axis=1, keepdims=True)).ravel())
    assert refusal(level, "cs", "y ~ 1") == (
        "The covariance structure 'cs' cannot be fitted: the covariance of the visits is estimated as singular. Use"
        " fewer visits or fixed terms."
    )


def test_parameters_that_no_row_can_tell_are_refused() -> None:
    """The one patient with two visits has means of its own, so no pair of residuals is left."""
    alone = ROWS.assign(own=np.where(ROWS["patient"] == 0, "yes", "no"))
    once = alone["visit"].cat.codes == alone["patient"] % 2
    rows = alone[once | ((alone["patient"] == 0) & (alone["visit"] == "week 2"))]
    assert refusal(rows, "cs", "y ~ visit * own") == (
        "The covariance structure 'cs' cannot be fitted: the rows leave some of its parameters undetermined. Use fewer"
        " visits or fixed terms."
    )


def test_a_search_without_a_proof_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.mixed.mmrm.search.MAX_EVALUATIONS", 0)
    assert refusal(ROWS, "toeplitzh") == (
        "The covariance structure 'toeplitzh' cannot be fitted: the optimiser could not certify that it reached the"
        " best fit. Use covariance='toeplitz', or fewer visits or fixed terms."
    )


def test_nothing_left_to_try_names_every_reason() -> None:
    y = np.repeat(np.random.default_rng(5).normal(size=30), 4)
    message = refusal(ROWS.assign(y=y), "unstructured")
    assert message.startswith("No covariance structure can be fitted to these visits (unstructured: the ")
    assert message.endswith(
        "; cs: the correlation of week 1 and week 2 is estimated as +1). Use fewer visits or fixed terms."
    )
    assert "; ar1h: the " in message
    assert "; csh: the " in message


def test_a_singular_covariance_that_fits_better_is_mentioned() -> None:
    """Eleven patients, of whom few attended any given pair of visits."""
    noted = [
        fit.notes
        for seed in range(12)
        for fit in [fit_mmrm("y ~ 1", scheduled(14, seed, 0.5), "patient", "visit")]
        if fit.covariance == "unstructured"
    ]
    words = (
        "Few patients attended some pair of visits, and a singular covariance would fit their rows better still; what"
        " is reported is the best fit with a regular covariance."
    )
    assert any(words in notes for notes in noted)


def test_declared_visits_without_rows_are_named() -> None:
    rows = ROWS.assign(visit=ROWS["visit"].cat.add_categories(["week 26", "week 52"]))
    fit = fit_mmrm(FORMULA, rows, "patient", "visit")
    assert fit.notes == ("visit: no rows have the levels week 26, week 52; the reference is week 1.",)
    assert fit.visit_covariance.shape == (4, 4)
    apart = fit_mmrm("y ~ route + baseline", rows, "patient", "visit")
    assert apart.notes == ("visit: no rows have the levels week 26, week 52.",)


def test_visits_that_nearly_determine_each_other_are_named_as_the_reason() -> None:
    design = visit_design(85)
    with pytest.raises(ModelRefused) as caught:
        fit_mmrm(design.formula, design.rows, "patient", "visit", covariance=design.structure, method=design.method)
    assert str(caught.value) == (
        "The covariance structure 'toeplitzh' cannot be fitted: the covariance of the visits is estimated as nearly"
        " singular: some visits determine each other. Use covariance='toeplitz', or fewer visits or fixed terms."
    )


def test_a_lower_fit_far_from_the_moments_is_found() -> None:
    """Three patients attended the first visit; from the moments the search ends 1.4 too high."""
    design = visit_design(123)
    fit = fit_mmrm(design.formula, design.rows, "patient", "visit", covariance=design.structure, method=design.method)
    variances = np.diag(fit.visit_covariance)
    assert variances[0] > variances[1]
