"""Design columns from terms: coded and named as patsy does, built from arrays and small enough to keep with a fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from patsy import PatsyError
from patsy.build import _make_subterm_infos

from .formula import Expression, ParsedFormula, evaluate_code
from .refusal import ModelRefused

FloatArray = npt.NDArray[np.float64]
NO_SHARE = 1e-12  # entry of a change of coding that is rounding error: they are ratios of small whole numbers
FactorValues = dict[str, Any]
"""Per factor code: a list of float arrays (a numeric factor) or an array of level codes (a category)."""


@dataclass(frozen=True)
class Piece:
    """One factor's share of a design column: column ``index`` of a numeric factor, or ``weights`` per level."""

    code: str
    index: int
    weights: tuple[float, ...] | None

    @property
    def only_level(self) -> int | None:
        """The level this column indicates, when it is a plain 0/1 indicator."""
        if self.weights is None or sorted(self.weights)[-1] != 1.0 or sum(map(abs, self.weights)) != 1.0:
            return None
        return self.weights.index(1.0)


@dataclass(frozen=True)
class Design:
    """The columns of X (or Z) as a recipe.

    ``columns`` holds the pieces to multiply per column, ``terms`` the formula's term each column belongs to,
    ``numeric`` the numeric factors, ``levels`` the levels of each category *column* in force (the first is the
    reference) and ``category_of`` the column behind each category factor.
    """

    parsed_from: str
    names: tuple[str, ...]
    columns: tuple[tuple[Piece, ...], ...]
    terms: tuple[str, ...]
    numeric: dict[str, Expression]
    category_of: dict[str, str]
    levels: dict[str, tuple[Any, ...]]

    def numeric_variables(self) -> tuple[str, ...]:
        """Data columns used as numbers."""
        used = [name for expression in self.numeric.values() for name in expression.variables]
        return tuple(dict.fromkeys(used))


def build_design(parsed: ParsedFormula, text: str, levels: Mapping[str, tuple[Any, ...]]) -> Design:
    """Plan the columns of a formula. ``levels`` names the category columns used bare, and those inside ``C()``."""
    categories = {
        code: expression.column
        for code, expression in parsed.expressions.items()
        if expression.column is not None and (expression.coded or expression.column in levels)
    }
    numeric = {code: e for code, e in parsed.expressions.items() if code not in categories}
    widths = {code: _width(expression) for code, expression in numeric.items()}
    factors = {factor.code: factor for term in parsed.terms for factor in term.factors}
    counts = {factors[code]: width for code, width in widths.items()}
    coded = {factors[code]: (levels[column], parsed.expressions[code].contrast) for code, column in categories.items()}
    names: list[str] = []
    columns: list[tuple[Piece, ...]] = []
    terms: list[str] = []
    try:
        subterms = _make_subterm_infos(list(parsed.terms), counts, coded)
    except PatsyError as error:
        raise _lost_contrast(error) from error
    for term, infos in subterms.items():
        for info in infos:
            _append_subterm(info, widths, names, columns)
        terms.extend([term.name()] * (len(names) - len(terms)))
    used = {column: levels[column] for column in categories.values()}
    return Design(text, tuple(names), tuple(columns), tuple(terms), numeric, categories, used)


def _lost_contrast(error: PatsyError) -> ModelRefused:
    return ModelRefused(
        f"A category cannot be coded: {str(error).splitlines()[0]}.",
        "The reference level named in C() must be among the rows; name another one.",
    )


def _width(expression: Expression) -> int:
    """How many columns a numeric factor has, from evaluating it on two harmless values."""
    arrays = {name: np.array([1.0, 2.0]) for name in expression.variables}
    with np.errstate(all="ignore"):
        return len(numeric_columns(expression, arrays))


def numeric_columns(expression: Expression, numbers: Mapping[str, FloatArray]) -> list[FloatArray]:
    """The columns of a numeric factor on the given data columns. Raises ModelRefused when they are not numbers."""
    if expression.column is not None and not expression.coded:
        return [numbers[expression.column]]
    arrays = {name: numbers[name] for name in expression.variables}
    size = len(next(iter(arrays.values()))) if arrays else 1
    try:
        value = np.asarray(evaluate_code(expression.code, arrays))
    except (ValueError, TypeError, AttributeError) as error:
        raise ModelRefused(f"'{expression.code}' cannot be computed: {error}", "Correct the formula.") from error
    if value.dtype == bool or not arrays or value.shape[:1] != (size,):
        raise ModelRefused(
            f"'{expression.code}' does not give one number per row.", "Make it a column of the data first."
        )
    value = value.astype(np.float64, copy=False)
    return [value] if value.ndim == 1 else list(np.ascontiguousarray(value.T))


