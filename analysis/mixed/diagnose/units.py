"""The independent units of a fit: their rows, designs and covariances, whatever the model.

A unit is the largest set of rows that the model lets be correlated: a patient. Everything that looks at residuals,
influence or prediction goes through these, so that it holds for every covariance the engine can fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..design import Design, build_design, numeric_columns
from ..errors.row_covariance import RowErrors, row_errors
from ..fit import MixedModelFit
from ..fitted_model import FittedModel
from ..formula import parse_model_formula, parse_random_formula
from ..refusal import ModelRefused
from ..source_rows import check_same_size, frame_of
from .covariances import Covariance, RandomEffectsCovariance
from .design_rows import DesignRows, matrix_of, read_design_rows

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

ENTRIES = 1 << 20  # numbers in one batch of covariances: 8 MB, so that a large cohort needs no more memory


class Batch(NamedTuple):
    """Units with equally many rows: their positions in ``Units.labels``, their ``rows`` (units x rows, positions
    among the rows of the fit) and covariances ``v`` (units x rows x rows)."""

    units: IntArray
    rows: IntArray
    v: FloatArray


@dataclass(frozen=True, eq=False)
class Units:
    """The complete rows of a fit, in the order of the frame, and the units they fall into.

    ``x`` (rows x kept terms, raw), ``y`` and ``z`` (rows x q, raw; no columns where the model has no random
    effects). ``unit`` numbers the unit of each row into ``labels``, ``patient`` the patient into ``patients``;
    ``place`` is the position of each row in the frame and ``index`` its label there.
    """

    x: FloatArray
    y: FloatArray
    z: FloatArray
    unit: IntArray
    labels: pd.Index[Any]
    patient: IntArray
    patients: pd.Index[Any]
    place: IntArray
    index: pd.Index[Any]
    covariance: Covariance

    def batches(self) -> Iterator[Batch]:
        """All units, those with equally many rows together, in pieces that bound the memory."""
        for units, rows in batched_rows(self.unit, len(self.labels)):
            yield Batch(units, rows, self.covariance.of(rows))


def batched_rows(code: IntArray, size: int) -> Iterator[tuple[IntArray, IntArray]]:
    """Groups numbered by ``code`` (one per row, below ``size``), those with equally many rows together."""
    order = np.argsort(code, kind="stable")
    counts = np.bincount(code, minlength=size)
    starts = np.cumsum(counts) - counts
    for count in np.unique(counts[counts > 0]):
        units = np.flatnonzero(counts == count)
        step = max(1, ENTRIES // int(count) ** 2)
        for first in range(0, len(units), step):
            chosen = units[first : first + step]
            yield chosen, order[starts[chosen][:, None] + np.arange(count)]


def units_of(fit: FittedModel, source: pd.DataFrame | None = None) -> Units:
    """The rows behind a fit and the covariance the fit gives them.

    ``source`` is the frame the fit came from, found by itself while somebody else keeps that frame. Rows of other
    patients and incomplete rows are passed over, as in the fit. Raises ModelRefused when the frame is gone or does
    not hold the rows of the fit.
    """
    data = frame_of(fit, source, "source=data")
    patient = fit.patients.get_indexer(pd.Index(data[fit.groups]))
    random = random_design_of(fit)
    outcome = parse_model_formula(fit.formula).outcome
    assert outcome is not None
    read = read_design_rows([fit.design, random], data, "this fit", outcome.variables)
    errors = errors_of(fit, data)
    known = read.complete if errors is None else read.complete & errors.complete
    place = np.flatnonzero(known & (patient >= 0))
    patient = patient[place]
    check_same_size(fit, len(place), len(np.unique(patient)))
    rows = read.taken(place)
    x, z = matrix_of(fit.design, rows)[:, list(fit.kept)], matrix_of(random, rows)
    y = numeric_columns(outcome, rows.numbers)[0]
    covariance = covariance_of(fit, rows, z, None if errors is None else errors.taken(place))
    return Units(x, y, z, patient, fit.patients, patient, fit.patients, place, data.index[place], covariance)


def errors_of(fit: FittedModel, data: pd.DataFrame) -> RowErrors | None:
    """The residual structure on every row of a frame; None where residuals are independent and alike."""
    if not isinstance(fit, MixedModelFit) or fit.residual_structure.is_plain:
        return None
    return row_errors(fit.residual_structure, data)


def covariance_of(fit: FittedModel, rows: DesignRows, z: FloatArray, errors: RowErrors | None = None) -> Covariance:
    """The covariance of a fit's model on some complete rows."""
    if isinstance(fit, MixedModelFit):
        return RandomEffectsCovariance(z, fit.random_covariance.to_numpy(), fit.residual_variance, errors)
    raise ModelRefused(
        f"The rows of a {type(fit).__name__} cannot be taken apart into independent units.",
        "Use a fit of fit_mixed_model.",
    )


def random_design_of(fit: FittedModel) -> Design:
    """The columns of Z of a fit; none where the model has no random effects."""
    if not isinstance(fit, MixedModelFit):
        return Design("", (), (), (), {}, {}, {})
    return build_design(parse_random_formula(fit.random_formula), fit.random_formula, {})
