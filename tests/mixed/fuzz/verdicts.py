"""What became of a random design: refused and why, or how far its optimum is from the lowest that was found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.mixed import FittedModel, MixedModelFit, ModelRefused, fit_mixed_model, fit_mmrm
from analysis.mixed.mmrm.ladder import OVERRUN

from .designs import RandomDesign
from .residual_designs import RANDOM_PARTS, ResidualCovariance, ResidualDesign
from .rivals import RandomEffects, lowest_found
from .visit_designs import VisitCovariance, VisitDesign

STARTS = 4
WORSE = 1e-6  # -2 log likelihood by which a restart must win to count
# The covariance handed back in raw units loses digits when time starts far from zero; what the fit claims does not.
OFF, FAR_ORIGIN = 1e-6, 1e3
UNCERTIFIED = "could not certify"
DF = {"REML": ("satterthwaite", "kenward-roger", "normal"), "ML": ("satterthwaite", "normal")}


@dataclass(frozen=True)
class Verdict:
    """``worse`` is the fit's -2 log likelihood over the lowest that restarts found, ``off`` that over the deviance at
    the fit's own covariance; both are zero for a refusal, which has a ``refusal`` sentence.

    ``boundary``: the lowest point found is a singular covariance of visits, which no MMRM structure contains.
    ``finite``: coefficients, standard errors and their df are numbers. ``unsteady``: what several ways to the same fit
    do not agree on.
    """

    design: RandomDesign | VisitDesign | ResidualDesign
    status: str
    worse: float = 0.0
    off: float = 0.0
    refusal: str = ""
    boundary: bool = False
    finite: bool = True
    unsteady: str = ""


def _df(design: RandomDesign | VisitDesign) -> str:
    """Every kind of degrees of freedom in turn."""
    kinds = DF[design.method]
    return kinds[design.seed // 2 % len(kinds)]


def _all_finite(fit: FittedModel) -> bool:
    effects = fit.fixed_effects
    return bool(np.isfinite(effects[["estimate", "std_error"]].to_numpy()).all() and (effects["df"] > 0).all())


def judged(design: RandomDesign) -> Verdict:
    """Fit random effects (of patients, and of clinics where there are any) and hold the fit against restarts."""
    try:
        fit = fit_mixed_model(
            design.formula,
            design.rows,
            "patient",
            design.random,
            correlated=design.correlated,
            method=design.method,
            df=_df(design),
            nested_in=None if design.clinic is None else "clinic",
        )
    except ModelRefused as refused:
        return Verdict(design, "refused", refusal=refused.reason)
    rival = RandomEffects(design)
    here = rival.free(_plain_covariances(design, fit))
    at_fit = rival.with_gradient(here)[0] + design.raw_constant
    lowest = lowest_found(rival, design.seed, STARTS, [here])[0] + design.raw_constant
    worse, off = fit.neg2loglik - min(lowest, at_fit), fit.neg2loglik - at_fit
    return Verdict(design, fit.status, worse, off, finite=_all_finite(fit))


def _plain_covariances(design: RandomDesign, fit: MixedModelFit) -> list[np.ndarray]:
    """The fit's relative covariances in the units of the plain arrays."""
    q = design.z.shape[1]
    change = np.eye(3)
    change[0, 1], change[1, 1] = design.units.t_origin * design.units.t_unit, design.units.t_unit
    own = change[:q, :q] @ (fit.random_covariance.to_numpy() / fit.residual_variance) @ change[:q, :q].T
    if design.clinic is None:
        return [own]
    return [own, fit.nested_covariance.to_numpy() / fit.residual_variance]


def judged_mmrm(design: VisitDesign) -> Verdict:
    """Fit an MMRM and hold the structure that was used against restarts."""
    try:
        fit = fit_mmrm(
            design.formula,
            design.rows,
            subject="patient",
            visit="visit",
            covariance=design.structure,
            method=design.method,
            df=_df(design),
        )
    except ModelRefused as refused:
        return Verdict(design, "refused", refusal=refused.reason)
    rival = VisitCovariance(design, fit.covariance)
    here = rival.free(fit.visit_covariance.to_numpy() / design.outcome_unit**2)
    at_fit = rival.with_gradient(here)[0] + design.raw_constant
    lowest, there = lowest_found(rival, design.seed, STARTS, [here])
    worse = fit.neg2loglik - min(lowest + design.raw_constant, at_fit)
    off = fit.neg2loglik - at_fit
    # A likelihood without floor falls towards a singular covariance: a rival on its way there is not a better fit, and
    # the fit says that there is one.
    boundary = rival.is_singular(there) or OVERRUN in fit.notes
    return Verdict(design, fit.status, worse, off, boundary=boundary, finite=_all_finite(fit))


def judged_residuals(design: ResidualDesign) -> Verdict:
    """Fit a residual structure and hold it against restarts, in every parameter at once."""
    try:
        fit = fit_mixed_model(
            "y ~ t + x",
            design.rows,
            "patient",
            RANDOM_PARTS[design.q - 1],
            method=design.method,
            weights="w" if design.weighted else None,
            residual=design.kind,
            residual_time=None if design.kind == "independent" else "t",
            residual_by="level" if design.by else None,
        )
    except ModelRefused as refused:
        return Verdict(design, "refused", refusal=refused.reason)
    lowest = lowest_found(ResidualCovariance(design), design.seed, STARTS, [])[0] + design.raw_constant
    return Verdict(design, fit.status, fit.neg2loglik - lowest, finite=_all_finite(fit))


def complaints(verdict: Verdict) -> list[str]:
    """What is wrong with a verdict, each with the design: nothing when the fit holds or its refusal says why."""
    design, said = verdict.design, []
    if verdict.worse > WORSE and not verdict.boundary:
        said.append(f"a restart is {verdict.worse:.3g} lower than the {verdict.status} fit of {design}")
    near = not isinstance(design, RandomDesign) or abs(design.units.t_origin) < FAR_ORIGIN
    if near and abs(verdict.off) > OFF:
        said.append(f"-2 log likelihood is {verdict.off:.3g} off the one of its own covariance: {design}")
    if not verdict.finite:
        said.append(f"a coefficient, standard error or df is not a number: {design}")
    if verdict.unsteady:
        said.append(f"{verdict.unsteady}: {design}")
    if UNCERTIFIED in verdict.refusal:
        said.append(f"refused without a reason in the data: {verdict.refusal} {design}")
    return said
