"""How two fits differ in their outer level, the clinics that patients are nested in."""

from __future__ import annotations

from typing import NamedTuple

from ..fit import MixedModelFit
from ..nested.fit import NestedMixedModelFit
from ..refusal import ModelRefused


class UnknownMixture(ModelRefused):
    """The models are nested, but the null distribution of their likelihood ratio is known by simulation only."""


class Added(NamedTuple):
    """Parameters of the clinics that the larger fit has and the smaller has not."""

    variances: int
    correlations: int


def clinic_parameters_added(smaller: MixedModelFit, larger: MixedModelFit) -> Added:
    """What the larger fit adds among clinics; nothing where both have the same clinics' random effects, or none.

    Raises ModelRefused when the smaller fit's clinic level is not a special case of the larger's, and when the two also
    differ among patients.
    """
    few, many = _clinic_effects(smaller), _clinic_effects(larger)
    if not set(few) <= set(many) or _clinics(smaller) not in (None, _clinics(larger)):
        raise ModelRefused(
            "The models are not nested: the smaller one has random effects of clinics that the larger one has not.",
            "Give the larger one the same nested_in and nested_random, or compare information_criteria.",
        )
    if len(few) > 1 and smaller.correlated and not larger.correlated:
        raise ModelRefused(
            "The models are not nested: the smaller one has correlated random effects of clinics, the larger one not.",
            "Fit the larger one with correlated=True.",
        )
    added = Added(len(many) - len(few), _pairs(many, larger.correlated) - _pairs(few, smaller.correlated))
    if added.variances and (smaller.random_names, smaller.correlated) != (larger.random_names, larger.correlated):
        raise UnknownMixture(
            "The models differ among patients and among clinics; the weights of the null distribution are not known.",
            "Change one level at a time, or use bootstrap_likelihood_ratio.",
        )
    return added


def _pairs(names: tuple[str, ...], correlated: bool) -> int:
    return len(names) * (len(names) - 1) // 2 if correlated else 0


def _clinic_effects(fit: MixedModelFit) -> tuple[str, ...]:
    return fit.nested_random_names if isinstance(fit, NestedMixedModelFit) else ()


def _clinics(fit: MixedModelFit) -> str | None:
    return fit.nested_in if isinstance(fit, NestedMixedModelFit) else None
