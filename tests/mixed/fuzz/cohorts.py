"""Refits of a random cohort of a random design: cold, warm from everyone's fit, and from the cohort's rows alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.mixed import MixedModelFit, ModelRefused, fit_mixed_model, prepare_mixed_model

from .designs import RandomDesign
from .verdicts import Verdict

# Cross-products of everyone's rows keep the coefficients and standard errors of a cohort's to this share of an SE.
SAME_IN_ERRORS = 1e-4


def judged_cohort(design: RandomDesign) -> Verdict:
    """Whether three ways to fit the same patients agree; ``worse`` is the range of their -2 log likelihoods."""
    draws = np.random.default_rng((14, design.seed))
    everyone = np.unique(design.patient)
    cohort = draws.permutation(everyone)[: draws.integers(len(everyone) // 2, len(everyone))]
    options = {
        "correlated": design.correlated,
        "method": design.method,
        "nested_in": None if design.clinic is None else "clinic",
    }
    try:
        model = prepare_mixed_model(design.formula, design.rows, "patient", design.random, **options)
        start = model.fit()
    except ModelRefused as refused:
        return Verdict(design, "refused", refusal=refused.reason)
    alone = design.rows[design.rows["patient"].isin(cohort)]
    return _agreement(
        design,
        [
            _tried(lambda: fit_mixed_model(design.formula, alone, "patient", design.random, **options)),
            _tried(lambda: model.fit(patients=cohort)),
            _tried(lambda: model.fit(patients=cohort, start=start)),
        ],
    )


def _tried(fit: Callable[[], MixedModelFit]) -> MixedModelFit | str:
    try:
        return fit()
    except ModelRefused as refused:
        return refused.reason


def _agreement(design: RandomDesign, ways: list[MixedModelFit | str]) -> Verdict:
    fits = [way for way in ways if isinstance(way, MixedModelFit)]
    reasons = [way for way in ways if isinstance(way, str)]
    said = {way if isinstance(way, str) else f"{way.status} {way.terms}" for way in ways}
    unsteady = "" if len(said) == 1 else f"rows alone, cold and warm refit differ: {'; '.join(sorted(said))}"
    if reasons:
        return Verdict(design, "refused", refusal=reasons[0], unsteady=unsteady)
    values = [fit.neg2loglik for fit in fits]
    worse = max(values) - min(values)
    if not unsteady and worse < SAME_IN_ERRORS and _furthest(fits) > SAME_IN_ERRORS:
        unsteady = f"coefficients or standard errors differ by {_furthest(fits):.2g} standard errors"
    return Verdict(design, fits[0].status, worse=worse, unsteady=unsteady)


def _furthest(fits: list[MixedModelFit]) -> float:
    """How far coefficients and standard errors are apart, in standard errors of the fit of the rows alone."""
    alone = fits[0].fixed_effects
    gaps = [fit.fixed_effects[["estimate", "std_error"]] - alone[["estimate", "std_error"]] for fit in fits[1:]]
    return max(float(gap.abs().div(alone["std_error"], axis=0).to_numpy().max()) for gap in gaps)
