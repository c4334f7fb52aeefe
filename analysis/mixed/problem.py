"""The problem that a fit solved, rebuilt from what was kept: per-patient sums, their basis, and the optimum in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt
import pandas as pd

from .chart import block_diagonal
from .deviance import Evaluation
from .fit import MixedModelFit
from .fitted_model import FittedModel
from .model import prepare
from .nested.fit import NestedMixedModelFit
from .nested.nesting import Nesting
from .prepared import PreparedModel
from .refusal import ModelRefused
from .result import raw_deviance
from .source_rows import check_same_size, frame_of
from .sweeps import sweep
from .working import Working, basis_change

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

SAME_DEVIANCE = 1e-6  # a refit from another basis repeats -2 log likelihood to about 1e-9; other values do not


@dataclass(frozen=True, eq=False)
class Problem:
    """What a mixed model's fit was found from. Nothing here changes; one problem serves any number of questions.

    ``working`` holds the fit's patients on the working scale and ``patients`` their labels, in that order;
    ``chosen`` are their places among the patients of ``model`` (None: all of them). ``at`` is the deviance at the
    fitted covariance (of both levels, where patients are nested in clinics), with second-derivative sums and the
    score of every patient. ``to_raw`` maps working
    coefficients to raw ones, outcome scale included. ``source`` is the frame it came from, where there was one.
    """

    model: PreparedModel
    working: Working
    at: Evaluation
    to_raw: FloatArray
    patients: pd.Index[Any]
    chosen: IntArray | None
    source: pd.DataFrame | None

    @property
    def reml(self) -> bool:
        return self.at.reml

    @property
    def deviance(self) -> float:
        """-2 log likelihood of the raw outcome, as the fit reports it; ``at.value`` plus a constant."""
        return raw_deviance(self.working, self.at)

    @property
    def random_transform(self) -> FloatArray:
        """Raw factor of the random effects' covariance = this @ working factor; a block per level, patients first."""
        outer = self.model.outer_level
        patients = self.model.random_basis.transform
        return patients if outer is None else block_diagonal([patients, outer.basis.transform])

    @property
    def counts(self) -> IntArray:
        """Rows per patient, in the order of ``patients``."""
        counts = self.model.everyone.counts
        return counts if self.chosen is None else counts[self.chosen]

    @property
    def triangles(self) -> FloatArray:
        """[X y]_i'[X y]_i per patient, upper triangle by rows (x patients), in the basis of the whole model."""
        squares = self.model.everyone.squares
        assert squares is not None
        return squares if self.chosen is None else squares[:, self.chosen]

    def change_of_basis(self) -> FloatArray | None:
        """The map from the whole model's working columns to this fit's; None when they are the same.

        A cohort that empties a level or a column has working columns of its own.
        """
        return basis_change(self.model.everyone.working, self.working)

    def squares(self) -> FloatArray:
        """[X y]_i'[X y]_i of every patient on this fit's working scale: (p+1) x (p+1) x patients."""
        triangles, width = self.triangles, self.model.everyone.working.data.p + 1
        full = np.empty((width, width, triangles.shape[1]))
        for value, row, column in zip(triangles, *np.triu_indices(width), strict=True):
            full[row, column] = full[column, row] = value
        change = self.change_of_basis()
        if change is None:
            return full
        wide = np.zeros((width, change.shape[1] + 1))
        wide[:-1, :-1], wide[-1, -1] = change, 1.0
        changed: FloatArray = np.einsum("xa,xym,yb->abm", wide, full, wide, optimize=True)
        return changed


def problem_of(fit: FittedModel, source: PreparedModel | pd.DataFrame | None = None) -> Problem:
    """Rebuild the problem that a fit solved, for questions a fit alone cannot answer.

    ``source`` is the prepared model the fit came from (no pass over the rows), or the frame (one pass); without it
    the frame is found by itself while somebody else keeps it.

    Raises ModelRefused when the rows are gone or are not those of the fit, and for a fit whose residual covariance has
    parameters, or that is no mixed model.
    """
    plain = _from_sums(fit)
    frame: pd.DataFrame | None = None
    if isinstance(source, PreparedModel):
        model, chosen = source, _places(plain, source)
    else:
        frame = frame_of(plain, source, "source=data")
        model, chosen = _prepared_again(plain, frame), None
    everyone = model.everyone
    working = everyone.working if chosen is None else everyone.cohort(chosen)
    check_same_size(plain, working.data.n_rows, working.data.m)
    at = _evaluation(plain, model, working)
    labels = model.patients if chosen is None else model.patients[chosen]
    return Problem(model, working, at, working.outcome_scale * working.transform, labels, chosen, frame)


