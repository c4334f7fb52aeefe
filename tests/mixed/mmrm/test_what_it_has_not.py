"""Questions that a covariance of visits has no answer to: a sentence each, and no crash."""

from __future__ import annotations

import pytest

from analysis.mixed import (
    ModelRefused,
    cross_check,
    fit_mmrm,
    intraclass_correlation,
    prepare_mixed_model,
    random_effect_distribution,
)

from ..drawn import visits

ROWS = visits(40).assign(visit=lambda rows: rows["time"].astype(int).astype(str))
FIT = fit_mmrm("y ~ route * visit + baseline", ROWS, subject="patient", visit="visit")


def test_it_has_no_second_opinion() -> None:
    found = cross_check(FIT)
    assert not found.checked
    assert found.sentence == "No second opinion: statsmodels has no model with a covariance of scheduled visits."


def test_it_has_no_intraclass_correlation() -> None:
    with pytest.raises(ModelRefused) as caught:
        intraclass_correlation(FIT)
    assert str(caught.value) == (
        "A model with a covariance of scheduled visits has no variance between patients apart from the visits'. Read"
        " fit.visit_correlation, or fit a mixed model with a random intercept."
    )


def test_it_has_no_random_effects() -> None:
    with pytest.raises(ModelRefused) as caught:
        random_effect_distribution(FIT)
    assert str(caught.value) == (
        "A model with a covariance of scheduled visits has no random effects. Read residuals(fit) or influence(fit), or"
        " fit a mixed model with a random intercept."
    )


def test_it_is_no_start_of_a_mixed_model_and_does_no_harm() -> None:
    model = prepare_mixed_model("y ~ time", ROWS, "patient")
    assert model.fit(start=FIT).neg2loglik == model.fit().neg2loglik
