"""The null distribution of a likelihood ratio by simulation: exact where mixtures of chi-squares are not known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..compare.likelihood_ratio import above_rounding, checked_nesting, likelihood_ratio
from ..compare.submodel import submodel
from ..crossproducts import CrossProducts
from ..fit import MixedModelFit
from ..optimiser import optimise
from ..prepared import PreparedModel
from ..problem import Problem, check_one_level, problem_of
from ..refusal import ModelRefused
from ..sweeps import Data
from .refits import LIFT, Progress
from .simulation import simulator

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BootstrapTest:
    """``statistics`` are likelihood ratios of outcomes drawn from the smaller fit, ``chi_square`` that of the data.

    ``failures`` counts the draws that could not be fitted, by reason; they are not among the statistics.
    """

    chi_square: float
    statistics: FloatArray
    failures: dict[str, int]

    @property
    def p_value(self) -> float:
        """(1 + draws at least as large) / (1 + draws), which a test at any level keeps (Davison and Hinkley 1997)."""
        beyond = int(np.sum(self.statistics >= self.chi_square))
        return (1 + beyond) / (1 + len(self.statistics))

    @property
    def table(self) -> pd.DataFrame:
        """One row: chi_square, p_value, its Monte Carlo error, and draws used and failed."""
        p, used = self.p_value, len(self.statistics)
        row = {
            "chi_square": self.chi_square,
            "p_value": p,
            "monte_carlo_error": float(np.sqrt(p * (1.0 - p) / used)) if used else float("nan"),
            "n_replicates": used,
            "n_failed": sum(self.failures.values()),
        }
        return pd.DataFrame([row])


@dataclass(frozen=True, eq=False)
class _Pair:
    """Both models on the working scale of the larger: the maps to the smaller's columns, and its D on either scale."""

    data: CrossProducts
    reml: bool
    correlated: tuple[bool, bool]
    fixed: FloatArray
    random: FloatArray
    covariance: FloatArray

    def likelihood_ratio(self, drawn: CrossProducts) -> float:
        small = submodel(drawn, self.fixed, self.random)
        within = np.linalg.pinv(self.random)
        start = within @ self.covariance @ within.T
        values = [
            optimise(data, self.reml, correlated, first + LIFT * np.eye(data.q)).at.value
            for data, correlated, first in zip(
                (small, drawn), self.correlated, (start, self.covariance), strict=True
            )
        ]  # fmt: skip
        return above_rounding(values[0] - values[1])


def bootstrap_likelihood_ratio(
    smaller: MixedModelFit,
    larger: MixedModelFit,
    replicates: int,
    seed: int | np.random.Generator,
    source: PreparedModel | pd.DataFrame | None = None,
    progress: Progress | None = None,
) -> BootstrapTest:
    """Likelihood-ratio test of a smaller mixed model whose null distribution is drawn, as pbkrtest's PBmodcomp.

    Outcomes are drawn from the smaller fit as per-patient sums and both models fitted to them, by the fits' method.
    For several variances at once, small studies and singular fits, where chi-squares and their mixtures are not to be
    trusted. The comparisons refused by ``likelihood_ratio_test`` are refused here, but for unknown mixtures.
    ``source`` is the larger fit's prepared model or frame; ``progress(done, asked)`` as in ``parametric_bootstrap``.

    Raises ModelRefused for fits that are not nested or not of the same rows, and when the rows are gone.
    """
    if replicates < 1:
        raise ModelRefused(f"{replicates} replicates were asked for.", "Ask for at least one.")
    for fit in (smaller, larger):
        check_one_level(fit, "The bootstrapped likelihood ratio")
    problem = problem_of(larger, source)
    pair = _pair(problem, smaller, larger)
    observed = likelihood_ratio(smaller, larger)
    # Both models contain the smaller's fixed part and are free in scale, so the ratio does not depend on either.
    model = simulator(pair.data, np.zeros(pair.data.p), pair.covariance, 1.0)
    draws = np.random.default_rng(seed)
    statistics: list[float] = []
    failures: Counter[str] = Counter()
    for number in range(replicates):
        try:
            statistics.append(pair.likelihood_ratio(_one_level(model.draw(draws))))
        except ModelRefused as refused:
            failures[refused.reason] += 1
        if progress is not None:
            progress(number + 1, replicates)
    return BootstrapTest(observed, np.array(statistics), dict(failures))


def _one_level(data: Data) -> CrossProducts:
    """Sums that are known to be of patients alone."""
    assert isinstance(data, CrossProducts)
    return data


def _pair(problem: Problem, smaller: MixedModelFit, larger: MixedModelFit) -> _Pair:
    found = checked_nesting(smaller, larger, problem.source)
    fixed = np.linalg.qr(np.linalg.solve(problem.working.transform, found.fixed))[0]
    random = np.linalg.solve(problem.model.random_basis.transform, found.random)
    covariance = random @ smaller.relative_covariance @ random.T
    basis = np.linalg.qr(random)[0] if smaller.correlated else random / np.linalg.norm(random, axis=0)
    return _Pair(
        problem.working.data, problem.reml, (smaller.correlated, larger.correlated), fixed, basis, covariance
    )  # fmt: skip
