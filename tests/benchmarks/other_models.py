"""Patients in clinics against lme4, an MMRM against nlme::gls, Kenward-Roger against pbkrtest."""

import numpy as np
import pandas as pd

from analysis.mixed import FittedModel, fit_mixed_model, fit_mmrm

from .engine import some_missing
from .fits import FORMULA, LME4_FORMULA, OURS_REPEATS, RANDOM, SEED, study_rows
from .in_r import GLS, KENWARD_ROGER, LME4, timed_in_r
from .timing import Measured, in_words, median_seconds, times

PATIENTS_PER_CLINIC = 50
VISIT_CORRELATION = 0.6  # of neighbouring visits, falling as a power
VISIT_SD = 3.0
ATTENDED = 0.85


def _against_r(what: str, seconds: float, fit: FittedModel, package: str, in_r: tuple[float, float] | None) -> Measured:
    if in_r is None:
        return Measured(what, in_words(seconds), f"{package}: R with {package} is not installed here", "")
    their_seconds, neg2loglik = in_r
    same = f"{neg2loglik - fit.neg2loglik:+.1e}"
    return Measured(
        what, in_words(seconds), f"{package} {in_words(their_seconds)}", times(their_seconds, seconds), "", same
    )


def nested_clinics(patients: int, repeats: int = 3) -> Measured:
    """Random intercept and slope of patients and a random intercept of clinics of about 50."""
    rows = study_rows(patients, np.random.default_rng(SEED))
    draws = np.random.default_rng(SEED + 3)
    clinics = max(4, patients // PATIENTS_PER_CLINIC)
    clinic = draws.integers(0, clinics, patients)[rows["patient_id"]]
    rows = rows.assign(clinic_id=clinic, change=rows["change"] + draws.normal(0, 1.2, clinics)[clinic])
    seconds, fit = median_seconds(
        lambda: fit_mixed_model(FORMULA, data=rows, groups="patient_id", random=RANDOM, nested_in="clinic_id"),
        OURS_REPEATS,
    )
    in_r = timed_in_r(LME4, rows, f"{LME4_FORMULA} + (1 | clinic_id)", repeats)
    return _against_r(f"prepare + fit, {patients:,} patients in {clinics} clinics", seconds, fit, "lme4", in_r)


def visit_rows(patients: int, visits: int) -> pd.DataFrame:
    """One row per patient and visit attended: two routes, a correlation that falls with the visits between."""
    draws = np.random.default_rng(SEED)
    lags = np.abs(np.subtract.outer(np.arange(visits), np.arange(visits)))
    own = draws.multivariate_normal(np.zeros(visits), VISIT_SD**2 * VISIT_CORRELATION**lags, patients)
    iv, baseline = draws.integers(0, 2, patients), draws.normal(0, 4, patients)
    change = own - 0.3 * baseline[:, None] - 0.4 * np.outer(1 + 0.3 * iv, np.arange(visits))
    patient, visit = np.nonzero(draws.random((patients, visits)) < ATTENDED)
    return pd.DataFrame(
        {
            "patient_id": patient,
            "visit": np.char.add("v", np.char.zfill(visit.astype(str), 2)),
            "position": visit + 1,
            "route": np.take(["IM", "IV"], iv[patient]),
            "baseline": baseline[patient],
            "change": change[patient, visit],
        }
    )


def mmrm(patients: int, visits: int) -> Measured:
    """Unstructured covariance of the visits, REML; gls is the nearest that base R has."""
    rows, formula = visit_rows(patients, visits), "change ~ route * visit + baseline"
    seconds, fit = median_seconds(
        lambda: fit_mmrm(formula, data=rows, subject="patient_id", visit="visit", covariance="unstructured"),
        OURS_REPEATS,
    )
    in_r = timed_in_r(GLS, rows, formula, repeats=1)
    return _against_r(f"MMRM, {patients:,} patients, {visits} visits, unstructured", seconds, fit, "nlme::gls", in_r)


def kenward_roger(patients: int) -> Measured:
    """Fit with adjusted standard errors and df of every coefficient, 30 % of the visits missing."""
    rows = some_missing(patients)
    seconds, fit = median_seconds(
        lambda: fit_mixed_model(FORMULA, data=rows, groups="patient_id", random=RANDOM, df="kenward-roger"),
        OURS_REPEATS,
    )
    in_r = timed_in_r(KENWARD_ROGER, rows, LME4_FORMULA, repeats=1)
    return _against_r(
        f"fit with Kenward-Roger, {patients:,} patients, {len(rows):,} rows", seconds, fit, "pbkrtest", in_r
    )
