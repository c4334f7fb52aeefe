"""Which means are compared with which: all pairs, each with a reference, or coefficients of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from ..refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]
Level = tuple[Any, ...]
"""The values of the by columns at one mean."""
Coefficients = Mapping[Any, float] | Sequence[float]
Method = str | Mapping[str, Coefficients]

METHODS = ("pairwise", "reference")


@dataclass(frozen=True)
class Comparisons:
    """``coefficients`` (comparisons x means) and a name for each; ``first`` and ``second`` when it is a difference
    of two means."""

    names: list[str]
    coefficients: FloatArray
    first: list[str] | None = None
    second: list[str] | None = None


def comparisons(method: Method, reference: Any, levels: Sequence[Level], by: Sequence[str]) -> Comparisons:
    """The comparisons of a method among the means at ``levels``. Raises ModelRefused for what cannot be meant."""
    if reference is not None and method != "reference":
        raise ModelRefused("A reference is given, but no method that uses one.", "Use method='reference'.")
    if not isinstance(method, str):
        return _custom(method, levels, by)
    if method == "pairwise":
        return _differences(list(combinations(range(len(levels)), 2)), levels)
    if method != "reference":
        raise ModelRefused(
            f"There is no method '{method}'.", "Use 'pairwise', 'reference' or a mapping of names to coefficients."
        )
    chosen = 0 if reference is None else _place(reference, levels, by)
    return _differences([(other, chosen) for other in range(len(levels)) if other != chosen], levels)


def _differences(pairs: list[tuple[int, int]], levels: Sequence[Level]) -> Comparisons:
    labels = [" ".join(map(str, level)) for level in levels]
    coefficients = np.zeros((len(pairs), len(levels)))
    for row, (one, other) in zip(coefficients, pairs, strict=True):
        row[one], row[other] = 1.0, -1.0
    first, second = [labels[one] for one, _ in pairs], [labels[other] for _, other in pairs]
    names = [f"{one} - {other}" for one, other in zip(first, second, strict=True)]
    return Comparisons(names, coefficients, first, second)


def _custom(method: Mapping[str, Coefficients], levels: Sequence[Level], by: Sequence[str]) -> Comparisons:
    if not method:
        raise ModelRefused("There are no contrasts.", "Give at least one name with its coefficients.")
    rows = [_coefficients(name, given, levels, by) for name, given in method.items()]
    return Comparisons([str(name) for name in method], np.array(rows))


def _coefficients(name: str, given: Coefficients, levels: Sequence[Level], by: Sequence[str]) -> FloatArray:
    row = np.zeros(len(levels))
    if isinstance(given, Mapping):
        for level, value in given.items():
            row[_place(level, levels, by)] = value
    elif len(given) == len(levels):
        row[:] = given
    else:
        raise ModelRefused(
            f"The contrast '{name}' has {len(given)} coefficients for {len(levels)} means.",
            f"Give one for each of: {_listed(levels)}; or a mapping from level to coefficient.",
        )
    if not np.isfinite(row).all() or not row.any():
        raise ModelRefused(
            f"The contrast '{name}' needs finite coefficients that are not all zero.", "Correct its coefficients."
        )
    return row


def _place(level: Any, levels: Sequence[Level], by: Sequence[str]) -> int:
    """Position of a level: the value itself, or with several by columns a tuple of their values."""
    wanted = level if isinstance(level, tuple) else (level,)
    if wanted not in levels:
        shown = " ".join(map(str, wanted))
        raise ModelRefused(f"There is no mean at {' and '.join(by)} {shown}.", f"There is one at: {_listed(levels)}.")
    return list(levels).index(wanted)


def _listed(levels: Sequence[Level]) -> str:
    return ", ".join(" ".join(map(str, level)) for level in levels)
