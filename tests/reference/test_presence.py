"""The estimating equation for suicidal thoughts against geepack, and against statsmodels on the same rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.outcomes.attrition import Followed
from analysis.outcomes.suicidality import presence

from .reference_cases import CASES, reference

ITERATED = 1e-7  # geepack and statsmodels iterate to their answer; the closed form needs no iteration
Z = 1.959963984540054


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return pd.read_csv(CASES / "presence" / "data.csv")


@pytest.fixture(scope="module")
def ours(rows: pd.DataFrame) -> pd.DataFrame:
    wide = rows.pivot_table(index="patient", columns="time", values="present", dropna=False)
    times = reference("presence")["times"]
    score = {name: wide[name].to_numpy() for name in times[1:]}
    nobody = np.zeros(len(wide))
    followed = Followed(pd.DataFrame(), wide["baseline"].to_numpy(), nobody > 0, nobody, nobody, score, {})
    return presence(followed, tuple(times[1:]))


def test_the_shares_and_their_intervals_are_those_of_geepack(ours: pd.DataFrame) -> None:
    theirs = reference("presence")
    log_odds, std_error = np.array(theirs["log_odds"]), np.array(theirs["log_odds_se"])
    assert ours["share"].to_numpy() == pytest.approx(1 / (1 + np.exp(-log_odds)), abs=ITERATED)
    assert ours["ci_low"].to_numpy() == pytest.approx(1 / (1 + np.exp(Z * std_error - log_odds)), abs=ITERATED)
    assert ours["ci_high"].to_numpy() == pytest.approx(1 / (1 + np.exp(-Z * std_error - log_odds)), abs=ITERATED)


def test_the_odds_against_baseline_and_their_intervals_are_those_of_geepack(ours: pd.DataFrame) -> None:
    theirs = reference("presence")
    ratio, std_error = np.array(theirs["log_odds_ratio"]), np.array(theirs["log_odds_ratio_se"])
    assert np.log(ours["odds_ratio"].to_numpy()[1:]) == pytest.approx(ratio, abs=ITERATED)
    assert np.log(ours["odds_low"].to_numpy()[1:]) == pytest.approx(ratio - Z * std_error, abs=ITERATED)
    assert np.log(ours["odds_high"].to_numpy()[1:]) == pytest.approx(ratio + Z * std_error, abs=ITERATED)


def test_statsmodels_gives_the_same(rows: pd.DataFrame, ours: pd.DataFrame) -> None:
    known = rows.dropna()
    times = reference("presence")["times"]
    design = np.column_stack([(known["time"] == name).to_numpy(dtype=float) for name in times])
    fit = sm.GEE(
        known["present"].to_numpy(),
        design,
        groups=known["patient"].to_numpy(),
        family=sm.families.Binomial(),
        cov_struct=sm.cov_struct.Independence(),
    ).fit(ctol=1e-10)
    low = 1 / (1 + np.exp(-np.asarray(fit.conf_int())[:, 0]))
    assert ours["ci_low"].to_numpy() == pytest.approx(low, abs=ITERATED)
