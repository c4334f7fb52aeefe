"""Whether one residual structure is a special case of another, for likelihood-ratio tests."""

from __future__ import annotations

from typing import NamedTuple

from ..refusal import ModelRefused
from .structure import ResidualStructure


class Added(NamedTuple):
    """Residual parameters of the larger structure that the smaller one holds fixed: ``inside`` their range, or a
    correlation ``at_zero``, which cannot be negative."""

    inside: int
    at_zero: bool


def residual_parameters_added(smaller: ResidualStructure, larger: ResidualStructure) -> Added:
    """How far apart two structures are. Raises ModelRefused when they weigh rows differently or are not nested."""
    if smaller.weights != larger.weights:
        raise ModelRefused(
            f"The fits have different prior weights ({smaller.weights or 'none'} and {larger.weights or 'none'}).",
            "Compare fits with the same weights.",
        )
    same_correlation = (smaller.kind, smaller.time) == (larger.kind, larger.time)
    if not same_correlation and smaller.kind != "independent":
        raise _not_nested(smaller, larger)
    if smaller.by not in (None, larger.by):
        raise _not_nested(smaller, larger)
    variances = 0 if smaller.by == larger.by else len(larger.levels) - 1
    if same_correlation:
        return Added(variances, False)
    return Added(variances + (larger.kind == "ar1"), larger.kind == "exponential")


def _not_nested(smaller: ResidualStructure, larger: ResidualStructure) -> ModelRefused:
    return ModelRefused(
        f"The residual structure {_described(smaller)} of the smaller fit is not a special case of"
        f" {_described(larger)}.",
        "Compare their information_criteria.",
    )


def _described(structure: ResidualStructure) -> str:
    parts = [f"'{structure.kind}'"]
    if structure.time is not None:
        parts.append(f"over '{structure.time}'")
    if structure.by is not None:
        parts.append(f"with a variance by '{structure.by}'")
    return " ".join(parts)
