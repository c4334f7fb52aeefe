"""Small random designs with a residual structure: serial correlation, a variance per group of rows, prior weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .rivals import dense_deviance

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

KINDS = ("independent", "ar1", "exponential")
LEVELS = ("clinic", "phone", "web")
WEEK = 7.0  # days between visits of the exponential kind
RANDOM_PARTS = ("1", "1 + t")
RIDGE = 1e-12  # keeps the covariance of the drawn residuals positive definite
STEP = 1e-6  # of central differences of V


@dataclass(frozen=True)
class ResidualDesign:
    """``rows`` are what is fitted, with t in visits ("ar1") or days; ``spacing`` is the unit of t in the likelihood."""

    seed: int
    rows: pd.DataFrame
    kind: str
    by: bool
    weighted: bool
    q: int
    method: str
    spacing: float

    def __str__(self) -> str:
        parts = [self.kind, *["by level"] * self.by, *["weights"] * self.weighted]
        return (
            f"residuals seed {self.seed}: {', '.join(parts)}, random {RANDOM_PARTS[self.q - 1]!r}, {self.method},"
            f" {self.rows['patient'].nunique()} patients, {len(self.rows)} rows"
        )

    @property
    def raw_constant(self) -> float:
        """What the unit of time adds to -2 log likelihood of the arrays."""
        return float(2 * np.log(self.spacing)) if self.method == "REML" else 0.0


def residual_design(seed: int) -> ResidualDesign:
    """The design of a seed: in half of them neither the random effects nor the residuals vary as the model allows."""
    draws = np.random.default_rng((99, seed))
    kind = str(draws.choice(KINDS))
    by, weighted = bool(draws.random() < 0.5) or kind == KINDS[0], bool(draws.random() < 0.3)
    m, q = int(draws.integers(8, 30)), int(draws.integers(1, 3))
    patient = np.repeat(np.arange(m), draws.integers(2, 9, m))
    n = len(patient)
    spacing = WEEK if kind == "exponential" else 1.0
    t = spacing * (np.arange(n) - np.searchsorted(patient, patient))
    t = t + (draws.integers(0, 6, n) if kind == "exponential" else 0)
    level = draws.integers(0, 2, m)[patient] if draws.random() < 0.5 else draws.integers(0, 3, n)
    weights = np.exp(draws.normal(0, 0.7, n)) if weighted else np.ones(n)
    deviations = np.exp(draws.normal(0, 0.7, 3))[level] if by and seed % 2 == 0 else np.ones(n)
    rho = 0.0 if seed % 2 else draws.choice([0.3, 0.8])
    lags = np.abs(np.subtract.outer(t, t)) / spacing
    shared = np.equal.outer(patient, patient) * np.where(lags == 0, 1.0, rho**lags)
    residuals = np.linalg.cholesky(shared + RIDGE * np.eye(n)) @ draws.normal(size=n) * deviations / np.sqrt(weights)
    own = draws.normal(size=(m, q)) * draws.choice([0.0, 0.5, 2.0], q)
    covariate = draws.normal(size=m)[patient]
    z = np.column_stack([np.ones(n), t / spacing])[:, :q]
    y = 1 + 0.3 * t / spacing - 0.5 * covariate + (z * own[patient]).sum(axis=1) + residuals
    rows = {"patient": patient, "t": t, "x": covariate, "y": y, "level": np.take(LEVELS, level), "w": weights}
    method = str(draws.choice(["REML", "ML"]))
    return ResidualDesign(seed, pd.DataFrame(rows), kind, by, weighted, q, method, spacing)


class ResidualCovariance:
    """A design's deviance in free numbers: a factor of D, log standard deviations of levels after the first, and the
    serial correlation (inverse hyperbolic tangent for "ar1", log of the range in ``spacing`` for "exponential")."""

    def __init__(self, design: ResidualDesign) -> None:
        self.design = design
        rows, n = design.rows, len(design.rows)
        t = rows["t"].to_numpy() / design.spacing
        self.x = np.column_stack([np.ones(n), t, rows["x"]])
        self.z = self.x[:, : design.q]
        self.y = rows["y"].to_numpy()
        patient = rows["patient"].to_numpy()
        self.same = np.equal.outer(patient, patient)
        self.lags = np.abs(np.subtract.outer(t, t))
        self.level = pd.factorize(rows["level"])[0]
        self.scale = 1.0 / np.sqrt(rows["w"].to_numpy())

    def sizes(self) -> tuple[int, int, int]:
        """Free numbers of D, of the levels and of the serial correlation."""
        q = self.design.q
        return q * (q + 1) // 2, int(self.level.max()) if self.design.by else 0, int(self.design.kind != KINDS[0])

    def size(self) -> int:
        """Free numbers in all."""
        return sum(self.sizes())

    def matrix(self, free: FloatArray) -> FloatArray:
        """V, rows x rows, up to the residual variance of the first level."""
        of_d, of_levels, _ = self.sizes()
        factor = np.zeros((self.design.q, self.design.q))
        factor[np.tril_indices(self.design.q)] = free[:of_d]
        deviations = self.scale
        if self.design.by:
            deviations = deviations * np.exp(np.append(0.0, free[of_d : of_d + of_levels]))[self.level]
        serial = np.eye(len(self.y))
        if self.design.kind == "ar1":
            rho = np.tanh(free[-1])
            serial = np.sign(rho) ** self.lags * np.abs(rho) ** self.lags
        if self.design.kind == "exponential":
            serial = np.exp(-self.lags * np.exp(-np.clip(free[-1], -30, 30)))
        zl = self.z @ factor
        return self.same * (zl @ zl.T + serial * np.outer(deviations, deviations))

    def with_gradient(self, free: FloatArray) -> tuple[float, FloatArray]:
        """The deviance and its derivative in the free numbers (V itself by central differences)."""
        value, slope = dense_deviance(self.x, self.y, self.matrix(free), self.design.method == "REML")
        steps = STEP * np.eye(len(free))
        moved = [(self.matrix(free + step) - self.matrix(free - step)) / (2 * STEP) for step in steps]
        return value, np.array([np.sum(slope * one) for one in moved])
