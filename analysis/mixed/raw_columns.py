"""From complete rows to orthonormal columns: the matrix of raw columns and the maps onto the working scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .basis import Basis, orthonormal_basis
from .design import Design, design_columns, factor_values
from .products import gram_of
from .refusal import ModelRefused
from .rows import ModelRows
from .separation import separate

FloatArray = npt.NDArray[np.float64]

NEARLY_EXACT = 1e-8  # share of the outcome's square left, under which differences of sums lose too much
EXACT = 1e-10  # residual over outcome, root mean square, under which the fixed part reproduces the outcome


@dataclass(frozen=True)
class RawColumns:
    """Columns x (rows + 1): X (centred when it has an intercept, see also ``separation``), the outcome, then columns
    only Z has.

    The working outcome is what ordinary least squares on X leaves, divided by its root mean square
    ``outcome_scale``; taken off it are ``outcome_mean`` and ``offset``, the least-squares coefficients on the
    working columns. The last row (of the data) is zero: it stands for padding. ``change`` maps raw columns to
    the working [Z X y].
    """

    values: FloatArray
    change: FloatArray
    fixed: Basis
    random: Basis
    offset: FloatArray
    outcome_mean: float
    outcome_scale: float


def assemble(rows: ModelRows, fixed: Design, random: Design, correlated: bool) -> RawColumns:
    """Build, centre and orthonormalise. Raises ModelRefused on values that are not finite or do not vary."""
    values, random_rows = _raw_values(rows, fixed, random)
    n, p = len(rows.outcome), len(fixed.names)
    if rows.outcome.min() == rows.outcome.max():
        raise no_variance()
    intercept = fixed.names[:1] == ("Intercept",)
    sums = values.sum(axis=1)
    if not np.isfinite(sums).all():
        names = [*fixed.names, "the outcome", *(name for name in random.names if name not in fixed.names)]
        raise _not_finite(values, names)
    means = sums[: p + 1] / n if intercept else None
    if means is not None:
        values[1 : p + 1, :n] -= means[1:, None]
    gram = gram_of(values) / n
    found = separate(values, gram, p, None if means is None else means[:p])
    gram, basis = found.gram, found.working
    coefficients = _random_coefficients(random_rows, len(values), means)
    coefficients[:, :p] = coefficients[:, :p] @ found.undo.T
    random_basis, random_change = _random_basis(coefficients, values, gram, random, correlated)
    kept = list(basis.kept)
    offset = basis.centred.T @ gram[kept, p]
    scale = _outcome_scale(values, gram, p, kept, basis.centred @ offset)
    change = np.zeros((len(random.names) + len(kept) + 1, len(values)))
    q = len(random.names)
    change[:q] = random_change
    change[q:-1, kept] = basis.centred.T
    change[-1, p] = 1.0 / scale
    change[-1, kept] = -(basis.centred @ offset) / scale
    mean = 0.0 if means is None else float(means[p])
    return RawColumns(values, change, found.fixed, random_basis, offset, mean, scale)


def _outcome_scale(values: FloatArray, gram: FloatArray, p: int, kept: list[int], slopes: FloatArray) -> float:
    """Root mean square of what least squares leaves of the outcome; from the rows when almost nothing is left."""
    around = float(gram[p, p])
    left = around - float(slopes @ gram[kept, p])
    if left < NEARLY_EXACT * around:
        left = float(np.mean(np.square(values[p] - slopes @ values[kept])))
    if left <= EXACT**2 * around:
        raise reproduced_exactly()
    return float(np.sqrt(left))


def _raw_values(rows: ModelRows, fixed: Design, random: Design) -> tuple[FloatArray, list[int]]:
    """X, outcome and the columns only Z has; and where each column of Z is found."""
    n, p = len(rows.outcome), len(fixed.names)
    codes = {name: labels.codes for name, labels in rows.labels.items()}
    shared = {name: position for position, name in enumerate(fixed.names)}
    own = [position for position, name in enumerate(random.names) if name not in shared]
    values = np.empty((p + 1 + len(own), n + 1))
    values[:, n] = 0.0
    with np.errstate(all="ignore"):
        design_columns(fixed, factor_values(fixed, rows.numbers, codes), values[:p, :n])
        values[p, :n] = rows.outcome
        if own:
            made = np.empty((len(random.names), n))
            design_columns(random, factor_values(random, rows.numbers, codes), made)
            values[p + 1 :, :n] = made[own]
    places = [
        shared[name] if name in shared else p + 1 + own.index(position) for position, name in enumerate(random.names)
    ]
    return values, places


def _random_coefficients(places: list[int], width: int, means: FloatArray | None) -> FloatArray:
    """Raw Z as combinations of the assembled columns: centring of shared columns is undone through the intercept."""
    coefficients = np.zeros((len(places), width))
    for row, place in enumerate(places):
        coefficients[row, place] = 1.0
        if means is not None and 0 < place < len(means):
            coefficients[row, 0] += means[place]
    return coefficients


def _random_basis(
    coefficients: FloatArray, values: FloatArray, gram: FloatArray, random: Design, correlated: bool
) -> tuple[Basis, FloatArray]:
    """Basis of Z. Uncorrelated random effects are scaled only: that model is not the same after rotation or
    centring."""
    n = values.shape[1] - 1
    if not correlated:
        lengths = np.diag(coefficients @ gram @ coefficients.T)
        _refuse_dependent(random, [name for name, length in zip(random.names, lengths, strict=True) if length <= 0])
        scale = np.diag(1.0 / np.sqrt(lengths))
        every = tuple(range(len(lengths)))
        return Basis(every, (), scale, scale, np.zeros((len(lengths), 0))), scale @ coefficients
    means = None
    if random.names[0] == "Intercept":
        means = coefficients @ values[:, :n].sum(axis=1) / n
        coefficients = coefficients.copy()
        coefficients[1:] -= means[1:, None] * coefficients[0]
    basis = orthonormal_basis(coefficients @ gram @ coefficients.T, means)
    _refuse_dependent(random, [random.names[position] for position in basis.dropped])
    return basis, basis.centred.T @ coefficients


def _refuse_dependent(random: Design, names: list[str]) -> None:
    if names:
        raise constant_random_term(", ".join(names))


def constant_random_term(names: str) -> ModelRefused:
    return ModelRefused(
        f"The random term {names} is constant, or the other random terms determine it.",
        "Leave it out of the random part.",
    )


def no_variance() -> ModelRefused:
    return ModelRefused(
        "All outcome values are equal, so there is no variance to model.", "Widen the cohort or choose another outcome."
    )


def reproduced_exactly() -> ModelRefused:
    return ModelRefused(
        "The fixed part reproduces every outcome value exactly, so no variance is left to model.",
        "Use fewer terms, or check that the outcome is not among the covariates.",
    )


def _not_finite(values: FloatArray, names: list[str]) -> ModelRefused:
    counts = [(name, int((~np.isfinite(row)).sum())) for name, row in zip(names, values, strict=True)]
    named = ", ".join(f"{name} in {count} rows" for name, count in counts if count)
    return ModelRefused(
        f"The model's columns are not finite numbers: {named or 'their sums overflow'}.",
        "Correct the values, or use a function that is defined for all of them (log1p, not log, at zero).",
    )
