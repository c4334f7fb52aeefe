"""What must hold of the clinics before a fit of two levels is attempted, each failure with its own sentence."""

from __future__ import annotations

import numpy as np

from ..crossproducts import minors_of
from ..raw_columns import constant_random_term
from ..refusal import ModelRefused
from .nesting import OuterLevel
from .sums import NestedProducts


def check_clinics(data: NestedProducts, level: OuterLevel, correlated: bool) -> None:
    """Enough clinics, and patients enough in them to tell the levels apart. Raises ModelRefused otherwise."""
    names, clinics = level.design.names, data.n_clinics
    if clinics < 2:
        raise ModelRefused(
            f"All patients are in one '{level.column}'.",
            "An outer level compares clinics: leave nested_in out, or widen the cohort.",
        )
    if clinics == data.m:
        raise ModelRefused(
            f"Every '{level.column}' has one patient, so patients and clinics cannot be told apart.",
            "Leave nested_in out.",
        )
    if clinics <= len(names):
        raise ModelRefused(
            f"There are {clinics} clinics for {len(names)} random effects of a clinic; there must be more clinics than"
            " random effects.",
            "Use nested_random='1' or widen the cohort.",
        )
    _check_random_effects(data, names, correlated)


def _check_random_effects(data: NestedProducts, names: tuple[str, ...], correlated: bool) -> None:
    """The clinics' random columns must vary, and some clinic's rows must tell them apart."""
    constant = [name for row, name in enumerate(names) if not data.cc[row * (row + 3) // 2].any()]
    if constant:
        raise constant_random_term(", ".join(constant))
    if correlated and len(names) > 1 and not np.any(minors_of(data.cc, len(names))[0] > 0):
        raise ModelRefused(
            f"No clinic's rows tell the clinics' random terms {' and '.join(names)} apart: they do not vary within a"
            " clinic.",
            "Use nested_random='1', or a slope on something that changes within a clinic.",
        )
