"""The engine against statsmodels, mixedlm-rs and lme4 on the same rows, and a refit against a fit from scratch."""

import warnings

import mixedlm_rs
import numpy as np
import pandas as pd
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from analysis.mixed import MixedModelFit, fit_mixed_model, prepare_mixed_model

from .in_r import LME4, timed_in_r
from .timing import Measured, in_words, median_seconds, medians_in_one_run, times

FORMULA = "change ~ weeks * route + baseline"
RANDOM = "1 + weeks"
LME4_FORMULA = "change ~ weeks * route + baseline + (1 + weeks | patient_id)"
VISITS = 8
SEED = 7
OURS_REPEATS = 15
OURS_EACH_ROUND = 5
BARS = {
    (1_000, "statsmodels"): "200x",
    (10_000, "statsmodels"): "500x",
    (10_000, "lme4"): "25x",
    (10_000, "mixedlm-rs"): "5x",
}
REFIT_BAR = "at most 0.4"


def study_rows(patients: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row per patient and visit: 8 scheduled visits, three routes, random intercept and slope."""
    route = rng.choice(["IM", "IV", "SL"], patients)
    baseline = np.round(rng.normal(17, 4, patients))
    deviations = rng.multivariate_normal((0, 0), ((9.0, -0.3), (-0.3, 0.25)), patients)
    patient = np.repeat(np.arange(patients), VISITS)
    weeks = np.tile(np.arange(VISITS, dtype=float), patients)
    slope = -0.6 - 0.2 * (route == "IV") + deviations[:, 1]
    change = (
        -2
        - 0.3 * (baseline - 17)[patient]
        + deviations[patient, 0]
        + slope[patient] * weeks
        + rng.normal(0, 2.5, len(patient))
    )
    return pd.DataFrame(
        {
            "patient_id": patient,
            "weeks": weeks,
            "route": route[patient],
            "baseline": baseline[patient],
            "change": change,
        }
    )


def ours(rows: pd.DataFrame) -> MixedModelFit:
    return fit_mixed_model(FORMULA, data=rows, groups="patient_id", random=RANDOM)


def with_statsmodels(rows: pd.DataFrame) -> float:
    """-2logL that statsmodels stops at, formula included."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit = MixedLM.from_formula(FORMULA, rows, groups="patient_id", re_formula="~weeks").fit(reml=True)
    return -2 * float(fit.llf)


def with_mixedlm_rs(rows: pd.DataFrame) -> float:
    """-2logL of mixedlm-rs, formula included."""
    fit = mixedlm_rs.mixedlm(FORMULA, rows, groups="patient_id", re_formula="~weeks").fit(reml=True)
    return -2 * float(fit.llf)


def with_lme4(rows: pd.DataFrame, repeats: int) -> tuple[float, float] | None:
    """Median seconds inside R and -2logL; None where R with lme4 is not installed."""
    return timed_in_r(LME4, rows, LME4_FORMULA, repeats)


def _compared(
    patients: int, name: str, our_seconds: float, fit: MixedModelFit, seconds: float, other: float
) -> Measured:
    return Measured(
        what=f"prepare + fit, {patients:,} patients x {VISITS} visits",
        ours=in_words(our_seconds),
        other=f"{name} {in_words(seconds)}",
        ratio=times(seconds, our_seconds),
        bar=BARS.get((patients, name), ""),
        same_optimum=f"{other - fit.neg2loglik:+.1e}",
    )


def against_others(patients: int, statsmodels_repeats: int = 1, other_repeats: int = 5) -> list[Measured]:
    """One row per package, each in turns with this project on the same rows (lme4 in its own process)."""
    rows = study_rows(patients, np.random.default_rng(SEED))
    ours(rows)
    found = []
    for name, work, repeats in (
        ("statsmodels", with_statsmodels, statsmodels_repeats),
        ("mixedlm-rs", with_mixedlm_rs, other_repeats),
    ):
        our_seconds, fit, seconds, neg2loglik = medians_in_one_run(
            lambda: ours(rows), lambda work=work: work(rows), repeats, OURS_EACH_ROUND
        )
        found.append(_compared(patients, name, our_seconds, fit, seconds, neg2loglik))
    lme4 = with_lme4(rows, other_repeats)
    our_seconds, fit = median_seconds(lambda: ours(rows), OURS_REPEATS)
    if lme4 is None:
        what, spent = found[0].what, in_words(our_seconds)
        return [*found, Measured(what, spent, "lme4: R with lme4 is not installed here", "")]
    return [*found, _compared(patients, "lme4", our_seconds, fit, *lme4)]


def refit_of_half(patients: int) -> Measured:
    """A random half of the patients from a prepared model, against preparing and fitting everyone."""
    rng = np.random.default_rng(SEED)
    rows = study_rows(patients, rng)
    half = rng.permutation(patients)[: patients // 2]
    model = prepare_mixed_model(FORMULA, rows, groups="patient_id", random=RANDOM)
    everyone = model.fit()
    refit_seconds, refit, full_seconds, _ = medians_in_one_run(
        lambda: model.fit(patients=half, start=everyone), lambda: ours(rows), OURS_REPEATS, ours_each_round=1
    )
    from_scratch = ours(rows[rows["patient_id"].isin(half)])
    return Measured(
        what=f"refit of a random half of {patients:,} patients",
        ours=in_words(refit_seconds),
        other=f"prepare + fit of all {in_words(full_seconds)}",
        ratio=f"{refit_seconds / full_seconds:.2f}",
        bar=REFIT_BAR,
        same_optimum=f"{refit.neg2loglik - from_scratch.neg2loglik:+.1e}",
    )
