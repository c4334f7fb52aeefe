"""One model fitted again and again to sums of the same shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..basis import independent_columns
from ..crossproducts import CrossProducts
from ..deviance import Evaluation
from ..optimiser import optimise
from ..problem import Problem
from ..refusal import ModelRefused
from ..working import REFIT_NOISE
from .replicates import Replicates

FloatArray = npt.NDArray[np.float64]

LIFT = 0.01  # added to D where a refit starts: a direction that vanished in the fit need not vanish in a replicate


@dataclass(frozen=True, eq=False)
class Refit:
    """One refit on the scale of the data.

    ``coefficients`` by ``terms``, ``covariance`` of the random effects by ``random_names``, ``sigma`` the residual
    standard deviation.
    """

    terms: tuple[str, ...]
    random_names: tuple[str, ...]
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
        names = list(self.random_names)
        return pd.DataFrame(self.covariance, index=names, columns=names)


Statistic = Callable[[Refit], Mapping[str, float]]
Progress = Callable[[int, int], None]
Draw = Callable[[np.random.Generator], CrossProducts]


def usual_quantities(refit: Refit) -> dict[str, float]:
    """Coefficients by term, sd(x) of the random effects, cor(x, z) of their pairs, sigma.

    A correlation with a variance of zero is NaN.
    """
    deviations = np.sqrt(np.maximum(np.diag(refit.covariance), 0.0))
    found = dict(zip(refit.terms, refit.coefficients.tolist(), strict=True))
    found.update({f"sd({name})": float(sd) for name, sd in zip(refit.random_names, deviations, strict=True)})
    for (a, first), (b, second) in combinations(enumerate(refit.random_names), 2):
        size = deviations[a] * deviations[b]
        found[f"cor({first}, {second})"] = float(refit.covariance[a, b] / size) if size > 0.0 else float("nan")
    return {**found, "sigma": refit.sigma}


@dataclass(frozen=True, eq=False)
class Repetition:
    """A problem to be solved again: how often, what is noted of each refit, and who is told."""

    problem: Problem
    correlated: bool
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
                refit = refitted(self.problem, draw(draws), self.correlated)
            except ModelRefused as refused:
                failures[refused.reason] += 1
            else:
                rows[number] = {**self.statistic(refit), "status": refit.status}
            if self.progress is not None:
                self.progress(number + 1, self.replicates)
        at = self.problem.at
        rank = int(np.linalg.matrix_rank(at.covariance, hermitian=True))
        own = pd.Series(dict(self.statistic(as_refit(self.problem, at, rank))))
        table = pd.DataFrame.from_dict(rows, orient="index", columns=[*own.index, "status"]).rename_axis("replicate")
        return Replicates(table, own, dict(failures), self.replicates)


def refitted(problem: Problem, data: CrossProducts, correlated: bool) -> Refit:
    """The model fitted to other sums on the problem's working scale, starting from its fit. Raises ModelRefused."""
    found = independent_columns(data.total[:-1, :-1], REFIT_NOISE * data.n_rows)
    if found.dropped:
        raise ModelRefused(
            "A drawn set of patients leaves a coefficient without rows.", "Draw within strata of the rare category."
        )
    start = problem.at.covariance + LIFT * np.eye(data.q)
    optimum = optimise(data, problem.reml, correlated, start)
    return as_refit(problem, optimum.at, optimum.rank)


def as_refit(problem: Problem, at: Evaluation, rank: int) -> Refit:
    """An optimum on the problem's working scale, on the scale of the data."""
    working, back = problem.working, problem.model.random_basis.transform
    scale = working.outcome_scale
    coefficients = working.transform @ (scale * at.beta + working.offset)
    if working.design.names[:1] == ("Intercept",):
        coefficients[0] += working.outcome_mean
    return Refit(
        tuple(working.design.names[place] for place in working.kept),
        problem.model.random_design.names,
        coefficients,
        scale**2 * at.sigma2 * back @ at.covariance @ back.T,
        scale * float(np.sqrt(at.sigma2)),
        "converged" if rank == len(back) else "singular",
    )
