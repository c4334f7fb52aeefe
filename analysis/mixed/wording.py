"""The notes of a fit: what was left out, and what a singular fit means, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

NEGLIGIBLE = 1e-6  # share of the variance scale below which a random term counts as not varying


def level_notes(present: Mapping[str, tuple[Any, ...]], absent: Mapping[str, Iterable[Any]]) -> tuple[str, ...]:
    """One sentence per category that lost levels or has only one."""
    notes = []
    for column, levels in present.items():
        gone = [str(level) for level in absent.get(column, ())]
        if gone:
            noun = "level" if len(gone) == 1 else "levels"
            notes.append(f"{column}: no rows have the {noun} {', '.join(gone)}; the reference is {levels[0]}.")
        if len(levels) == 1:
            notes.append(f"{column} has one level on these rows ({levels[0]}), so it has no terms.")
    return tuple(notes)


def dropped_note(names: tuple[str, ...]) -> tuple[str, ...]:
    """One sentence about aliased columns."""
    if not names:
        return ()
    return (f"Left out because other terms determine them on these rows: {', '.join(names)}.",)


def singular_note(
    covariance: FloatArray, names: tuple[str, ...], rank: int, level: str = "patients", of_two: bool = False
) -> str:
    """What vanished. ``covariance`` is of the random effects, each in units of its own column's scale.

    ``level`` says whose they are; with an outer level (``of_two``) every sentence names it.
    """
    q = len(names)
    variances = np.diag(covariance)
    opening = f"The fit is singular among {level}" if of_two else "The fit is singular"
    if rank == 0:
        noise = "what their patients account for" if level == "clinics" else "the residual noise"
        return (
            f"{opening}: the variance of the random {' and '.join(names)} is estimated as zero, so"
            f" {'patients of a clinic' if of_two and level == 'patients' else level} do not differ beyond {noise}."
        )
    gone = [name for name, variance in zip(names, variances, strict=True) if variance <= NEGLIGIBLE * variances.max()]
    opening = f"{opening} (rank {rank} of {q}):"
    if len(gone) == q - rank:
        return f"{opening} the variance of the random {' and '.join(gone)} is estimated as zero."
    if q == 2:
        sign = "+1" if covariance[0, 1] > 0 else "-1"
        return f"{opening} the random {names[0]} and {names[1]} are estimated as perfectly correlated ({sign})."
    weights = np.linalg.eigh(covariance)[1][:, 0]
    weights = weights / weights[np.argmax(np.abs(weights))]
    shown = [(weight, name) for weight, name in zip(weights, names, strict=True) if abs(weight) > 5e-3]
    parts = " ".join(f"{weight:+.2f} × {name}" for weight, name in shown)
    return f"{opening} this combination of random terms does not vary between {level}: {parts}."
