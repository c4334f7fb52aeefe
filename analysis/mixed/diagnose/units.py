"""The independent units of a fit: their rows, designs and covariances, whatever the model.

A unit is the smallest set of rows that the model has independent of all others: a patient, or a clinic. Everything
that looks at residuals, influence or prediction goes through these, so that it holds for every covariance the engine
can fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..columns import require_columns
from ..design import numeric_columns
from ..fitted_model import FittedModel
from ..formula import parse_model_formula
from ..mmrm.fit import MMRMFit
from ..nested.fit import NestedMixedModelFit
from ..source_rows import check_same_size, frame_of
from .covariances import Covariance
from .design_rows import matrix_of, read_design_rows
from .fit_covariance import covariance_of, errors_of, outer_design_of, outer_root_of, random_design_of

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
    effects). ``unit`` numbers the unit of each row into ``labels`` (patients, or clinics where patients are nested in
    them), ``patient`` the patient into ``patients``; ``place`` is the position of each row in the frame and ``index``
    its label there. ``covariance`` is that of a patient's rows given the clinic; ``outer`` (rows x effects) what the
    clinic adds to it: outer outer' over the rows of one unit.
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
    outer: FloatArray

    def batches(self) -> Iterator[Batch]:
        """All units, those with equally many rows together, in pieces that bound the memory. A clinic's dense
        covariance is as large as its rows squared."""
        for units, rows in batched_rows(self.unit, len(self.labels)):
            v = self.covariance.of(rows)
            if self.outer.shape[1]:
                who, outer = self.patient[rows], self.outer[rows]
                v = v * (who[:, :, None] == who[:, None, :]) + np.matmul(outer, outer.swapaxes(1, 2))
            yield Batch(units, rows, v)


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
    designs = [fit.design, random_design_of(fit), outer_design_of(fit)]
    outcome = parse_model_formula(fit.formula).outcome
    assert outcome is not None
    read = read_design_rows(designs, data, "this fit", outcome.variables)
    unit, labels, named = _units(fit, data, patient)
    place = np.flatnonzero(read.complete & (patient >= 0) & named)
    errors = errors_of(fit, data.iloc[place])
    if errors is not None:
        place = place[errors.complete]
    check_same_size(fit, len(place), len(np.unique(patient[place])))
    rows = read.taken(place)
    x, z, outer = (matrix_of(design, rows) for design in designs)
    return Units(
        x[:, list(fit.kept)], numeric_columns(outcome, rows.numbers)[0], z, unit[place], labels, patient[place],
        fit.patients, place, data.index[place], covariance_of(fit, data.iloc[place], z), outer @ outer_root_of(fit),
    )  # fmt: skip


def _units(
    fit: FittedModel, data: pd.DataFrame, patient: IntArray
) -> tuple[IntArray, pd.Index[Any], npt.NDArray[np.bool_]]:
    """The unit of every row, the labels of the units, and which rows name everything the model needs."""
    named = np.ones(len(data), dtype=bool)
    if isinstance(fit, NestedMixedModelFit):
        require_columns(data, [fit.nested_in], "this fit")
        clinic = fit.clinics.get_indexer(pd.Index(data[fit.nested_in]))
        return clinic, fit.clinics, clinic >= 0
    if isinstance(fit, MMRMFit):
        require_columns(data, [fit.visit], "this fit")
        named = data[fit.visit].notna().to_numpy()
    return patient, fit.patients, named
