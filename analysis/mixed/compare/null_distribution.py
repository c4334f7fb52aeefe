"""What a likelihood-ratio statistic is compared with, when variances may lie on their boundary.

A variance cannot be negative, so under "this variance is zero" the statistic is zero half of the time. One variance:
½χ²(0) + ½χ²(1). A q-th random effect, correlated with q - 1 others: ½χ²(q-1) + ½χ²(q) (Self and Liang 1987; Stram and
Lee 1994, 1995). Coefficients and correlations add their number to every df. Other comparisons have mixtures whose
weights depend on the design; they are refused here, and simulated by a parametric bootstrap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from ..errors.nesting import residual_parameters_added
from ..fit import MixedModelFit
from ..fitted_model import FittedModel
from ..mmrm.fit import MMRMFit
from ..refusal import ModelRefused
from .outer_level import UnknownMixture, clinic_parameters_added

FloatArray = npt.NDArray[np.float64]

ONE_COLUMN = 1e-9  # share of a map's column beside its largest entry, under which a term is one of the larger's

WITHIN_STRUCTURE = {
    "cs": ("csh", "toeplitz", "toeplitzh", "unstructured"),
    "ar1": ("ar1h", "toeplitz", "toeplitzh", "unstructured"),
    "csh": ("toeplitzh", "unstructured"),
    "ar1h": ("toeplitzh", "unstructured"),
    "toeplitz": ("toeplitzh", "unstructured"),
    "toeplitzh": ("unstructured",),
}


@dataclass(frozen=True)
class NullDistribution:
    """A mixture of chi-square distributions: ``parts`` are (df, weight). ``note`` says what rests on it."""

    parts: tuple[tuple[int, float], ...]
    note: str

    def p_value(self, statistic: float) -> float:
        """Probability of a statistic at least as large; χ²(0) is always zero."""
        return sum(weight * _upper(df, statistic) for df, weight in self.parts)

    @property
    def name(self) -> str:
        """For example "χ²(2)" or "½χ²(1) + ½χ²(2)"."""
        if len(self.parts) == 1:
            return f"χ²({self.parts[0][0]})"
        return " + ".join(f"½χ²({df})" for df, _ in self.parts)


def chi_square(df: int, note: str = "") -> NullDistribution:
    return NullDistribution(((df, 1.0),), note)


def at_boundary(df: int, note: str) -> NullDistribution:
    """One variance on its boundary: half of the weight on each of two neighbouring df."""
    return NullDistribution(((df - 1, 0.5), (df, 0.5)), note)


def _upper(df: int, statistic: float) -> float:
    if df == 0:
        return 1.0 if statistic <= 0.0 else 0.0
    return float(chdtrc(df, max(statistic, 0.0)))


def null_distribution(
    smaller: FittedModel, larger: FittedModel, random: FloatArray, coefficients: int
) -> NullDistribution:
    """The null distribution of smaller against larger, ``coefficients`` fixed effects apart.

    ``random`` maps the larger's columns of Z to the smaller's. Raises ModelRefused when the smaller's covariance is
    not a special case of the larger's, and when the mixture is not known.
    """
    if isinstance(smaller, MMRMFit) and isinstance(larger, MMRMFit):
        return _between_structures(smaller, larger, coefficients)
    if not (isinstance(smaller, MixedModelFit) and isinstance(larger, MixedModelFit)):
        raise ModelRefused(
            f"{type(smaller).__name__} and {type(larger).__name__} are not nested in one another.",
            "Compare their information_criteria.",
        )
    added = residual_parameters_added(smaller.residual_structure, larger.residual_structure)
    clinics = clinic_parameters_added(smaller, larger)
    found = _between_random_parts(smaller, larger, random, coefficients + added.inside + clinics.correlations)
    if clinics.variances > 1:
        raise _unknown(clinics.variances)
    if clinics.variances:
        return at_boundary(
            found.parts[0][0] + 1, _boundary_note(smaller, "One variance of clinics is tested on its boundary.")
        )
    if not added.at_zero:
        return found
    if len(found.parts) > 1 or found.note:
        raise _unknown(2)
    return at_boundary(found.parts[0][0] + 1, "The residual correlation is tested on its boundary, zero.")


def _between_structures(smaller: MMRMFit, larger: MMRMFit, coefficients: int) -> NullDistribution:
    one, other = smaller.covariance, larger.covariance
    if smaller.visit != larger.visit or (one != other and other not in WITHIN_STRUCTURE.get(one, ())):
        raise ModelRefused(
            f"The covariance '{one}' of the smaller fit is not a special case of '{other}'.",
            "Compare their information_criteria.",
        )
    return chi_square(coefficients + larger.n_covariance_parameters - smaller.n_covariance_parameters)


def _between_random_parts(
    smaller: MixedModelFit, larger: MixedModelFit, random: FloatArray, coefficients: int
) -> NullDistribution:
    few, many = len(smaller.random_names), len(larger.random_names)
    apart = smaller.correlated or few == 1, larger.correlated or many == 1
    if not apart[1]:
        _check_single_columns(random, larger)
    if apart[0] and few > 1 and not apart[1]:
        raise ModelRefused(
            "The models are not nested: the smaller one has correlated random effects, the larger one has not.",
            "Fit the larger one with correlated=True.",
        )
    correlations = _pairs(many, apart[1]) - _pairs(few, apart[0])
    if few == many:
        return _same_effects(smaller, coefficients, correlations)
    if many - few > 1 or correlations > (few if apart[1] else 0):
        raise _unknown(many - few)
    note = _boundary_note(smaller, "One variance is tested on its boundary.")
    return at_boundary(coefficients + correlations + 1, note)


def _same_effects(smaller: MixedModelFit, coefficients: int, correlations: int) -> NullDistribution:
    if correlations == 0:
        return chi_square(coefficients)
    return chi_square(coefficients + correlations, _boundary_note(smaller, "Correlations only: no boundary."))


def _boundary_note(smaller: MixedModelFit, text: str) -> str:
    if smaller.status != "singular":
        return text
    return (
        f"{text} The smaller fit is itself singular, so the p value is approximate;"
        " bootstrap_likelihood_ratio simulates it."
    )


def _pairs(size: int, correlated: bool) -> int:
    return size * (size - 1) // 2 if correlated else 0


def _check_single_columns(random: FloatArray, larger: MixedModelFit) -> None:
    """Without correlations a model has its own axes: each term of the smaller must be one of the larger's."""
    largest = np.max(np.abs(random), axis=0)
    beside = np.sum(np.abs(random) > ONE_COLUMN * largest, axis=0)
    if (beside > 1).any():
        raise ModelRefused(
            "The models are not nested: without correlations, every random term of the smaller must be a random term of"
            f" the larger one ({', '.join(larger.random_names)}).",
            "Use the same random terms, or correlated=True.",
        )


def _unknown(variances: int) -> UnknownMixture:
    counted = "one variance and several correlations" if variances == 1 else f"{variances} variances"
    return UnknownMixture(
        f"The models are {counted} apart; the weights of the null distribution then depend on the design.",
        "Add one random term at a time, or use bootstrap_likelihood_ratio.",
    )
