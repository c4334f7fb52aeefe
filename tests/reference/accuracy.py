"""How far this engine is from R, the worst case of each quantity. ``python -m tests.reference.accuracy`` prints it.

The tests beside this file hold every case to its tolerance; this gathers what they compare, one line a quantity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.mixed import FittedModel, robust_covariance

from . import test_kenward_roger, test_nested_against_lme4, test_residual_structure, test_robust, test_weights
from .mmrm_cases import STRUCTURES, fitted_mmrm, r_terms
from .reference_cases import METHODS, SPECIFICATIONS, case_data, fitted, in_order_of, reference
from .test_mmrm import FEV

DENSE = "a dense likelihood minimised in R"


@dataclass(frozen=True)
class Distance:
    """The worst distance of one quantity over all fits of a kind, and what the engine is held to."""

    models: str
    against: str
    fits: int
    quantity: str
    worst: float
    held_to: float


def _apart(found: object, expected: object) -> float:
    """The largest relative difference."""
    ours, theirs = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    return float(np.abs(ours / theirs - 1.0).max())


def _coefficients(fit: FittedModel, theirs: dict) -> dict[str, float]:
    """Distances of the deviance, the estimates, their standard errors and Satterthwaite df."""
    terms, table = list(fit.terms), fit.fixed_effects
    errors = np.array(in_order_of(terms, theirs["se"]))
    gap = np.abs(table["estimate"].to_numpy() - in_order_of(terms, theirs["fixef"])) / errors
    return {
        "-2logL, absolute": abs(fit.neg2loglik - theirs["neg2loglik"]),
        "estimates, in standard errors": float(gap.max()),
        "standard errors": _apart(table["std_error"], errors),
        "Satterthwaite df": _apart(table["df"], in_order_of(terms, theirs["satterthwaite_df"])),
    }


HELD_TO = {
    "-2logL, absolute": 1e-9,
    "estimates, in standard errors": 1e-6,
    "standard errors": 1e-6,
    "Satterthwaite df": 2e-6,
}


def _gathered(models: str, against: str, found: list[dict[str, float]]) -> Iterator[Distance]:
    for quantity in found[0]:
        worst = max(one[quantity] for one in found)
        yield Distance(models, against, len(found), quantity, worst, HELD_TO.get(quantity, 1e-6))


def _lme4() -> Iterator[Distance]:
    found = []
    for case, models in SPECIFICATIONS.items():
        for model in models:
            for method in METHODS:
                fit, theirs = fitted(case, model, method), reference(case)["models"][model][method]
                found.append(
                    {**_coefficients(fit, theirs), "residual variance": _apart(fit.residual_variance, theirs["sigma2"])}
                )
    yield from _gathered("mixed models", "lme4, lmerTest", found)


def _kenward_roger() -> Iterator[Distance]:
    found = []
    for parameter in test_kenward_roger.MODELS:
        fit = test_kenward_roger.fitted(*parameter.values, "kenward-roger")
        theirs = test_kenward_roger.numbers(*parameter.values)["kenward_roger"]
        table, terms = fit.fixed_effects, list(fit.terms)
        found.append(
            {
                "adjusted standard errors": _apart(table["std_error"], in_order_of(terms, theirs["se_adjusted"])),
                "Kenward-Roger df": _apart(table["df"], in_order_of(terms, theirs["df"])),
            }
        )
    yield from _gathered("mixed models", "pbkrtest", found)


def _nested() -> Iterator[Distance]:
    pairs = [parameter.values for parameter in test_nested_against_lme4.EVERY_MODEL]
    found = [
        _coefficients(
            test_nested_against_lme4.fitted(case, model, method),
            test_nested_against_lme4.r_numbers(case, model, method),
        )
        for case, model in pairs
        for method in METHODS
    ]
    yield from _gathered("patients in clinics", "lme4, lmerTest", found)
    adjusted = []
    for case, model in pairs:
        fit = test_nested_against_lme4.fitted(case, model, "REML", "kenward-roger")
        theirs = test_nested_against_lme4.r_numbers(case, model, "REML")["kenward_roger"]
        table, terms = fit.fixed_effects, list(fit.terms)
        adjusted.append(
            {
                "adjusted standard errors": _apart(table["std_error"], in_order_of(terms, theirs["se_adjusted"])),
                "Kenward-Roger df": _apart(table["df"], in_order_of(terms, theirs["df"])),
            }
        )
    yield from _gathered("patients in clinics", "pbkrtest", adjusted)


def _weights_and_residuals() -> Iterator[Distance]:
    weighted = [
        _coefficients(test_weights.fitted(model, method), test_weights.r_numbers(model, method))
        for model in test_weights.RANDOM
        for method in METHODS
    ]
    yield from _gathered("prior weights", "lme4, lmerTest", weighted)
    structured = [
        _coefficients(
            test_residual_structure.fitted(case, model, method),
            test_residual_structure.r_numbers(case, model, method),
        )
        for case, models in test_residual_structure.CASES.items()
        for model in models
        for method in METHODS
    ]
    yield from _gathered("residual structures", DENSE, structured)


def _mmrm() -> Iterator[Distance]:
    found, linear = [], []
    for structure in STRUCTURES:
        fit, theirs = fitted_mmrm("fev", FEV, structure), reference("fev", "mmrm_gls")["structures"][structure]["REML"]
        found.append(_mmrm_distances(fit, theirs))
        theirs = reference("fev", "mmrm")["structures"][structure]["kenward_roger_linear"]
        adjusted = fitted_mmrm("fev", FEV, structure, df="kenward-roger")
        names = r_terms(adjusted)
        linear.append(
            {
                "adjusted standard errors": _apart(
                    adjusted.fixed_effects["std_error"], [theirs["se"][name] for name in names]
                ),
                "Kenward-Roger df": _apart(adjusted.fixed_effects["df"], [theirs["df"][name] for name in names]),
            }
        )
    yield from _gathered("MMRM, seven structures", DENSE, found)
    yield from _gathered("MMRM, seven structures", "mmrm, Kenward-Roger-Linear", linear)


def _mmrm_distances(fit: FittedModel, theirs: dict) -> dict[str, float]:
    names, table = r_terms(fit), fit.fixed_effects
    errors = np.array([theirs["se"][name] for name in names])
    gap = np.abs(table["estimate"].to_numpy() - [theirs["fixef"][name] for name in names]) / errors
    return {
        "-2logL, absolute": abs(fit.neg2loglik - theirs["neg2loglik"]),
        "estimates, in standard errors": float(gap.max()),
        "standard errors": _apart(table["std_error"], errors),
        "Satterthwaite df": _apart(table["df"], [theirs["satterthwaite_df"][name] for name in names]),
        "covariance of visits": _apart(fit.visit_covariance, theirs["Sigma"]),
    }


def _robust() -> Iterator[Distance]:
    found = []
    for case, model in test_robust.CASES:
        fit = fitted(case, model, "REML")
        ours = {kind: np.sqrt(np.diag(robust_covariance(fit, kind, case_data(case)))) for kind in ("CR0", "CR2")}
        found.append(
            {
                f"{kind} standard errors": _apart(
                    errors, test_robust.standard_errors_of_r(case, model, kind, fit.terms)
                )
                for kind, errors in ours.items()
            }
        )
    yield from _gathered("mixed models", "clubSandwich", found)


def distances() -> list[Distance]:
    """Every line of the table."""
    parts = (_lme4(), _kenward_roger(), _nested(), _weights_and_residuals(), _mmrm(), _robust())
    return [line for part in parts for line in part]


def table() -> str:
    """The table in Markdown."""
    lines = ["| models | against | fits | quantity | worst distance |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.models} | {one.against} | {one.fits} | {one.quantity} | {one.worst:.0e} |" for one in distances()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())  # noqa: T201 - a command
