"""Everyone's sums with the rows whitened at known residual parameters: what a prepared model keeps.

The rows as they are stay beside them: averages over rows, levels that a cohort empties and R² are about rows, not about
whitened rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..crossproducts import CrossProducts, triangle_to_square
from ..working import Everyone, Working, basis_change, changed_columns, changed_total, sum_over
from .profile import Whitening
from .shape import log_determinants
from .structure import ResidualStructure

if TYPE_CHECKING:
    from ..nested.sums import OuterProducts
    from .joint import JointInformation

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class ErrorSums:
    """Beside whitened cross-products: ``rows``, the working problem of the rows as they are; ``log_determinant``,
    log |R|; ``mean_variance``, the mean over rows of residual variance / ``residual_variance``.

    ``information`` is there when the structure has parameters that were estimated.
    """

    structure: ResidualStructure
    rows: Working
    log_determinant: float
    mean_variance: float
    information: JointInformation | None = None


@dataclass(frozen=True)
class RowsAsTheyAre:
    """Everyone without whitening, and per patient log |R_i| and the sum of relative residual variances."""

    everyone: Everyone
    structure: ResidualStructure
    log_determinants: FloatArray
    variances: FloatArray

    def cohort(self, whitened: Everyone, chosen: IntArray) -> Working:
        """The whitened working problem of some patients, in the basis that their rows as they are ask for."""
        plain = self.everyone.cohort(chosen)
        data = whitened.working.data
        assert whitened.squares is not None
        total = triangle_to_square(sum_over(whitened.squares, chosen), data.p + 1)
        zx = np.take(data.zx, chosen, axis=2, mode="clip")
        change = basis_change(self.everyone.working, plain)
        if change is not None:
            total, zx = changed_total(total, change), changed_columns(zx, change)
        kept = CrossProducts(
            np.take(data.zz, chosen, axis=1, mode="clip"), zx, total,
            np.take(data.minors, chosen, axis=1, mode="clip"), plain.data.n_rows,
        )  # fmt: skip
        return replace(plain, data=kept, errors=self.sums_of(plain, chosen))

    def sums_of(self, rows: Working, chosen: IntArray | slice) -> ErrorSums:
        """What goes with the whitened sums of some patients; ``rows`` is the problem of their rows as they are."""
        mean = float(self.variances[chosen].sum()) / rows.data.n_rows
        return ErrorSums(self.structure, rows, float(self.log_determinants[chosen].sum()), mean)


def whiten_everyone(
    everyone: Everyone,
    whitening: Whitening,
    structure: ResidualStructure,
    keep_cohorts: bool,
    outer: OuterProducts | None,
) -> Everyone:
    """Everyone with whitened sums. ``whitening`` and ``outer``, the clinics' weighted sums, have their patients in the
    order of ``everyone``."""
    rows, sd = whitening.rows, whitening.shape.sd
    variances = np.add.reduceat(sd**2 / rows.weights, rows.starts)
    plain = RowsAsTheyAre(everyone, structure, log_determinants(rows, whitening.shape), variances)
    errors = plain.sums_of(everyone.working, slice(None))
    working = replace(everyone.working, data=whitening.data, outer=outer, errors=errors)
    squares = _squares(whitening) if keep_cohorts else None
    return replace(everyone, working=working, squares=squares, plain=plain)


def mean_variance(whitening: Whitening) -> float:
    """Mean over rows of residual variance / ``residual_variance``."""
    return float(np.mean(whitening.shape.sd**2 / whitening.rows.weights))


def _squares(whitening: Whitening) -> FloatArray:
    """Triangle of [X y]_i'[X y]_i for every patient."""
    columns = whitening.values[whitening.rows.q :]
    pairs = combinations_with_replacement(range(len(columns)), 2)
    return np.stack([np.add.reduceat(columns[a] * columns[b], whitening.rows.starts) for a, b in pairs])
