"""What is known about linear combinations of the fixed effects: variances, degrees of freedom, joint tests.

Three kinds share one shape, so that a mean, a contrast or a term is tested the same way whatever model it came from.
``slopes`` are the changes of Φ, the covariance of the fixed effects, per uncorrelated unit-variance direction of the
variance parameters: parameters x p x p. The variance of the estimate of c'Φc is then a plain sum of squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, fdtrc

FloatArray = npt.NDArray[np.float64]

NEGLIGIBLE = 1e-10  # eigenvalue of LΦL', relative to the largest, under which a row of a hypothesis repeats others
EQUAL_DF = 1e-8  # degrees of freedom this close are one number (as lmerTest)
NO_SCALING = 1e-2  # distance of the denominator df from 2 under which Kenward and Roger's F is not scaled (pbkrtest)


class FTest(NamedTuple):
    """A joint test: F statistic, numerator and denominator degrees of freedom, p value."""

    statistic: float
    df_num: int
    df_den: float
    p_value: float


class Inference(Protocol):
    """``covariance`` (kept terms x kept terms) is the one standard errors come from."""

    @property
    def name(self) -> str: ...

    @property
    def covariance(self) -> FloatArray: ...

    def df(self, combinations: FloatArray) -> FloatArray:
        """Degrees of freedom of each row of ``combinations``; infinite where a normal approximation is meant."""
        ...

    def joint_test(self, hypothesis: FloatArray, coefficients: FloatArray) -> FTest:
        """The test that every row of ``hypothesis`` (rows x kept terms) gives zero."""
        ...


@dataclass(frozen=True)
class Normal:
    """Wald tests: the variances are taken as known, so degrees of freedom are infinite."""

    covariance: FloatArray
    name: str = "normal"

    def df(self, combinations: FloatArray) -> FloatArray:
        return np.full(len(combinations), np.inf)

    def joint_test(self, hypothesis: FloatArray, coefficients: FloatArray) -> FTest:
        squares, _ = independent_squares(self.covariance, hypothesis, coefficients)
        return f_test(float(squares.mean()), len(squares), np.inf)


@dataclass(frozen=True)
class Satterthwaite:
    """Giesbrecht and Burns (1985); several df as Fai and Cornelius (1996), the form lmerTest uses."""

    covariance: FloatArray
    slopes: FloatArray
    name: str = "satterthwaite"

    def df(self, combinations: FloatArray) -> FloatArray:
        return moment_df(self.covariance, self.slopes, combinations)

    def joint_test(self, hypothesis: FloatArray, coefficients: FloatArray) -> FTest:
        squares, rotated = independent_squares(self.covariance, hypothesis, coefficients)
        return f_test(float(squares.mean()), len(squares), pooled_df(self.df(rotated)))


@dataclass(frozen=True)
class KenwardRoger:
    """Kenward and Roger (1997), as pbkrtest: ``covariance`` is the adjusted one, ``unadjusted`` the model's Φ.

    Degrees of freedom and the scaling of F are worked out at Φ.
    """

    covariance: FloatArray
    unadjusted: FloatArray
    slopes: FloatArray
    name: str = "kenward-roger"

    def df(self, combinations: FloatArray) -> FloatArray:
        return moment_df(self.unadjusted, self.slopes, combinations)

    def joint_test(self, hypothesis: FloatArray, coefficients: FloatArray) -> FTest:
        _, rows = independent_squares(self.unadjusted, hypothesis, coefficients)
        q = len(rows)
        gap = rows @ coefficients
        statistic = float(gap @ np.linalg.solve(rows @ self.covariance @ rows.T, gap)) / q
        if q == 1:
            return f_test(statistic, 1, float(self.df(rows)[0]))
        # Rows are rotated so that LΦL' is diagonal; scaling them to the identity makes Θ = L'L.
        unit = rows / np.sqrt(np.einsum("rx,xy,ry->r", rows, self.unadjusted, rows))[:, None]
        turned = np.einsum("rx,sxy,ty->srt", unit, self.slopes, unit, optimize=True)
        a1 = float(np.sum(np.trace(turned, axis1=1, axis2=2) ** 2))
        a2 = float(np.sum(turned**2))
        df_den, scaling = kenward_roger_moments(a1, a2, q)
        return f_test(scaling * statistic, q, df_den)


def moment_df(covariance: FloatArray, slopes: FloatArray, combinations: FloatArray) -> FloatArray:
    """2 (c'Φc)² / var(c'Φc) for every row c; infinite where Φ does not move with the variance parameters."""
    variances = np.einsum("rx,xy,ry->r", combinations, covariance, combinations, optimize=True)
    gradients = np.einsum("rx,sxy,ry->sr", combinations, slopes, combinations, optimize=True)
    spread = np.sum(gradients**2, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(spread > 0, 2.0 * variances**2 / spread, np.inf)


def kenward_roger_moments(a1: float, a2: float, q: int) -> tuple[float, float]:
    """Denominator df and scaling of F from Kenward and Roger's A1 and A2; names as in their section 4."""
    b = (a1 + 6.0 * a2) / (2.0 * q)
    g = ((q + 1.0) * a1 - (q + 4.0) * a2) / ((q + 2.0) * a2)
    bottom = 3.0 * q + 2.0 * (1.0 - g)
    c1, c2, c3 = g / bottom, (q - g) / bottom, (q + 2.0 - g) / bottom
    rho = ((1.0 - a2 / q) / (1.0 - c2 * b)) ** 2 * (1.0 + c1 * b) / (1.0 - c3 * b) / q
    df_den = 4.0 + (q + 2.0) / (q * rho - 1.0)
    scaling = 1.0 if abs(df_den - 2.0) < NO_SCALING else df_den * (1.0 - a2 / q) / (df_den - 2.0)
    return float(df_den), float(scaling)


