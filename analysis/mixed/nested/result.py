"""The clinics' part of a fit of two levels, put on the scale of the data."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from ..fit import MixedModelFit
from ..optimiser import Optimum
from .fit import NestedMixedModelFit
from .nesting import OuterLevel
from .sums import NestedProducts


def with_clinics_described(
    fit: MixedModelFit, level: OuterLevel, data: NestedProducts, optimum: Optimum, outcome_scale: float
) -> NestedMixedModelFit:
    """A fit described by its patients, completed by its clinics."""
    at, back = optimum.at, level.basis.transform
    assert at.outer_score is not None
    inner = at.sizes[0]
    own = at.covariance[inner:, inner:]
    patients_part = {part.name: getattr(fit, part.name) for part in fields(fit)}
    return NestedMixedModelFit(
        **patients_part,
        nested_in=level.column,
        nested_random_formula=level.random_formula,
        nested_random_names=level.design.names,
        nested_relative_covariance=back @ own @ back.T,
        nested_rank=optimum.ranks[1],
        nested_modes=outcome_scale * np.asarray(back @ own @ at.outer_score),
        clinics=level.clinics[data.clinics],
    )
