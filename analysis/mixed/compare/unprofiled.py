"""The deviance in the covariance of the random effects and the residual variance, fixed effects profiled out.

With F(D) the deviance that has σ² profiled out at s² = pwrss/ν, that at any other σ² is
F(D) + ν (log σ² - log s² + s²/σ² - 1). Derivatives as in ``deviance`` and ``curvature``, taken at σ².
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..curvature import trace_form
from ..deviance import Evaluation
from ..sweep_sums import Centre

FloatArray = npt.NDArray[np.float64]
Evaluator = Callable[[FloatArray, Centre | None], Evaluation | None]
"""The profiled deviance at a D, with the sums that second derivatives at a centre need."""


@dataclass(frozen=True, eq=False)
class Unprofiled:
    """``value`` and first derivatives at (D, σ²): ``slope`` dF/dD (q x q) and ``log_slope`` dF/d log σ.

    ``residual_pull`` is the sum of e_i e_i' / σ², what D's slope changes by with log σ (times 2).
    """

    at: Evaluation
    variance: float
    value: float
    slope: FloatArray
    log_slope: float
    residual_pull: FloatArray

    def curvature(self, directions: FloatArray) -> FloatArray:
        """Second derivatives in D along all pairs of directions (each q x q). Needs ``wp_sum``; exact when that was
        taken at this point's own fixed effects and σ²."""
        at = self.at
        assert at.wp_sum is not None
        p = len(at.beta)
        inner = np.einsum("sab,abxy->sxy", directions, at.k)
        pulls = inner[:, :p] @ np.append(-at.beta, 1.0)
        entries = 2.0 * trace_form(at.wp_sum, directions) - trace_form(at.ww_sum, directions)
        entries -= 2.0 / self.variance * pulls @ at.xvx_inverse @ pulls.T
        if at.reml:
            turned = at.xvx_inverse @ inner[:, :p, :p]
            entries -= np.einsum("sxy,tyx->st", turned, turned)
        return np.asarray(entries)

    def centre(self) -> Centre:
        """This point, for second derivatives in the next sweep."""
        at = self.at
        return Centre(at.beta, self.variance, np.ascontiguousarray(at.inverse_root.T), at.reml)


def unprofiled(at: Evaluation, variance: float) -> Unprofiled:
    """The deviance at the D of ``at`` and the residual variance ``variance``."""
    ratio = at.sigma2 / variance
    value = at.value + at.nu * (ratio - 1.0 - float(np.log(ratio)))
    along = np.append(-at.beta, 1.0)
    squares = at.k @ along @ along
    pull = 0.5 * (squares + squares.T) / variance
    return Unprofiled(at, variance, value, at.slope + (ratio**-1 - 1.0) * pull, 2.0 * at.nu * (1.0 - ratio), pull)
