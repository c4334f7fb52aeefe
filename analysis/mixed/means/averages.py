"""Design columns averaged over patients or combinations, without building a row for each of them.

A design column is a product of pieces. Pieces of the grid's own columns are constant over what is averaged, pieces
of the other columns are the same at every grid point, so the average of a product is a value times an average.
Only a piece that mixes both (an expression such as ``I(sessions * age)``) is evaluated point by point.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..design import Design, FactorValues, Piece, numeric_columns, piece_values

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Columns:
    """Data columns of equal length: numbers, and codes of category levels."""

    numbers: Mapping[str, FloatArray]
    codes: Mapping[str, Any]
    length: int


@dataclass(frozen=True)
class _Side:
    """The factors of a design that one set of data columns decides, and the pieces made of them so far."""

    values: FactorValues
    length: int
    made: dict[Piece, FloatArray] = field(default_factory=dict)

    def product(self, pieces: Iterable[Piece]) -> FloatArray:
        result = np.ones(self.length)
        for piece in pieces:
            result = result * piece_values(piece, self.values, self.made)
        return result


def variables_behind(design: Design) -> dict[str, set[str]]:
    """The data columns behind every factor of a design."""
    behind = {code: set(expression.variables) for code, expression in design.numeric.items()}
    return behind | {code: {column} for code, column in design.category_of.items()}


def _side(design: Design, wanted: set[str], columns: Columns) -> _Side:
    values: FactorValues = {
        code: numeric_columns(expression, columns.numbers)
        for code, expression in design.numeric.items()
        if code in wanted
    }
    values.update({code: columns.codes[name] for code, name in design.category_of.items() if code in wanted})
    return _Side(values, columns.length)


def _at_point(rows: Columns, grid: Columns, point: int) -> Columns:
    fixed = {name: np.full(rows.length, values[point]) for name, values in grid.numbers.items()}
    return Columns({**rows.numbers, **fixed}, rows.codes, rows.length)


def averaged_columns(design: Design, grid: Columns, rows: Columns, shares: FloatArray) -> FloatArray:
    """Every design column at every grid point, averaged over ``rows`` with ``shares``: points x columns.

    ``grid`` holds the by and at columns, one entry per point; ``rows`` all other columns, one entry per patient or
    combination; ``shares`` sum to one.
    """
    axes = set(grid.numbers) | set(grid.codes)
    behind = variables_behind(design)
    on_grid = {code for code, names in behind.items() if names and names <= axes}
    by_row = {code for code, names in behind.items() if not names & axes}
    mixed = set(behind) - on_grid - by_row
    points, people = _side(design, on_grid, grid), _side(design, by_row, rows)
    result = np.empty((grid.length, len(design.columns)))
    means: dict[tuple[Piece, ...], float] = {}
    for column, pieces in enumerate(design.columns):
        others = tuple(piece for piece in pieces if piece.code in by_row)
        if others not in means:
            means[others] = float(people.product(others) @ shares)
        result[:, column] = points.product(piece for piece in pieces if piece.code in on_grid) * means[others]
    if mixed:
        _fill_mixed(design, mixed, result, grid, rows, shares)
    return result


def _fill_mixed(
    design: Design, mixed: set[str], result: FloatArray, grid: Columns, rows: Columns, shares: FloatArray
) -> None:
    """Redo the columns with a mixed piece, one grid point at a time."""
    wanted = {column: pieces for column, pieces in enumerate(design.columns) if any(p.code in mixed for p in pieces)}
    behind = variables_behind(design)
    axes = set(grid.numbers) | set(grid.codes)
    whole = {code for code, names in behind.items() if names and names <= axes}
    points = _side(design, whole, grid)
    for point in range(grid.length):
        here = _side(design, set(behind) - whole, _at_point(rows, grid, point))
        for column, pieces in wanted.items():
            own = here.product(piece for piece in pieces if piece.code not in whole)
            fixed = points.product(piece for piece in pieces if piece.code in whole)[point]
            result[point, column] = fixed * float(own @ shares)
