"""What clinics add to patients that are otherwise independent: a term of low rank in the covariance of their rows.

With patients whitened, the rows of a clinic have covariance I + F F'. Its powers are I + F U diag(f(s)) U' F' with
F'F = U diag(s) U', so that no matrix of the size of a clinic is ever formed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

NO_SHARE = 1e-14  # eigenvalue of F'F under which its direction says nothing


def summed(code: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Sums of the rows of ``values`` (rows x columns) by ``code``: size x columns."""
    made = np.empty((size, values.shape[1]))
    for column, target in zip(values.T, made.T, strict=True):
        target[:] = np.bincount(code, weights=column, minlength=size)
    return made


@dataclass(frozen=True, eq=False)
class Coupling:
    """``factor`` F (rows x effects) after whitening by patient, ``clinic`` of each row, and per clinic the
    eigenvectors and eigenvalues of F'F. Without clinics F has no columns and nothing changes."""

    factor: FloatArray
    clinic: IntArray
    vectors: FloatArray
    values: FloatArray

    def power(self, exponent: float, wide: FloatArray) -> FloatArray:
        """(I + F F')^exponent times rows x columns."""
        if not self.factor.shape[1]:
            return wide
        middle = self._middle(exponent)
        effects, columns = self.factor.shape[1], wide.shape[1]
        made = wide.copy()
        for column in range(columns):
            inside = summed(self.clinic, self.factor * wide[:, column, None], len(self.values))
            moved = np.einsum("cab,cb->ca", middle, inside).reshape(-1, effects)
            made[:, column] += np.sum(self.factor * moved[self.clinic], axis=1)
        return made

    def inverse_middle(self) -> FloatArray:
        """M per clinic with (I + F F')^-1 = I + F M F'."""
        return self._middle(-1.0)

    def _middle(self, exponent: float) -> FloatArray:
        with np.errstate(divide="ignore", invalid="ignore"):
            share = ((1.0 + self.values) ** exponent - 1.0) / self.values
        share = np.where(self.values > NO_SHARE, share, exponent)
        return np.asarray(np.einsum("cak,ck,cbk->cab", self.vectors, share, self.vectors))


def coupled(factor: FloatArray, clinic: IntArray, size: int) -> Coupling:
    """The coupling of rows by a factor that is already whitened by patient."""
    effects = factor.shape[1]
    products = np.einsum("na,nb->nab", factor, factor).reshape(len(factor), effects * effects)
    gram = summed(clinic, products, size).reshape(size, effects, effects)
    values, vectors = np.linalg.eigh(gram)
    return Coupling(factor, clinic, vectors, np.maximum(values, 0.0))
