"""Leaving a patient out and fitting again: the variance parameters move too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ..fit import MixedModelFit
from ..model import prepare_mixed_model
from ..refusal import ModelRefused
from ..source_rows import frame_of
from .units import units_of
from .whitened import whiten


def refit_without(fit: MixedModelFit, patients: Iterable[Any], source: pd.DataFrame | None = None) -> pd.DataFrame:
    """Fit again without each of some patients, such as the most influential. One row per patient left out.

    ``status`` ("converged", "singular" or "refused"); ``cooks_distance`` as in ``influence`` but of the refitted
    estimates; ``residual_variance`` and ``variance <random term>`` in squared units of the outcome; and one column
    per term. A refused refit has no numbers, as has a term that vanished; ``.attrs["n_refused"]`` counts the former.

    The rows are read once; each refit takes per-patient sums and starts at the fit. Raises ModelRefused for a
    patient the fit does not have, and as ``residuals`` does.
    """
    data = frame_of(fit, source, "source=data")
    asked = pd.Index(list(patients)).unique()
    strangers = int((~asked.isin(fit.patients)).sum())
    if strangers:
        raise ModelRefused(
            f"{strangers} of the {len(asked)} patients to leave out are not in this fit.",
            "Name patients of fit.patients.",
        )
    structure = fit.residual_structure
    if structure.n_parameters:
        raise ModelRefused(
            "Each refit would have to find the residual structure again, which per-patient sums cannot do.",
            "Use influence, which keeps it as it is, or fit_mixed_model on the rows without the patient.",
        )
    root = whiten(fit, units_of(fit, data)).root
    model = prepare_mixed_model(
        fit.formula, data, fit.groups, fit.random_formula, fit.correlated, fit.method, df="normal",
        weights=structure.weights,
    )  # fmt: skip
    found = [_without(fit, model.fit, patient, root) for patient in asked]
    table = pd.DataFrame(found, index=pd.Index(asked, name=fit.groups))
    table.attrs["n_refused"] = int((table["status"] == "refused").sum())
    return table


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
