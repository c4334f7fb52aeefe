"""From ordered rows to the certified residual structure and the working problem it leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..optimiser import Optimum
from ..working import Working
from .descent import Found
from .joint import joint_information
from .options import ErrorOptions
from .ordered_rows import OrderedRows
from .profile import Profile, Whitening, whitening_at
from .search import find_parameters
from .shape import Family
from .structure import ResidualStructure
from .whitened_sums import ErrorSums, mean_variance, whiten_everyone
from .wording import structure_notes

if TYPE_CHECKING:
    from ..nested.sums import OuterProducts
    from ..prepared import PreparedModel

FloatArray = npt.NDArray[np.float64]

NORMAL_95 = 1.959963984540054  # upper 97.5 % point of the normal distribution


@dataclass(frozen=True)
class ErrorProblem:
    """The rows of a fit whose residual structure has parameters, and what was asked of it."""

    rows: OrderedRows
    options: ErrorOptions

    @property
    def family(self) -> Family:
        """The structures to choose from; the typical gap is the median."""
        gaps = self.rows.gap[self.rows.follows]
        return Family(self.options.kind, self.rows.levels, float(np.median(gaps)) if len(gaps) else 1.0)

    def solve(
        self, working: Working, reml: bool, correlated: bool, start: FloatArray | None
    ) -> tuple[Working, Optimum, tuple[str, ...]]:
        """The working problem with its rows whitened at the best structure, its optimum, and notes about it.

        ``working`` is that of the rows as they are. Raises ModelRefused when no structure can be certified.
        """
        profile = Profile(self.rows, reml, correlated)
        found = find_parameters(profile, self.family, start)
        point = found.point
        information = joint_information(point, correlated)
        structure = self._structure(found, information.parameter_errors())
        whitening = point.whitening
        errors = ErrorSums(structure, working, whitening.log_determinant, mean_variance(whitening), information)
        optimum = replace(point.optimum, evaluations=profile.count)
        return replace(working, data=whitening.data, errors=errors), optimum, structure_notes(structure)

    def _structure(self, found: Found, std_errors: FloatArray) -> ResidualStructure:
        family, parameters = found.family, found.point.parameters
        options = self.options
        margins = NORMAL_95 * std_errors
        ends = [self._estimates(family, parameters + sign * margins) for sign in (-1.0, 1.0)]
        intervals = tuple(zip(*ends, strict=True))
        correlation = family.correlation_per_unit(parameters)
        if found.limit is not None:  # the correlation vanished: on the boundary there is no interval
            correlation, intervals = 0.0, ((float("nan"), float("nan")), *intervals)
        ratios = tuple(family.variance_ratios(parameters).tolist()) if family.levels else ()
        return ResidualStructure(
            options.kind, options.weights, options.time, options.by, correlation, family.levels, ratios, intervals
        )

    def _estimates(self, family: Family, parameters: FloatArray) -> list[float]:
        correlation = family.correlation_per_unit(parameters)
        ratios = family.variance_ratios(parameters)[1:].tolist()
        return ratios if correlation is None else [correlation, *ratios]

    def at(self, structure: ResidualStructure) -> Whitening:
        """The rows whitened at a structure that was found before."""
        family = self.family
        if structure.correlation_per_unit == 0.0 and family.kind == "exponential":
            family = family.without_correlation()
        return whitening_at(self.rows, family, family.parameters_of(structure))


def with_residuals(
    model: PreparedModel,
    problem: ErrorProblem,
    residuals: ErrorOptions | ResidualStructure,
    keep_cohorts: bool,
    outer: OuterProducts | None,
) -> PreparedModel:
    """A prepared model with weights, with a structure found before, or with the task of finding one.

    ``outer`` are the weighted sums of the clinics, where there are any.
    """
    if isinstance(residuals, ErrorOptions) and residuals.has_parameters:
        return replace(model, errors=problem)
    known = ResidualStructure(weights=residuals.weights) if isinstance(residuals, ErrorOptions) else residuals
    return replace(model, everyone=whiten_everyone(model.everyone, problem.at(known), known, keep_cohorts, outer))