def working_covariance(model: PreparedModel, fit: MixedModelFit) -> FloatArray:
    """The fitted D on the working scale of a model with the same random part: a block per level, patients first."""
    parts = [_turned(model.random_basis.transform, fit.relative_covariance)]
    if isinstance(fit, NestedMixedModelFit) and model.outer_level is not None:
        parts.append(_turned(model.outer_level.basis.transform, fit.nested_relative_covariance))
    relative = block_diagonal(parts)
    return relative if fit.correlated else np.diag(np.diag(relative))


def _turned(transform: FloatArray, covariance: FloatArray) -> FloatArray:
    back = np.linalg.inv(transform)
    return np.asarray(back @ covariance @ back.T)


def has_patient_sums(fit: FittedModel) -> TypeGuard[MixedModelFit]:
    """Whether patients are independent and a fit came from their sums alone: no outer level, no residual structure."""
    return type(fit) is MixedModelFit and not fit.residual_structure.n_parameters


def _from_sums(fit: FittedModel) -> MixedModelFit:
    if not isinstance(fit, MixedModelFit) or fit.residual_structure.n_parameters:
        raise ModelRefused(
            "This is worked out from per-patient sums, which only a mixed model with independent residuals has.",
            "Use a fit of fit_mixed_model without residual and residual_by.",
        )
    return fit


def _prepared_again(fit: MixedModelFit, frame: pd.DataFrame) -> PreparedModel:
    rows = frame[frame[fit.groups].isin(fit.patients)]
    options, nesting = (fit.method, "normal", fit.correlated), None
    if isinstance(fit, NestedMixedModelFit):
        nesting = Nesting(fit.nested_in, fit.nested_random_formula)
    structure = fit.residual_structure
    return prepare(fit.formula, rows, fit.groups, fit.random_formula, options, nesting, True, structure)


def _places(fit: MixedModelFit, model: PreparedModel) -> IntArray | None:
    """Where the fit's patients are in a prepared model; None for all of them."""
    level = model.outer_level
    asked = (fit.formula, fit.random_formula, fit.groups, fit.correlated, *_clinics_of(fit))
    outer = () if level is None else (level.column, level.random_formula)
    if asked != (model.formula, model.random_formula, model.groups, model.correlated, *outer):
        raise ModelRefused(
            f"The prepared model is '{model.formula}' with random part '{model.random_formula}'; the fit is"
            f" '{fit.formula}' with '{fit.random_formula}', or they differ in correlated, groups or clinics.",
            "Give the prepared model that the fit came from.",
        )
    found = model.patients.get_indexer(fit.patients)
    unknown = int((found < 0).sum())
    if unknown:
        raise ModelRefused(
            f"The prepared model lacks {unknown} of the fit's {len(found)} patients.",
            "Give the prepared model that the fit came from.",
        )
    return None if len(found) == len(model.patients) else np.sort(found)


def _clinics_of(fit: MixedModelFit) -> tuple[str, ...]:
    return (fit.nested_in, fit.nested_random_formula) if isinstance(fit, NestedMixedModelFit) else ()


def _evaluation(fit: MixedModelFit, model: PreparedModel, working: Working) -> Evaluation:
    """The fit's optimum again. Raises ModelRefused when these rows give its covariance another likelihood."""
    covariance, reml = working_covariance(model, fit), fit.method == "REML"
    first = None if working.problem.q != len(covariance) else sweep(working.problem, covariance, reml)
    at = None if first is None else sweep(working.problem, covariance, reml, first, keep_score=True)
    names = (working.design.names, working.kept) == (fit.design.names, fit.kept)
    slack = SAME_DEVIANCE * max(1.0, 1e-3 * abs(fit.neg2loglik))
    if at is None or not names or abs(raw_deviance(working, at) - fit.neg2loglik) > slack:
        raise ModelRefused(
            "The data holds the fit's patients, but not the values that were fitted: the likelihood differs.",
            "Give the frame that was fitted.",
        )
    return at
