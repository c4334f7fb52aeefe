"""The profiled deviance of patients in clinics, with its gradient and second derivatives, in one sweep.

The result is the Evaluation of one level with a block-diagonal D (patients, then clinics), so that the optimiser, its
certificate and the degrees of freedom are those of one level.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from ..chart import block_diagonal
from ..crossproducts import lower_pairs
from ..deviance import Evaluation, profiled, square
from ..sweep_sums import Centre, Sums
from .elimination import Eliminated, eliminated_chunks
from .forms import LevelForms, over_last
from .sums import NestedProducts

FloatArray = npt.NDArray[np.float64]


def evaluate_nested(
    data: NestedProducts, covariance: FloatArray, reml: bool, centre: Centre | None = None, keep_score: bool = False
) -> Evaluation | None:
    """Deviance and first derivative at ``covariance`` (D of both levels); None where the fixed effects cannot be
    solved."""
    sweep = _Sweep(data, [_LevelSums.zero(size, data.p + 1) for size in data.sizes])
    if keep_score:
        sweep.scores = (np.empty((data.sizes[0], data.m)), np.empty((data.sizes[1], data.n_clinics)))
    for part in eliminated_chunks(data, covariance):
        sweep.add(part)
        if centre is not None:
            sweep.add_bends(part, centre)
    at = profiled(data, covariance, reml, sweep.joined(centre is not None))
    outer_score = sweep.scores[1] if sweep.scores else None
    return None if at is None else replace(at, outer=data.sizes[1], outer_score=outer_score)


@dataclass
class _LevelSums:
    """Sums of one level over its groups: Z'V^-1 Z, and squares as in ``deviance.Sums``."""

    w: FloatArray
    squares: FloatArray

    @staticmethod
    def zero(size: int, width: int) -> _LevelSums:
        return _LevelSums(np.zeros((size, size)), np.zeros((size * width, size * width)))

    def add(self, stored: FloatArray, g: FloatArray) -> None:
        self.w += square(stored.sum(axis=-1), len(self.w))
        self.squares += over_last(g, g)


@dataclass
class _Sweep:
    """What a sweep adds up: level by level, and for pairs of directions of D."""

    data: NestedProducts
    levels: list[_LevelSums]
    log_determinant: float = 0.0
    loss: FloatArray = field(init=False)
    information: LevelForms = field(init=False)
    bends: LevelForms = field(init=False)
    scores: tuple[FloatArray, FloatArray] | None = None

    def __post_init__(self) -> None:
        self.loss = np.zeros((self.data.p + 1, self.data.p + 1))
        self.information, self.bends = LevelForms.zero(self.data.sizes), LevelForms.zero(self.data.sizes)

    def add(self, part: Eliminated) -> None:
        shared = np.einsum("efm,bfm->bem", part.to_patients(part.m), part.t)  # T_i M_c
        within = np.stack([np.einsum("em,em->m", shared[a], part.t[b]) for a, b in lower_pairs(len(part.t))])
        self.log_determinant += part.log_determinant
        self.loss += part.loss
        self.levels[0].add(part.w - within, part.g)
        self.levels[1].add(part.omega, part.gamma)
        self.information.add_traces(part, within)

    def add_bends(self, part: Eliminated, centre: Centre) -> None:
        h, gamma = _weighted(part.g, centre), _weighted(part.gamma, centre)
        self.bends.add_quadratics(part, h, gamma)
        if self.scores is not None:
            sigma = np.sqrt(centre.sigma2)
            self.scores[0][:, self.data.order[part.patients]] = h[:, 0] * sigma
            self.scores[1][:, part.clinics] = gamma[:, 0] * sigma

    def joined(self, with_bends: bool) -> Sums:
        """Both levels as one block-diagonal D."""
        w_sum = block_diagonal([level.w for level in self.levels])
        size, width = len(w_sum), self.data.p + 1
        squares = block_diagonal([level.squares for level in self.levels])
        return Sums(
            self.log_determinant,
            np.array([w_sum[pair] for pair in lower_pairs(size)]),
            self.information.table(),
            squares.reshape(size, width, size, width),
            self.loss,
            self.bends.table() if with_bends else None,
            self.scores[0] if self.scores else None,
        )


def _weighted(g: FloatArray, centre: Centre) -> FloatArray:
    """Columns whose squares add up to e e'/sigma^2 (+ U (X'V^-1X)^-1 U' for REML): the residual first."""
    size, width, _ = g.shape
    residual = (g[:, -1] - np.einsum("axm,x->am", g[:, :-1], centre.beta)) / np.sqrt(centre.sigma2)
    rows = [residual[:, None]]
    if centre.reml and width > 1:
        rows.append(np.stack([centre.inverse_root @ g[a, :-1] for a in range(size)]))
    return np.concatenate(rows, axis=1)
