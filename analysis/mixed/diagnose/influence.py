"""What each patient does to the fixed effects: the estimates without that patient, without fitting again.

At fixed variance parameters the fit is least squares on whitened rows Q R with residuals r. With the patient's
leverage H_i = Q_i'Q_i, leaving the patient out moves the estimates by R^-1 (I - H_i)^-1 Q_i' r_i: the same as
(S - S_i)^-1 (s - s_i) from the cross-products S_i = X_i'V_i^-1 X_i, but without squaring the condition of X. Where
patients of a clinic go together, Q_i and r_i are those of the patient's rows given the clinic's other rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..fitted_model import FittedModel
from ..triangles import invert_upper
from .units import units_of
from .whitened import Whitened, whiten

FloatArray = npt.NDArray[np.float64]

# Smallest eigenvalue of I - H_i, the share of information on some combination of terms that others than this patient
# hold; rounding leaves 1e-15 of a share that is zero.
NOTHING_LEFT = 1e-10


@dataclass(frozen=True, eq=False)
class Influence:
    """Leave-one-patient-out at the variance parameters of the fit. Frames with one row per patient.

    ``patients``: n_rows; leverage, the trace of the patient's hat matrix (sums to the number of terms over all
    independent patients); cooks_distance, (b - b_(-i))' Φ^-1 (b - b_(-i)) / p with Φ the covariance of the fixed
    effects; covariance_ratio, |Φ_(-i)| / |Φ|, above 1 where the patient makes the estimates more precise.
    ``without``: the estimates without the patient, one column per term. ``dfbetas``: estimate minus that, in
    standard errors of the fit (with Φ, not the Kenward-Roger adjusted one). A patient without whom a term cannot
    be estimated has no numbers and is counted in ``notes``.
    """

    patients: pd.DataFrame
    without: pd.DataFrame
    dfbetas: pd.DataFrame
    notes: tuple[str, ...]


def influence(fit: FittedModel, source: pd.DataFrame | None = None) -> Influence:
    """Exact estimates of the fixed effects without each patient, and Cook's distance.

    Variance parameters stay those of the fit; ``refit_without`` lets them move. Rows are in the order of
    ``fit.patients``. These are individual data: not to be released by row. ``source`` and refusals as in
    ``residuals``. Cook's distance for groups of rows: Christensen, Pearson and Johnson (1992), Technometrics 34.
    """
    whitened = whiten(fit, units_of(fit, source))
    size, p = len(fit.patients), len(fit.coefficients)
    steps, leverage, ratio = np.full((size, p), np.nan), np.zeros(size), np.full(size, np.nan)
    pulled = whitened.pulled(np.column_stack([whitened.basis, whitened.residual]))
    for part, block in whitened.inverse_blocks():
        # Given all other rows of the clinic, the patient's rows have covariance block^-1.
        at = pulled[part.rows]
        products = np.matmul(at[..., :p].swapaxes(1, 2), np.linalg.solve(block, at))
        hat, pull = products[..., :p], products[..., p]
        leverage[part.patients] = np.trace(hat, axis1=1, axis2=2)
        steps[part.patients], ratio[part.patients] = _steps(0.5 * (hat + hat.swapaxes(1, 2)), pull)
    return _described(fit, whitened, steps, leverage, ratio)


def _steps(hat: FloatArray, pull: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(I - H_i)^-1 Q_i' r_i and 1 / |I - H_i|; missing where nobody else informs some combination of terms."""
    left = np.eye(hat.shape[1]) - hat
    lost = np.trace(hat, axis1=1, axis2=2) > 1.0 - NOTHING_LEFT  # no eigenvalue of H_i exceeds its trace
    lost[lost] = np.linalg.eigvalsh(left[lost])[:, 0] < NOTHING_LEFT
    left[lost] = np.eye(hat.shape[1])
    steps = np.linalg.solve(left, pull[:, :, None])[:, :, 0]
    steps[lost] = np.nan
    ratio = np.where(lost, np.nan, 1.0 / np.linalg.det(left))
    return np.asarray(steps), ratio


def _described(
    fit: FittedModel, whitened: Whitened, steps: FloatArray, leverage: FloatArray, ratio: FloatArray
) -> Influence:
    back = invert_upper(whitened.root)
    moved = steps @ back.T
    errors = np.sqrt(np.sum(back**2, axis=1))
    terms, index = list(fit.terms), fit.patients
    patients = pd.DataFrame(
        {
            "n_rows": np.bincount(whitened.units.patient, minlength=len(index)),
            "leverage": leverage,
            "cooks_distance": np.sum(steps**2, axis=1) / steps.shape[1],
            "covariance_ratio": ratio,
        },
        index=index,
    )
    return Influence(
        patients,
        pd.DataFrame(fit.coefficients - moved, index=index, columns=terms),
        pd.DataFrame(moved / errors, index=index, columns=terms),
        _notes(int(np.isnan(steps[:, 0]).sum())),
    )


def _notes(n_lost: int) -> tuple[str, ...]:
    if not n_lost:
        return ()
    who, whom = ("1 patient", "that patient") if n_lost == 1 else (f"{n_lost} patients", "each of them")
    return (
        f"{who}: some term cannot be estimated without {whom}, because nobody else informs it. No influence is stated.",
    )
