"""Small random MMRM designs, half of them with a singular covariance of visits, and their dense likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .designs import full_rank
from .rivals import dense_deviance

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

STRUCTURES = ("unstructured", "ar1", "ar1h", "cs", "csh", "toeplitz", "toeplitzh")
EASY, SINGULAR = "a covariance of full rank", "visits that determine each other"
SPARSE, UNITS, DROP_OUT = "a visit few attended", "tiny or huge units", "drop-out"
CHANCE_OF_A_TROUBLE = 0.3
SINGULAR_RATIO = 1e-5  # of the smallest eigenvalue or standard deviation, below which a covariance is on its boundary
STEP = 1e-6  # of central differences of a visits x visits matrix


@dataclass(frozen=True)
class VisitDesign:
    """``rows`` and ``formula`` are what is fitted; ``x``, ``y``, ``visit`` and ``patient`` the plain arrays."""

    seed: int
    traits: tuple[str, ...]
    rows: pd.DataFrame
    formula: str
    structure: str
    method: str
    x: FloatArray
    y: FloatArray
    visit: IntArray
    patient: IntArray
    outcome_unit: float

    def __str__(self) -> str:
        size = f"{self.patient.max() + 1} patients, {self.visit.max() + 1} visits, {len(self.y)} rows"
        return (
            f"MMRM seed {self.seed}: {self.formula!r}, {self.structure}, {self.method}, {size},"
            f" outcome x {self.outcome_unit:g}; {', '.join(self.traits)}"
        )

    @property
    def raw_constant(self) -> float:
        """What the unit of the outcome adds to -2 log likelihood of the plain arrays."""
        n, p = self.x.shape
        return float(2 * (n - p if self.method == "REML" else n) * np.log(self.outcome_unit))


def visit_design(seed: int) -> VisitDesign:
    """The design of a seed: in those of odd seeds the visits determine each other up to a little noise, or wholly."""
    draws = np.random.default_rng((98, seed))
    traits = {EASY if seed % 2 == 0 else SINGULAR}
    traits |= {trouble for trouble in (SPARSE, UNITS, DROP_OUT) if draws.random() < CHANCE_OF_A_TROUBLE}
    m, visits = int(draws.integers(12, 36)), int(draws.integers(2, 6))
    factor = draws.normal(size=(visits, visits)) + np.eye(visits)
    if SINGULAR in traits:
        factor[:, 1:] *= draws.choice([0.0, 1e-3, 0.1])
    outcomes = draws.normal(size=(m, visits)) @ factor.T
    patient, visit = np.nonzero(_attended(m, visits, traits, draws))
    arm, baseline = draws.integers(0, 2, m)[patient], draws.normal(size=m)[patient]
    y = outcomes[patient, visit] + 0.5 * visit - 0.4 * baseline
    by_visit = [(visit == level).astype(float) for level in range(1, visits)]
    columns = [np.ones(len(y)), arm.astype(float), *by_visit]
    formula = "y ~ arm + visit + baseline"
    if draws.random() < 0.4:
        formula, columns = "y ~ arm * visit + baseline", [*columns, *(arm * at for at in by_visit)]
    unit = float(draws.choice([1e-6, 1e6])) if UNITS in traits else 1.0
    rows = pd.DataFrame({"patient": patient, "visit": visit, "arm": arm, "baseline": baseline, "y": unit * y})
    return VisitDesign(
        seed=seed,
        traits=tuple(sorted(traits)),
        rows=rows,
        formula=formula.replace("visit", "C(visit)"),
        structure=str(draws.choice(STRUCTURES)),
        method=str(draws.choice(["REML", "ML"])),
        x=full_rank([*columns, baseline]),
        y=y,
        visit=visit,
        patient=patient,
        outcome_unit=unit,
    )


def _attended(m: int, visits: int, traits: set[str], draws: np.random.Generator) -> npt.NDArray[np.bool_]:
    seen = draws.random((m, visits)) > 0.1
    if DROP_OUT in traits:
        seen &= np.arange(visits) <= draws.integers(0, 2 * visits, m)[:, None]
    if SPARSE in traits:
        seen[3:, draws.integers(visits)] = False
    seen[:, 0] |= ~seen.any(axis=1)
    return seen[:, seen.any(axis=0)]


class VisitCovariance:
    """A design's deviance as a function of free numbers that make the covariance of a structure.

    Unstructured is a triangular factor; the others are log standard deviations and correlations by distance, as the
    inverse hyperbolic tangents. The scale is profiled, so one direction is flat.
    """

    def __init__(self, design: VisitDesign, structure: str) -> None:
        self.design, self.structure = design, structure
        self.visits = int(design.visit.max()) + 1
        self.same = np.equal.outer(design.patient, design.patient)
        self.at = np.eye(self.visits)[design.visit]

    def _scales(self) -> int:
        return self.visits if self.structure.endswith("h") else 1

    def size(self) -> int:
        """Free numbers of the structure."""
        if self.structure == "unstructured":
            return self.visits * (self.visits + 1) // 2
        return self._scales() + (self.visits - 1 if self.structure.startswith("toeplitz") else 1)

    def matrix(self, free: FloatArray) -> FloatArray:
        """Covariance of the visits, visits x visits."""
        if self.structure == "unstructured":
            factor = np.zeros((self.visits, self.visits))
            factor[np.tril_indices(self.visits)] = free
            return factor @ factor.T
        deviations = np.broadcast_to(np.exp(free[: self._scales()]), (self.visits,))
        correlations = np.tanh(free[self._scales() :])
        lags = np.abs(np.subtract.outer(np.arange(self.visits), np.arange(self.visits)))
        if self.structure.startswith("ar1"):
            by_lag = correlations[0] ** np.arange(self.visits)
        else:
            by_lag = np.concatenate([[1.0], np.broadcast_to(correlations, (self.visits - 1,))])
        return by_lag[lags] * np.outer(deviations, deviations)

    def free(self, covariance: FloatArray) -> FloatArray:
        """The free numbers of a covariance that has the structure."""
        if self.structure == "unstructured":
            return np.linalg.cholesky(covariance)[np.tril_indices(self.visits)]
        deviations = np.sqrt(np.diag(covariance))
        first_row = (covariance / np.outer(deviations, deviations))[0, 1:]
        count = self.size() - self._scales()
        return np.concatenate([np.log(deviations[: self._scales()]), np.arctanh(first_row[:count])])

    def is_singular(self, free: FloatArray) -> bool:
        """Whether some combination of the visits has no variance: outside the structures, and often without a floor."""
        covariance = self.matrix(free)
        deviations = np.sqrt(np.diag(covariance))
        if not np.isfinite(covariance).all() or deviations.min() < SINGULAR_RATIO * deviations.max():
            return True
        return bool(np.linalg.eigvalsh(covariance / np.outer(deviations, deviations))[0] < SINGULAR_RATIO)

    def with_gradient(self, free: FloatArray) -> tuple[float, FloatArray]:
        """The deviance and its derivative in the free numbers (the matrix itself by central differences)."""
        covariance = self.matrix(free)
        if not np.isfinite(covariance).all():
            return np.inf, np.zeros_like(free)
        v = self.same * (self.at @ covariance @ self.at.T)
        value, slope = dense_deviance(self.design.x, self.design.y, v, self.design.method == "REML")
        pulled = self.at.T @ (self.same * slope) @ self.at
        steps = STEP * np.eye(len(free))
        moved = [(self.matrix(free + step) - self.matrix(free - step)) / (2 * STEP) for step in steps]
        return value, np.array([np.sum(pulled * one) for one in moved])
