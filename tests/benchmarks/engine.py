"""The engine alone over sizes and schedules, held against what is feasible in numpy and against other packages.

"Feasible" are seconds measured when the engine was planned, of design + cross-products + fit and of a refit of a
random half, for complete scheduled visits; the engine is held to 1.5 times those.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.mixed import MixedModelFit, prepare_mixed_model

from .fits import (
    FORMULA,
    OURS_EACH_ROUND,
    OURS_REPEATS,
    RANDOM,
    SEED,
    VISITS,
    ours,
    study_rows,
    with_lme4,
    with_mixedlm_rs,
    with_statsmodels,
)
from .timing import Measured, in_words, median_seconds, medians_in_one_run, times

SIZES = (1_000, 10_000, 100_000)
LARGE = 100_000  # lme4 takes 10 s there and statsmodels 3 min
FEASIBLE_FIT = {1_000: 0.004, 10_000: 0.018, 100_000: 0.135}
FEASIBLE_REFIT = {1_000: 0.0012, 10_000: 0.005, 100_000: 0.044}
WITHIN = 1.5
MISSING = 0.3


def complete(patients: int) -> pd.DataFrame:
    """Eight scheduled visits, all attended."""
    return study_rows(patients, np.random.default_rng(SEED))


def some_missing(patients: int) -> pd.DataFrame:
    """Three visits in ten did not take place, completely at random."""
    rows = complete(patients)
    return rows[np.random.default_rng(SEED + 1).random(len(rows)) >= MISSING].reset_index(drop=True)


def irregular(patients: int) -> pd.DataFrame:
    """Every visit on a day of its own: no two patients share a schedule."""
    rows = complete(patients)
    off = np.random.default_rng(SEED + 2).uniform(-0.4, 0.4, len(rows))
    return rows.assign(weeks=rows["weeks"] + off)


SCHEDULES: dict[str, Callable[[int], pd.DataFrame]] = {
    "complete": complete,
    "30 % missing": some_missing,
    "irregular": irregular,
}


def _against_feasible(what: str, seconds: float, feasible: float, same: str = "") -> Measured:
    return Measured(
        what=what,
        ours=in_words(seconds),
        other=f"feasible {in_words(feasible)}",
        ratio=f"{seconds / feasible:.2f} of it",
        bar=f"at most {WITHIN}",
        same_optimum=same,
    )


def _refit(rows: pd.DataFrame, patients: int) -> tuple[float, float]:
    """Median seconds to refit a random half, warm from everyone's fit, and its -2logL over that of its rows alone."""
    half = np.random.default_rng(SEED).permutation(patients)[: patients // 2]
    model = prepare_mixed_model(FORMULA, rows, groups="patient_id", random=RANDOM)
    everyone = model.fit()
    seconds, refit = median_seconds(lambda: model.fit(patients=half, start=everyone), OURS_REPEATS)
    return seconds, refit.neg2loglik - ours(rows[rows["patient_id"].isin(half)]).neg2loglik


def against_feasible(patients: int) -> list[Measured]:
    """Per schedule: prepare + fit of everyone, and the refit of a random half."""
    found = []
    for schedule, draw in SCHEDULES.items():
        rows = draw(patients)
        ours(rows)
        seconds, _ = median_seconds(lambda rows=rows: ours(rows), OURS_REPEATS)
        refit_seconds, same = _refit(rows, patients)
        named = f"{patients:,} patients, {schedule}"
        if patients in FEASIBLE_FIT:
            fit_bar, refit_bar = FEASIBLE_FIT[patients], FEASIBLE_REFIT[patients]
            found.append(_against_feasible(f"prepare + fit, {named}", seconds, fit_bar))
            found.append(
                _against_feasible(f"refit of a random half, {named}", refit_seconds, refit_bar, f"{same:+.1e}")
            )
        else:
            found.append(Measured(f"prepare + fit, {named}", in_words(seconds), "", ""))
            found.append(
                Measured(f"refit of a random half, {named}", in_words(refit_seconds), "", "", "", f"{same:+.1e}")
            )
    return found


def _row(what: str, our_seconds: float, fit: MixedModelFit, name: str, seconds: float, other: float) -> Measured:
    same = f"{other - fit.neg2loglik:+.1e}"
    return Measured(what, in_words(our_seconds), f"{name} {in_words(seconds)}", times(seconds, our_seconds), "", same)


def against_packages(patients: int, schedule: str, statsmodels: bool) -> list[Measured]:
    """The same rows in mixedlm-rs and lme4, and in statsmodels where that is asked for: each in turns with ours."""
    rows = SCHEDULES[schedule](patients)
    ours(rows)
    what = f"prepare + fit, {patients:,} patients, {schedule}"
    repeats = 1 if patients >= LARGE else 3
    packages = {"mixedlm-rs": with_mixedlm_rs} | ({"statsmodels": with_statsmodels} if statsmodels else {})
    found = []
    for name, work in packages.items():
        our_seconds, fit, seconds, other = medians_in_one_run(
            lambda: ours(rows), lambda work=work: work(rows), repeats, OURS_EACH_ROUND
        )
        found.append(_row(what, our_seconds, fit, name, seconds, other))
    lme4 = with_lme4(rows, repeats)
    our_seconds, fit = median_seconds(lambda: ours(rows), OURS_REPEATS)
    if lme4 is None:
        return [*found, Measured(what, in_words(our_seconds), "lme4: R with lme4 is not installed here", "")]
    return [*found, _row(what, our_seconds, fit, "lme4", *lme4)]


def visits_note() -> str:
    """What the tables are about, for the line above them."""
    return f"`{FORMULA}`, random `{RANDOM}`, REML, {VISITS} scheduled visits a patient"