def independent_squares(
    covariance: FloatArray, hypothesis: FloatArray, coefficients: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Squared t statistics of uncorrelated combinations that span the hypothesis, and those combinations.

    Rows of the hypothesis that repeat others go: the number of squares is the hypothesis's rank. The unit of a term
    does not enter it: when rows are lost as they are written (a slope per second beside a difference of groups), they
    are first put on the scale of their standard errors.
    """
    values, rotated = _uncorrelated(covariance, hypothesis)
    if len(values) < len(hypothesis):
        errors = np.sqrt(np.einsum("rx,xy,ry->r", hypothesis, covariance, hypothesis))
        scaled = _uncorrelated(covariance, hypothesis[errors > 0] / errors[errors > 0, None])
        values, rotated = scaled if len(scaled[0]) > len(values) else (values, rotated)
    return (rotated @ coefficients) ** 2 / values, rotated


def _uncorrelated(covariance: FloatArray, hypothesis: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Variances of uncorrelated combinations of the rows, those far smaller than the largest left out, and the
    combinations."""
    values, vectors = np.linalg.eigh(hypothesis @ covariance @ hypothesis.T)
    solid = values > NEGLIGIBLE * values[-1]
    return values[solid], vectors[:, solid].T @ hypothesis


def pooled_df(df: FloatArray) -> float:
    """Denominator df of an F that averages squared t's with these df (Fai and Cornelius; 2 when any is 2 or less)."""
    if len(df) == 1:
        return float(df[0])
    finite = df[np.isfinite(df)]
    if not len(finite):
        return float("inf")
    if len(finite) == len(df) and np.ptp(df) < EQUAL_DF:
        return float(df.mean())
    if (df <= 2.0).any():
        return 2.0
    excess = float(np.sum(2.0 / (finite - 2.0)))  # sum of df/(df - 2), less one for each
    return 2.0 * (excess + len(df)) / excess


def f_test(statistic: float, df_num: int, df_den: float) -> FTest:
    """An F statistic with its p value; chi-square over its df where the denominator df is infinite."""
    finite = np.isfinite(df_den)
    p_value = fdtrc(df_num, df_den, statistic) if finite else chdtrc(df_num, df_num * statistic)
    return FTest(statistic, df_num, df_den, float(p_value))
