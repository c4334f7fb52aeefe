"""Fit the headline model to simulated studies and count how often its 95 % intervals hold the truth.

`python -m tests.recovery [studies]` prints the table.
"""

from itertools import combinations

import numpy as np
import pandas as pd

from analysis.mixed import contrasts, fit_mixed_model, marginal_means

from .simulated_studies import FORMULA, KNOT, RANDOM, ROUTES, Truth, simulate

SEED = 20260
NOMINAL = 0.95


def _quantity_rows(
    study: int, kind: str, names: list[str], truth: list[float], intervals: pd.DataFrame
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "study": study,
            "kind": kind,
            "quantity": names,
            "truth": truth,
            "estimate": intervals["estimate"].to_numpy(),
            "std_error": intervals["std_error"].to_numpy(),
            "ci_low": intervals["ci_low"].to_numpy(),
            "ci_high": intervals["ci_high"].to_numpy(),
        }
    )


def _one_study(study: int, truth: Truth) -> pd.DataFrame:
    rows = simulate(np.random.default_rng((SEED, study)), truth)
    fit = fit_mixed_model(FORMULA, data=rows, groups="patient_id", random=RANDOM)
    at = {"sessions_so_far": [KNOT]}
    means = marginal_means(fit, by=["route"], at=at).set_index("route").loc[list(ROUTES)]
    differences = contrasts(fit, by="route", at=at, adjust="none").set_index(["first", "second"])
    pairs = list(combinations(ROUTES, 2))
    true_change = truth.adjusted_change(rows, KNOT)
    raw = rows[rows["sessions_so_far"] == KNOT].groupby("route")["change"].mean()
    found = pd.concat(
        [
            _quantity_rows(study, "change", list(ROUTES), [true_change[route] for route in ROUTES], means),
            _quantity_rows(
                study,
                "difference",
                [f"{first} - {second}" for first, second in pairs],
                [true_change[first] - true_change[second] for first, second in pairs],
                differences.loc[pairs],
            ),
        ]
    )
    return found.assign(
        singular=fit.status == "singular", still_assessed_mean=found["quantity"].map(raw).to_numpy(dtype=float)
    )


def recovered(studies: int, truth: Truth | None = None) -> pd.DataFrame:
    """One row per study and quantity: truth, estimate, standard error and interval at session six."""
    return pd.concat([_one_study(study, truth or Truth()) for study in range(studies)], ignore_index=True)


def _summary_row(label: str, rows: pd.DataFrame) -> dict[str, object]:
    held = (rows["ci_low"] <= rows["truth"]) & (rows["truth"] <= rows["ci_high"])
    error = rows["estimate"] - rows["truth"]
    by_study = held.groupby(rows["study"]).mean()
    error_by_study = error.groupby(rows["study"]).mean()
    studies = len(by_study)
    # Quantities of one study share its data: the study is the unit of the Monte Carlo error. Under the nominal rate a
    # single quantity has the binomial error; an average over several has the spread seen between studies.
    single = len(rows) == studies
    coverage_error = np.sqrt(NOMINAL * (1 - NOMINAL) / studies) if single else by_study.std() / np.sqrt(studies)
    return {
        "quantity": label,
        "coverage": held.mean(),
        "coverage_mc_error": coverage_error,
        "bias": error.mean(),
        "bias_mc_error": error_by_study.std() / np.sqrt(studies),
        "mean_std_error": np.sqrt((rows["std_error"] ** 2).mean()),
        "empirical_sd": np.sqrt(((error - error.groupby(rows["quantity"]).transform("mean")) ** 2).mean()),
    }


def summarise(found: pd.DataFrame) -> pd.DataFrame:
    """One row per quantity, then all changes, all differences: coverage and bias with their Monte Carlo errors."""
    quantities = [_summary_row(name, rows) for name, rows in found.groupby("quantity", sort=False)]
    pooled = [_summary_row(f"every {kind}", rows) for kind, rows in found.groupby("kind", sort=False)]
    return pd.DataFrame([*quantities, *pooled]).set_index("quantity")
