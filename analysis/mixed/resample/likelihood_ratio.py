"""The null distribution of a likelihood ratio by simulation: exact where mixtures of chi-squares are not known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..compare.likelihood_ratio import likelihood_ratio
from ..fit import MixedModelFit
from ..prepared import PreparedModel
from ..problem import problem_of
from ..refusal import ModelRefused
from .nested_pair import nested_pair
from .refits import Progress
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
    pair = nested_pair(problem_of(larger, source), smaller, larger)
    observed = likelihood_ratio(smaller, larger)
    # Both models contain the smaller's fixed part and are free in scale, so the ratio does not depend on either.
    model = simulator(pair.data, np.zeros(pair.data.p), pair.covariance, 1.0)
    draws = np.random.default_rng(seed)
    statistics: list[float] = []
    failures: Counter[str] = Counter()
    for number in range(replicates):
        try:
            statistics.append(pair.likelihood_ratio(model.draw(draws)))
        except ModelRefused as refused:
            failures[refused.reason] += 1
        if progress is not None:
            progress(number + 1, replicates)
    return BootstrapTest(observed, np.array(statistics), dict(failures))