def _append_subterm(info: Any, widths: dict[str, int], names: list[str], columns: list[tuple[Piece, ...]]) -> None:
    """The left-most factor runs fastest, as in R and patsy."""
    choices = [_pieces(factor.code, info.contrast_matrices.get(factor), widths) for factor in info.factors]
    for combination in product(*reversed(choices)):
        chosen = combination[::-1]
        names.append(":".join(name for name, _ in chosen) or "Intercept")
        columns.append(tuple(piece for _, piece in chosen))


def _pieces(code: str, contrast: Any, widths: dict[str, int]) -> list[tuple[str, Piece]]:
    if contrast is not None:
        matrix = np.asarray(contrast.matrix, dtype=np.float64)
        return [
            (f"{code}{suffix}", Piece(code, -1, tuple(matrix[:, position].tolist())))
            for position, suffix in enumerate(contrast.column_suffixes)
        ]
    if widths[code] == 1:
        return [(code, Piece(code, 0, None))]
    return [(f"{code}[{index}]", Piece(code, index, None)) for index in range(widths[code])]


def factor_values(design: Design, numbers: Mapping[str, FloatArray], codes: Mapping[str, Any]) -> FactorValues:
    """Evaluate every factor of a design on data columns (``codes`` index ``design.levels``)."""
    values: FactorValues = {code: numeric_columns(e, numbers) for code, e in design.numeric.items()}
    values.update({code: codes[column] for code, column in design.category_of.items()})
    return values


def design_columns(design: Design, values: FactorValues, out: FloatArray) -> None:
    """Fill ``out`` (columns x rows) with the design."""
    made: dict[Piece, FloatArray] = {}
    for target, pieces in zip(out, design.columns, strict=True):
        if not pieces:
            target[:] = 1.0
            continue
        parts = [piece_values(piece, values, made) for piece in pieces]
        if len(parts) == 1:
            target[:] = parts[0]
            continue
        np.multiply(parts[0], parts[1], out=target)
        for part in parts[2:]:
            target *= part


def piece_values(piece: Piece, values: FactorValues, made: dict[Piece, FloatArray]) -> FloatArray:
    """A piece on the rows of ``values``; ``made`` remembers it."""
    if piece not in made:
        given = values[piece.code]
        if piece.weights is None:
            made[piece] = given[piece.index]
        elif piece.only_level is not None:
            made[piece] = (given == piece.only_level).astype(np.float64)
        else:
            made[piece] = np.asarray(piece.weights)[given]
    return made[piece]


def probe_map(full: Design, part: Design, seed: int = 0) -> FloatArray:
    """The matrix M with ``X_part = X_full @ M`` on rows that have only the levels of ``part``.

    Found by evaluating both designs on random factor values, so it holds whatever the coding; M is the shortest
    of the matrices that do it, since the columns of the absent levels say nothing on these rows.
    """
    draws = np.random.default_rng(seed)
    rows = 6 * len(full.names) + 30
    shared: FactorValues = {
        code: [draws.normal(size=rows) for _ in range(_width(expression))] for code, expression in full.numeric.items()
    }
    chosen = {column: draws.integers(0, len(levels), rows) for column, levels in part.levels.items()}
    widened = {
        column: np.array([full.levels[column].index(level) for level in levels])[chosen[column]]
        for column, levels in part.levels.items()
    }
    x_part, x_full = np.empty((len(part.names), rows)), np.empty((len(full.names), rows))
    design_columns(part, {**shared, **{c: chosen[col] for c, col in part.category_of.items()}}, x_part)
    design_columns(full, {**shared, **{c: widened[col] for c, col in full.category_of.items()}}, x_full)
    found = np.asarray(np.linalg.lstsq(x_full.T, x_part.T, rcond=1e-10)[0])
    found[np.abs(found) < NO_SHARE] = 0.0
    return found
