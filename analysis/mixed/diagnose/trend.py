"""Residuals against something: whether a straight line, or the model, misses a bend."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..columns import as_numbers, require_columns
from ..fitted_model import LEVEL, FittedModel, critical_value
from ..refusal import ModelRefused
from ..source_rows import frame_of
from .residuals import KINDS, residual_frame
from .units import units_of
from .whitened import whiten

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

BINS = 12  # enough to see a bend, few enough for steady means


def residual_trend(
    fit: FittedModel,
    against: str = "fitted_population",
    kind: str = "standardised",
    bins: int = BINS,
    source: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Mean residual along the fitted values or a numeric column. One row per bin, in increasing order.

    ``against``: "fitted_population", "fitted_patient" or a column of the frame such as the number of sessions; a
    column with no more than ``bins`` distinct values has a bin for each, otherwise bins hold about equally many rows.
    ``kind`` as the columns of ``residuals``. Columns ``x_low``, ``x_high``, ``x_mean``, ``n_rows``, ``n_patients``,
    ``mean``, ``sd`` and the 95 % interval ``ci_low``, ``ci_high`` of the mean, whose standard error sums residuals
    by patient first, so that rows of a patient may go together; missing where a bin holds one patient.
    ``.attrs["n_missing"]`` counts rows without a value of ``against``.

    A right model has means around zero in every bin. Raises ModelRefused for unknown columns and kinds, and as
    ``residuals`` does.
    """
    data = frame_of(fit, source, "source=data")
    units = units_of(fit, data)
    table = residual_frame(fit, whiten(fit, units))
    if kind not in KINDS or kind not in table:
        known = ", ".join(f"'{name}'" for name in KINDS if name in table)
        raise ModelRefused(f"This fit has no '{kind}' residuals.", f"Use one of: {known}.")
    if against in ("fitted_population", "fitted_patient") and against in table:
        x = table[against].to_numpy()
    else:
        require_columns(data, [against], "the horizontal axis")
        x = as_numbers(data[against], against)[units.place]
    there = ~np.isnan(x)
    if not there.any():
        raise ModelRefused(f"Column '{against}' is missing in every row of the fit.", "Choose another column.")
    result = _binned(x[there], table[kind].to_numpy()[there], units.patient[there], bins)
    result.attrs.update(n_missing=int((~there).sum()), against=against, kind=kind)
    return result


def _binned(x: FloatArray, residual: FloatArray, patient: IntArray, bins: int) -> pd.DataFrame:
    code = _bin_of(x, bins)
    rows = pd.DataFrame({"bin": code, "x": x, "residual": residual, "patient": patient})
    by_bin = rows.groupby("bin")
    table = by_bin.agg(
        x_low=("x", "min"), x_high=("x", "max"), x_mean=("x", "mean"), n_rows=("x", "size"),
        n_patients=("patient", "nunique"), mean=("residual", "mean"), sd=("residual", "std"),
    ).reset_index(drop=True)  # fmt: skip
    rows["gap"] = rows["residual"] - table["mean"].to_numpy()[code]
    by_patient = rows.groupby(["bin", "patient"])["gap"].sum()
    squares = (by_patient**2).groupby("bin").sum().to_numpy()
    m = table["n_patients"].to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(squares * m / (m - 1.0)) / table["n_rows"].to_numpy()
    half = np.where(m > 1.0, critical_value(LEVEL, np.maximum(m - 1.0, 1.0)) * error, np.nan)
    return table.assign(ci_low=table["mean"] - half, ci_high=table["mean"] + half)


def _bin_of(x: FloatArray, bins: int) -> IntArray:
    """A bin per distinct value when there are few, else by quantiles; numbered from 0 without gaps."""
    values = np.unique(x)
    if len(values) <= bins:
        return np.searchsorted(values, x)
    edges = np.unique(np.quantile(x, np.arange(1, bins) / bins))
    return np.unique(np.searchsorted(edges, x, side="left"), return_inverse=True)[1]
