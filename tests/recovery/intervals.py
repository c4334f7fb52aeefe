"""Coverage of 95 % intervals by normal, Satterthwaite and Kenward-Roger inference, and bias, by study size.

`python -m tests.recovery intervals [--studies 1000]` prints the tables. Each study is fitted twice, since the normal
interval is Satterthwaite's standard error with 1.96; all three are counted on the same studies.
"""

import numpy as np
import pandas as pd

from analysis.mixed import FittedModel, MMRMFit, ModelRefused

from .interval_studies import KnownModel

SEED = 31_000
NOMINAL = 0.95
NORMAL_95 = 1.959963984540054
INTERVALS = ("normal", "satterthwaite", "kenward-roger")
SIZES = (24, 80, 400)
EVERY = "every coefficient"


def _interval_rows(fits: dict[str, FittedModel], model: KnownModel) -> pd.DataFrame:
    """One row per coefficient and kind of interval."""
    tables = []
    for intervals in INTERVALS:
        effects = fits["satterthwaite" if intervals == "normal" else intervals].fixed_effects
        if intervals == "normal":
            half = NORMAL_95 * effects["std_error"]
            effects = effects.assign(ci_low=effects["estimate"] - half, ci_high=effects["estimate"] + half)
        columns = effects[["estimate", "std_error", "ci_low", "ci_high"]]
        tables.append(columns.assign(intervals=intervals, truth=pd.Series(model.fixed)))
    found = pd.concat(tables).rename_axis("quantity").reset_index()
    if found["truth"].isna().any() or len(tables[0]) != len(model.fixed):
        raise ValueError(f"the terms of the fit are not those of the truth: {sorted(tables[0].index)}")
    return found


def _variance_rows(fit: FittedModel, model: KnownModel) -> pd.DataFrame:
    estimates = model.estimated_variances(fit)
    return pd.DataFrame(
        {
            "quantity": list(model.variances),
            "truth": list(model.variances.values()),
            "estimate": [estimates[name] for name in model.variances],
            "intervals": "none",
        }
    )


def _one_study(model: KnownModel, patients: int, study: int) -> pd.DataFrame:
    rows = model.draw(patients, np.random.default_rng((SEED, patients, study)))
    try:
        fits = {df: model.fit(rows, df) for df in INTERVALS[1:]}
    except ModelRefused as refused:
        return pd.DataFrame({"quantity": ["refused"], "study": study, "reason": refused.reason})
    found = pd.concat([_interval_rows(fits, model), _variance_rows(fits["satterthwaite"], model)])
    fit = fits["satterthwaite"]
    return found.assign(
        study=study,
        singular=fit.status == "singular",
        without_kenward_roger=fits["kenward-roger"].df_method != "kenward-roger",
        simpler_covariance=isinstance(fit, MMRMFit) and fit.covariance != fit.asked_structure,
    )


def recovered_intervals(model: KnownModel, patients: int, studies: int) -> pd.DataFrame:
    """One row per study, quantity and kind of interval: truth, estimate, standard error and limits.

    A variance parameter has an estimate and no interval; a refused study is one row with its reason.
    """
    found = pd.concat([_one_study(model, patients, study) for study in range(studies)], ignore_index=True)
    return found.assign(patients=patients, model=model.name)


def coverage(found: pd.DataFrame) -> pd.DataFrame:
    """One row per kind of interval and coefficient, and of all together: share that holds the truth, and its error.

    The Monte Carlo error of one coefficient is binomial at 95 %; coefficients of one study share its data, so that of
    all together comes from the spread between studies.
    """
    counted = found[found["intervals"].isin(INTERVALS)]
    held = (counted["ci_low"] <= counted["truth"]) & (counted["truth"] <= counted["ci_high"])
    counted = counted.assign(held=held.astype(float))
    rows = []
    for intervals, kind in counted.groupby("intervals", sort=False):
        for quantity, one in kind.groupby("quantity", sort=False):
            rows.append((intervals, quantity, one["held"].mean(), np.sqrt(NOMINAL * (1 - NOMINAL) / len(one))))
        by_study = kind.groupby("study")["held"].mean()
        rows.append((intervals, EVERY, by_study.mean(), by_study.std() / np.sqrt(len(by_study))))
    return pd.DataFrame(rows, columns=["intervals", "quantity", "coverage", "mc_error"]).set_index(
        ["intervals", "quantity"]
    )


def bias(found: pd.DataFrame) -> pd.DataFrame:
    """One row per coefficient and variance parameter: truth, mean error of the estimate and its Monte Carlo error."""
    counted = found[found["intervals"].isin(["none", "satterthwaite"])]
    error = (counted["estimate"] - counted["truth"]).groupby(counted["quantity"], sort=False)
    return pd.DataFrame(
        {
            "truth": counted.groupby("quantity", sort=False)["truth"].first(),
            "bias": error.mean(),
            "mc_error": error.std() / np.sqrt(error.count()),
        }
    )
