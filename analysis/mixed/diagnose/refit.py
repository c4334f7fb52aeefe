"""Leaving a patient out and fitting again: the variance parameters move too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ..fit import MixedModelFit
from ..fitted_model import FittedModel
from ..model import prepare_mixed_model
from ..nested.fit import NestedMixedModelFit
from ..prepared import PreparedModel
from ..refusal import ModelRefused
from ..source_rows import frame_of
from .units import units_of
from .whitened import whiten


def refit_without(fit: FittedModel, patients: Iterable[Any], source: pd.DataFrame | None = None) -> pd.DataFrame:
    """Fit again without each of some patients, such as the most influential. One row per patient left out.

    ``status`` ("converged", "singular" or "refused"); ``cooks_distance`` as in ``influence`` but of the refitted
    estimates; ``residual_variance`` and ``variance <random term>`` in squared units of the outcome; and one column
    per term. A refused refit has no numbers, as has a term that vanished; ``.attrs["n_refused"]`` counts the former.

    The rows are read once; each refit takes per-patient sums and starts at the fit. Raises ModelRefused for a
    patient the fit does not have, for an MMRM or residuals that are neither independent nor alike, and as
    ``residuals`` does.
    """
    data = frame_of(fit, source, "source=data")
    asked = pd.Index(list(patients)).unique()
    strangers = int((~asked.isin(fit.patients)).sum())
    if strangers:
        raise ModelRefused(
            f"{strangers} of the {len(asked)} patients to leave out are not in this fit.",
            "Name patients of fit.patients.",
        )
    mixed = _with_patient_sums(fit)
    root = whiten(mixed, units_of(mixed, data)).root
    model = _prepared(mixed, data)
    found = [_without(mixed, model.fit, patient, root) for patient in asked]
    table = pd.DataFrame(found, index=pd.Index(asked, name=fit.groups))
    table.attrs["n_refused"] = int((table["status"] == "refused").sum())
    return table


def _with_patient_sums(fit: FittedModel) -> MixedModelFit:
    if not isinstance(fit, MixedModelFit):
        raise ModelRefused(
            "Each refit would have to find the covariance of the visits again, which per-patient sums cannot do.",
            "Use influence, which keeps it as it is, or fit_mmrm on the rows without the patient.",
        )
    if fit.residual_structure.n_parameters:
        raise ModelRefused(
            "Each refit would have to find the residual structure again, which per-patient sums cannot do.",
            "Use influence, which keeps it as it is, or fit_mixed_model on the rows without the patient.",
        )
    return fit


def _prepared(fit: MixedModelFit, data: pd.DataFrame) -> PreparedModel:
    nested_in, nested_random = None, "1"
    if isinstance(fit, NestedMixedModelFit):
        nested_in, nested_random = fit.nested_in, fit.nested_random_formula
    return prepare_mixed_model(
        fit.formula, data, fit.groups, fit.random_formula, fit.correlated, fit.method, df="normal",
        nested_in=nested_in, nested_random=nested_random, weights=fit.residual_structure.weights,
    )  # fmt: skip


def _without(fit: MixedModelFit, refit: Any, patient: Any, root: np.ndarray[Any, Any]) -> dict[str, Any]:
    variances = [f"variance {name}" for name in fit.random_names]
    try:
        again: MixedModelFit = refit(patients=fit.patients[fit.patients != patient], start=fit)
    except ModelRefused:
        blank = dict.fromkeys(["cooks_distance", "residual_variance", *variances, *fit.terms], float("nan"))
        return {"status": "refused", **blank}
    estimates = pd.Series(again.coefficients, index=list(again.terms)).reindex(list(fit.terms)).to_numpy()
    moved = root @ (fit.coefficients - estimates)
    return {
        "status": again.status,
        "cooks_distance": float(moved @ moved) / len(estimates),
        "residual_variance": again.residual_variance,
        **dict(zip(variances, np.diag(again.random_covariance), strict=True)),
        **dict(zip(fit.terms, estimates, strict=True)),
    }
