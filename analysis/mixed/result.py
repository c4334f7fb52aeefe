"""From a certified optimum on the working scale to a fit on the scale of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .chart import blocks_of
from .deviance import Evaluation, square
from .errors.structure import PLAIN_RESIDUALS
from .fit import MixedModelFit, RSquared
from .inference import Inference, Normal
from .kenward_roger import NO_KENWARD_ROGER, kenward_roger
from .nested.kenward_roger import nested_kenward_roger
from .nested.result import with_clinics_described
from .optimiser import Optimum
from .satterthwaite import satterthwaite
from .wording import singular_note
from .working import Working

if TYPE_CHECKING:
    from .prepared import PreparedModel

FloatArray = npt.NDArray[np.float64]


def describe_fit(
    model: PreparedModel,
    working: Working,
    optimum: Optimum,
    method: str,
    notes: tuple[str, ...],
    patients: pd.Index[Any],
    covariate_means: dict[str, float],
) -> MixedModelFit:
    """Undo the working scale and put every part of the result in its place."""
    at, scale = optimum.at, working.outcome_scale
    names, q = model.random_design.names, working.data.q
    coefficients = working.transform @ (scale * at.beta + working.offset)
    if working.design.names[:1] == ("Intercept",):
        coefficients[0] += working.outcome_mean
    to_raw = scale * working.transform
    back = model.random_basis.transform
    own = at.covariance[:q, :q]
    notes = (*notes, *_singular_notes(model, optimum))
    inference, df_notes = inference_at(working, optimum, model.correlated, model.df, to_raw)
    notes = (*notes, *df_notes)
    assert at.score is not None
    everyone = model.everyone
    fit = MixedModelFit(
        formula=model.formula,
        random_formula=model.random_formula,
        groups=model.groups,
        method=method,
        correlated=model.correlated,
        status="converged" if optimum.rank == len(at.covariance) else "singular",
        notes=notes,
        n_rows=working.data.n_rows,
        n_groups=working.data.m,
        design=working.design,
        kept=working.kept,
        dropped=working.dropped,
        alias=working.alias,
        coefficients=coefficients,
        inference=inference,
        relative_covariance=back @ own @ back.T,
        residual_variance=scale**2 * at.sigma2,
        residual_structure=PLAIN_RESIDUALS if working.errors is None else working.errors.structure,
        neg2loglik=raw_deviance(working, optimum.at),
        evaluations=optimum.evaluations,
        rank=optimum.ranks[0],
        random_names=names,
        modes=scale * (back @ own) @ at.score,
        patients=patients,
        r_squared=_r_squared(working, optimum),
        cells=(everyone.cells.columns, everyone.cells.combinations, working.frequencies),
        known_levels=everyone.cells.levels,
        covariate_means=covariate_means,
    )
    if model.outer_level is None or working.nested is None:
        return fit
    return with_clinics_described(fit, model.outer_level, working.nested, optimum, scale)


def _singular_notes(model: PreparedModel, optimum: Optimum) -> tuple[str, ...]:
    """One sentence per level whose covariance is not of full rank."""
    levels = [("patients", model.random_design.names, model.random_basis)]
    if model.outer_level is not None:
        levels.append(("clinics", model.outer_level.design.names, model.outer_level.basis))
    at, notes = optimum.at, []
    for block, rank, (level, names, basis) in zip(blocks_of(at.sizes), optimum.ranks, levels, strict=True):
        if rank == len(names):
            continue
        back = basis.transform
        length = np.sqrt(np.sum(np.linalg.inv(back) ** 2, axis=0))
        scaled = (back @ at.covariance[block, block] @ back.T) * np.outer(length, length)
        notes.append(singular_note(scaled, names, rank, level, of_two=len(levels) > 1))
    return tuple(notes)


def inference_at(
    working: Working, optimum: Optimum, correlated: bool, df: str, to_raw: FloatArray
) -> tuple[Inference, tuple[str, ...]]:
    """Standard errors and degrees of freedom of the kind asked for, or the nearest kind there is, and a note."""
    at = optimum.at
    if df == "normal":
        return Normal(at.sigma2 * to_raw @ at.xvx_inverse @ to_raw.T), ()
    if working.errors is not None and working.errors.information is not None:
        return working.errors.information.satterthwaite(to_raw), ()
    if df == "kenward-roger":
        if working.nested is None:
            adjusted = kenward_roger(working.data, at, correlated, to_raw)
        else:
            adjusted = nested_kenward_roger(working.nested, at, correlated, to_raw)
        if adjusted is not None:
            return adjusted, ()
        return satterthwaite(at, optimum.bend, to_raw), (NO_KENWARD_ROGER,)
    return satterthwaite(at, optimum.bend, to_raw), ()


def raw_deviance(working: Working, at: Evaluation) -> float:
    """-2 log likelihood of the raw outcome; for REML by lme4's convention, which depends on the raw X."""
    value = at.value + 2.0 * at.nu * np.log(working.outcome_scale)
    if at.reml:
        value -= 2.0 * float(np.sum(np.log(np.abs(np.diag(working.transform)))))
    if working.errors is not None:
        value += working.errors.log_determinant
    return float(value)


def _r_squared(working: Working, optimum: Optimum) -> RSquared:
    at, scale = optimum.at, working.outcome_scale
    plain = working if working.errors is None else working.errors.rows
    data = plain.data
    mean_variance = 1.0 if working.errors is None else working.errors.mean_variance
    fitted = scale * at.beta + working.offset
    about_zero = float(fitted @ data.total[:-1, :-1] @ fitted)
    fixed = (about_zero - float(fitted @ working.ones) ** 2 / data.n_rows) / (data.n_rows - 1)
    random = float(np.sum(at.covariance[: data.q, : data.q] * square(data.zz.sum(axis=1), data.q))) / data.n_rows
    if plain.nested is not None:
        across = square(plain.nested.cc.sum(axis=1), at.outer)
        random += float(np.sum(at.covariance[data.q :, data.q :] * across)) / data.n_rows
    between = scale**2 * at.sigma2 * random
    whole = fixed + between + scale**2 * at.sigma2 * mean_variance
    return RSquared(fixed / whole, (fixed + between) / whole)
