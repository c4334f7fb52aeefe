"""One model fitted again and again to sums of the same shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..basis import independent_columns
from ..chart import blocks_of
from ..compare.effect_names import correlated_pairs, effect_names
from ..deviance import Evaluation
from ..fit import MixedModelFit
from ..optimiser import optimise
from ..problem import Problem
from ..rebasing import REFIT_NOISE
from ..refusal import ModelRefused
from ..sweeps import Data
from .replicates import Replicates

FloatArray = npt.NDArray[np.float64]

LIFT = 0.01  # added to D where a refit starts: a direction that vanished in the fit need not vanish in a replicate


@dataclass(frozen=True, eq=False)
class Refit:
    """One refit on the scale of the data.

    ``coefficients`` by ``terms``; ``covariance`` of the random effects by ``effects``, a block per level of the
    ``sizes``, patients first; ``sigma`` the residual standard deviation.
    """

    terms: tuple[str, ...]
    effects: tuple[str, ...]
    sizes: tuple[int, ...]
    coefficients: FloatArray
    covariance: FloatArray
    sigma: float
    status: Literal["converged", "singular"]

    @property
    def fixed(self) -> pd.Series[float]:
        """Coefficients, index term."""
        return pd.Series(self.coefficients, index=list(self.terms))

    @property
    def random_covariance(self) -> pd.DataFrame:
        """Covariance of the patients' random effects, q x q."""
        return self._block(0)

    @property
    def nested_covariance(self) -> pd.DataFrame | None:
        """Covariance of the clinics' random effects; None without an outer level."""
        return self._block(1) if len(self.sizes) > 1 else None

    def _block(self, level: int) -> pd.DataFrame:
        block = blocks_of(self.sizes)[level]
        names = list(self.effects[block])
        return pd.DataFrame(self.covariance[block, block], index=names, columns=names)


Statistic = Callable[[Refit], Mapping[str, float]]
Progress = Callable[[int, int], None]
Draw = Callable[[np.random.Generator], Data]


def usual_quantities(refit: Refit) -> dict[str, float]:
    """Coefficients by term, sd(x) of the random effects, cor(x, z) of the pairs of a level, sigma.

    A correlation with a variance of zero is NaN.
    """
    deviations = np.sqrt(np.maximum(np.diag(refit.covariance), 0.0))
    found = dict(zip(refit.terms, refit.coefficients.tolist(), strict=True))
    found.update({f"sd({name})": float(sd) for name, sd in zip(refit.effects, deviations, strict=True)})
    for a, b in correlated_pairs(refit.sizes):
        size, name = deviations[a] * deviations[b], f"cor({refit.effects[a]}, {refit.effects[b]})"
        found[name] = float(refit.covariance[a, b] / size) if size > 0.0 else float("nan")
    return {**found, "sigma": refit.sigma}


@dataclass(frozen=True, eq=False)
class Repetition:
    """A problem to be solved again: how often, what is noted of each refit, and who is told."""

    problem: Problem
    fit: MixedModelFit
    replicates: int
    statistic: Statistic
    progress: Progress | None

    def run(self, draw: Draw, seed: int | np.random.Generator) -> Replicates:
        """Draw, refit and note. A refit that is refused is counted by its reason and the next one is drawn."""
        if self.replicates < 1:
            raise ModelRefused(f"{self.replicates} replicates were asked for.", "Ask for at least one.")
        draws = np.random.default_rng(seed)
        rows: dict[int, dict[str, float | str]] = {}
        failures: Counter[str] = Counter()
        for number in range(self.replicates):
            try:
                refit = refitted(self.problem, self.fit, draw(draws))
            except ModelRefused as refused:
                failures[refused.reason] += 1
            else:
                rows[number] = {**self.statistic(refit), "status": refit.status}
            if self.progress is not None:
                self.progress(number + 1, self.replicates)
        at = self.problem.at
        rank = int(np.linalg.matrix_rank(at.covariance, hermitian=True))
        own = pd.Series(dict(self.statistic(as_refit(self.problem, self.fit, at, rank))))
        table = pd.DataFrame.from_dict(rows, orient="index", columns=[*own.index, "status"]).rename_axis("replicate")
        return Replicates(table, own, dict(failures), self.replicates)


def refitted(problem: Problem, fit: MixedModelFit, data: Data) -> Refit:
    """The fit's model fitted to other sums on its problem's working scale, starting from it. Raises ModelRefused."""
    found = independent_columns(data.total[:-1, :-1], REFIT_NOISE * data.n_rows)
    if found.dropped:
        raise ModelRefused(
            "A drawn set of patients leaves a coefficient without rows.", "Draw within strata of the rare category."
        )
    start = problem.at.covariance + LIFT * np.eye(data.q)
    optimum = optimise(data, problem.reml, fit.correlated, start)
    return as_refit(problem, fit, optimum.at, optimum.rank)


def as_refit(problem: Problem, fit: MixedModelFit, at: Evaluation, rank: int) -> Refit:
    """An optimum on the problem's working scale, on the scale of the data."""
    working, back = problem.working, problem.random_transform
    scale = working.outcome_scale
    coefficients = working.transform @ (scale * at.beta + working.offset)
    if working.design.names[:1] == ("Intercept",):
        coefficients[0] += working.outcome_mean
    return Refit(
        fit.terms,
        effect_names(fit),
        at.sizes,
        coefficients,
        scale**2 * at.sigma2 * back @ at.covariance @ back.T,
        scale * float(np.sqrt(at.sigma2)),
        "converged" if rank == len(back) else "singular",
    )
