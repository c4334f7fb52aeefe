"""What must hold before a fit is attempted, each failure with its own sentence."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .crossproducts import CrossProducts
from .raw_columns import constant_random_term
from .refusal import ModelRefused

METHODS = ("REML", "ML")
DF_METHODS = ("satterthwaite", "kenward-roger", "normal")


def check_options(method: str, df: str) -> None:
    """Spellings of method and df. Raises ModelRefused naming the ones there are."""
    if method not in METHODS:
        raise ModelRefused(f"There is no method '{method}'.", "Use 'REML' or 'ML'.")
    if df not in DF_METHODS:
        raise ModelRefused(
            f"There are no '{df}' degrees of freedom.", "Use 'satterthwaite', 'kenward-roger' or 'normal'."
        )
    if df == "kenward-roger" and method != "REML":
        raise ModelRefused(
            "Kenward-Roger standard errors are defined for REML only.", "Use method='REML', or df='satterthwaite'."
        )


def check_size(n_rows: int, m: int, p: int, q: int, most_rows: int) -> None:
    """Enough patients and rows for the coefficients and the random effects. Raises ModelRefused saying which is
    short."""
    if m < 2:
        raise ModelRefused("There is only one patient.", "A mixed model compares patients: widen the cohort.")
    if p > m or p >= n_rows:
        raise ModelRefused(
            f"The model has {p} coefficients for {m} patients and {n_rows} rows.",
            "Use fewer terms or widen the cohort.",
        )
    if m <= q:
        raise ModelRefused(
            f"There are {m} patients for {q} random effects; there must be more patients than random effects.",
            "Use random='1' or widen the cohort.",
        )
    if most_rows < q + 1:
        raise ModelRefused(
            f"No patient has {q + 1} rows, which {q} random {'effect needs' if q == 1 else 'effects need'}"
            f" (the most is {most_rows}).",
            "Use fewer random effects, or an outcome that was measured more often.",
        )


def check_random_effects(data: CrossProducts, names: tuple[str, ...], correlated: bool) -> None:
    """Random columns must vary, and some patient must tell them apart. Raises ModelRefused otherwise."""
    constant = [name for name, square in zip(names, _diagonals(data), strict=True) if not square.any()]
    if constant:
        raise constant_random_term(", ".join(constant))
    told_apart = data.zz[0] if data.q == 1 else data.minors[0]
    if correlated and not np.any(told_apart > 0):
        raise ModelRefused(
            f"No patient's rows tell the random terms {' and '.join(names)} apart: they do not vary within a patient.",
            "Use random='1', or a slope on something that changes from row to row.",
        )


def _diagonals(data: CrossProducts) -> list[npt.NDArray[np.float64]]:
    return [data.zz[row * (row + 3) // 2] for row in range(data.q)]
