"""One variance parameter of a fit, followed away from its estimate with everything else re-optimised."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from ..chart import block_diagonal, blocks_of
from ..deviance import Evaluation, evaluate
from ..nested.deviance import evaluate_nested
from ..nested.sums import NestedProducts
from ..patterns import by_pattern
from ..problem import Problem
from ..sweep_sums import Centre
from ..sweeps import Data
from .constrained import Held, HeldProblem
from .crossing import crossing
from .held_factor import HeldFactor, free_factor, held_correlation, held_deviation

FloatArray = npt.NDArray[np.float64]

LEAST = 0.05  # smallest entry of a starting factor, in residual standard deviations per unit of a scaled Z
LOWER = 1e-7  # deviance by which another start must be lower to count
STEEP = 0.97  # correlation of the other starts: far out, the best correlation is often near its end
SIZES = (0.3, 2.0)  # and standard deviations of the other starts, over the ones arrived at
AT_END = 1e-9  # an estimate this near the end of the parameter space is there
MOST_SWITCHES = 3  # times a lower path may be found before the limit is taken as it is


@dataclass(frozen=True)
class Parameter:
    """``kind`` "sd", "cor" or "log sigma", of the random effects ``of``."""

    kind: str
    of: tuple[int, ...]

    def end(self, direction: float) -> float | None:
        """Where the parameter space ends in a direction."""
        if self.kind == "cor":
            return direction
        return 0.0 if self.kind == "sd" and direction < 0 else None


@dataclass(frozen=True, eq=False)
class Setting:
    """A fit on the scale of its working outcome: covariance of the random effects and log σ, and the lowest deviance.

    ``data`` are the problem's sums, patients with equal rows taken together; ``to_working`` turns a factor of the
    covariance into one on the working scale of Z.
    """

    problem: Problem
    data: Data
    correlated: bool
    covariance: FloatArray
    log_sigma: float
    to_working: FloatArray

    @property
    def lowest(self) -> float:
        return self.problem.at.value

    @property
    def least(self) -> FloatArray:
        """Per random effect, the smallest entry that a starting factor may have."""
        length = np.sqrt(np.sum(np.linalg.inv(self.to_working) ** 2, axis=1))
        return np.asarray(LEAST * np.exp(self.log_sigma) * length)

    def held(self, parameter: Parameter, value: float) -> HeldFactor:
        sizes = self.problem.at.sizes
        if parameter.kind == "sd":
            return held_deviation(sizes, self.correlated, parameter.of[0], value)
        if parameter.kind == "cor":
            return held_correlation(sizes, parameter.of[0], parameter.of[1], value)
        return free_factor(sizes, self.correlated)

    def minimum(self, parameter: Parameter, value: float, covariance: FloatArray, log_sigma: float) -> Held:
        """The lowest deviance with the parameter at a value, searched from a covariance and a log σ."""
        held, moves = self.held(parameter, value), parameter.kind != "log sigma"
        entries = held.entries_near(covariance, self.least)
        found = HeldProblem(self._evaluate, self.to_working, held, moves)
        return found.minimum(entries, log_sigma if moves else value)

    def _evaluate(self, covariance: FloatArray, centre: Centre | None) -> Evaluation | None:
        if isinstance(self.data, NestedProducts):
            return evaluate_nested(self.data, covariance, self.problem.reml, centre)
        return evaluate(self.data, covariance, self.problem.reml, centre)


def setting_of(problem: Problem, correlated: bool) -> Setting:
    """The setting of a fit's problem."""
    back = problem.random_transform
    covariance = problem.at.sigma2 * back @ problem.at.covariance @ back.T
    to_working: FloatArray = np.asarray(np.linalg.inv(back), dtype=np.float64)
    data = problem.working.problem
    shared = data if isinstance(data, NestedProducts) else by_pattern(data)
    return Setting(problem, shared, correlated, covariance, 0.5 * float(np.log(problem.at.sigma2)), to_working)


@dataclass
class Path:
    """The profile of one parameter on one side; remembers where it was, to start the next minimum from there."""

    setting: Setting
    parameter: Parameter
    covariance: FloatArray
    log_sigma: float

    def __call__(self, value: float) -> tuple[float, float]:
        """Rise of the deviance at a value, and its slope."""
        found = self.setting.minimum(self.parameter, value, self.covariance, self.log_sigma)
        self._move_to(found)
        return found.value - self.setting.lowest, found.slope

    def _move_to(self, found: Held) -> None:
        self.covariance, self.log_sigma = found.covariance, found.log_sigma

    def falls_lower(self, value: float) -> bool:
        """Whether another start finds a lower deviance at a value; if so, the path goes on from there."""
        best = self.setting.minimum(self.parameter, value, self.covariance, self.log_sigma)
        lowest = best.value
        setting = self.setting
        for start in other_covariances(best.covariance, setting.correlated, setting.least, setting.problem.at.sizes):
            found = self.setting.minimum(self.parameter, value, start, best.log_sigma)
            best = found if found.value < best.value else best
        self._move_to(best)
        return best.value < lowest - LOWER


def limit(setting: Setting, parameter: Parameter, estimate: float, step: float, rise: float) -> tuple[float, bool]:
    """Where the profile has risen by ``rise`` on the side of ``step``, and whether the parameter space ended first."""
    path = Path(setting, parameter, setting.covariance, setting.log_sigma)
    end = parameter.end(float(np.sign(step)))
    first = estimate + step
    if end is not None and abs(end - estimate) <= AT_END:
        return end, True
    if end is not None and abs(end - estimate) <= abs(step):
        first = 0.5 * (estimate + end)
    found, at_end = crossing(path, estimate, first, end, rise)
    for _ in range(MOST_SWITCHES):
        if not path.falls_lower(found):
            break
        found, at_end = crossing(path, estimate, found, end, rise)
    return found, at_end


def other_covariances(
    covariance: FloatArray, correlated: bool, least: FloatArray, sizes: tuple[int, ...]
) -> list[FloatArray]:
    """Covariances in other corners: the effects of a level nearly perfectly correlated, in every pattern of signs;
    without correlations, other sizes."""
    deviations = np.maximum(np.sqrt(np.diag(covariance)), least)
    if len(deviations) == 1:
        return []
    if not correlated or max(sizes) == 1:
        return [np.diag((share * deviations) ** 2) for share in SIZES]
    choices = [(1.0,) if effect in _firsts(sizes) else (1.0, -1.0) for effect in range(len(deviations))]
    together = block_diagonal([np.ones((size, size)) for size in sizes])
    made = []
    for signs in product(*choices):
        correlation = STEEP * together * np.outer(signs, signs)
        np.fill_diagonal(correlation, 1.0)
        made.append(correlation * np.outer(deviations, deviations))
    return made


def _firsts(sizes: tuple[int, ...]) -> list[int]:
    """The first effect of each level."""
    return [block.start for block in blocks_of(sizes)]
