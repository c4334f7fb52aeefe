"""A smaller model within a larger one, both on the working scale of the larger, so that one draw serves both."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..chart import block_diagonal, blocks_of
from ..compare.fewer_effects import with_columns
from ..compare.likelihood_ratio import above_rounding, checked_nesting
from ..compare.null_distribution import null_distribution
from ..compare.outer_level import UnknownMixture
from ..compare.submodel import with_fixed_columns
from ..fit import MixedModelFit
from ..nested.fit import NestedMixedModelFit
from ..optimiser import optimise
from ..problem import Problem
from ..sweeps import Data
from .refits import LIFT

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NestedPair:
    """``data`` of the larger model; ``fixed`` and ``random`` (per level) map its columns to the smaller's;
    ``covariance`` is the smaller fit's D on the larger's working scale, a block per level."""

    data: Data
    reml: bool
    correlated: tuple[bool, bool]
    fixed: FloatArray
    random: tuple[FloatArray, ...]
    covariance: FloatArray

    def likelihood_ratio(self, drawn: Data) -> float:
        """Twice the log likelihood ratio of some outcome, both models fitted to it. Raises ModelRefused."""
        small = with_columns(with_fixed_columns(drawn, self.fixed, np.zeros(drawn.p)), self.random)
        values = [
            optimise(data, self.reml, correlated, first + LIFT * np.eye(data.q)).at.value
            for data, correlated, first in zip(
                (small, drawn), self.correlated, (self._smaller_start(), self.covariance), strict=True
            )
        ]
        return above_rounding(values[0] - values[1])

    def _smaller_start(self) -> FloatArray:
        blocks = blocks_of(tuple(len(part) for part in self.random))
        back = [np.linalg.pinv(part) for part in self.random]
        parts = [turn @ self.covariance[block, block] @ turn.T for turn, block in zip(back, blocks, strict=True)]
        return block_diagonal([part for part in parts if len(part)])


def nested_pair(problem: Problem, smaller: MixedModelFit, larger: MixedModelFit) -> NestedPair:
    """``problem`` is the larger fit's. Raises ModelRefused when the smaller is not nested in it or is of other rows."""
    found = checked_nesting(smaller, larger, problem.source)
    with suppress(UnknownMixture):  # nested all the same, and the distribution is what is to be drawn
        null_distribution(smaller, larger, found.random, len(larger.kept) - len(smaller.kept))
    fixed = np.linalg.qr(np.linalg.solve(problem.working.transform, found.fixed))[0]
    back: FloatArray = np.asarray(np.linalg.inv(problem.model.random_basis.transform), dtype=np.float64)
    maps = [(back @ found.random, smaller.relative_covariance)]
    if isinstance(larger, NestedMixedModelFit):
        maps.append(_clinics_map(problem, smaller, larger))
    covariance = block_diagonal([change @ relative @ change.T for change, relative in maps])
    random = tuple(_conditioned(change, smaller.correlated) for change, _ in maps)
    correlated = smaller.correlated, larger.correlated
    return NestedPair(problem.working.problem, problem.reml, correlated, fixed, random, covariance)


def _clinics_map(
    problem: Problem, smaller: MixedModelFit, larger: NestedMixedModelFit
) -> tuple[FloatArray, FloatArray]:
    """From the clinics' working columns to the smaller fit's, which are some of the larger's, and its covariance."""
    outer = problem.model.outer_level
    assert outer is not None
    names: tuple[str, ...] = ()
    relative = np.zeros((0, 0))
    if isinstance(smaller, NestedMixedModelFit):
        names, relative = smaller.nested_random_names, smaller.nested_relative_covariance
    chosen = [larger.nested_random_names.index(name) for name in names]
    back: FloatArray = np.asarray(np.linalg.inv(outer.basis.transform), dtype=np.float64)
    return back[:, chosen], relative


def _conditioned(change: FloatArray, correlated: bool) -> FloatArray:
    """The same columns, orthonormal where the model allows a rotation, scaled where it does not."""
    return np.linalg.qr(change)[0] if correlated else change / np.linalg.norm(change, axis=0)
