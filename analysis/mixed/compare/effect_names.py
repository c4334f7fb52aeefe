"""What the random effects of a fit are called, both levels together, and which of them are correlated."""

from __future__ import annotations

from itertools import combinations

from ..chart import blocks_of
from ..fit import MixedModelFit
from ..nested.fit import NestedMixedModelFit


def effect_names(fit: MixedModelFit) -> tuple[str, ...]:
    """Names of the random effects, patients first; those of clinics as "name | clinic column"."""
    if not isinstance(fit, NestedMixedModelFit):
        return fit.random_names
    return (*fit.random_names, *(f"{name} | {fit.nested_in}" for name in fit.nested_random_names))


def correlated_pairs(sizes: tuple[int, ...]) -> list[tuple[int, int]]:
    """Pairs of random effects of the same level; ``sizes`` are the effects per level."""
    return [pair for block in blocks_of(sizes) for pair in combinations(range(block.start, block.stop), 2)]
