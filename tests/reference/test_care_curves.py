"""Staying in treatment and the association with integration against R: survival and sandwich (r/care_curves.R)."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from analysis.outcomes.care.integration_change import association
from analysis.outcomes.care.staying import staying_curve

from .reference_cases import CASES

FOLDER = CASES / "care_curves"
REFERENCE = json.loads((FOLDER / "reference.json").read_text())
SAME = 1e-9  # relative: sums and logarithms of the same numbers


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "data.csv")


def test_staying_in_treatment_is_survfit_s_curve_with_log_log_intervals(people: pd.DataFrame) -> None:
    of_r = REFERENCE["staying"]
    curve = staying_curve(people["sessions"].to_numpy(), people["stopped"].to_numpy() == 1)
    assert curve["sessions"].tolist() == of_r["sessions"]
    assert curve["share"].to_numpy() == pytest.approx(np.array(of_r["share"], dtype=float), rel=SAME)
    below_one = curve["share"] < 1
    for ours, theirs in (("ci_low", "low"), ("ci_high", "high")):
        wanted = np.array(of_r[theirs], dtype=float)[below_one]
        assert curve.loc[below_one, ours].to_numpy() == pytest.approx(wanted, rel=SAME)


def test_the_association_with_integration_is_lm_with_hc3(people: pd.DataFrame) -> None:
    found, of_r = association(people, "PHQ-9"), REFERENCE["association"]
    assert (found.estimate, found.ci_low, found.ci_high) == pytest.approx(
        (of_r["estimate"], of_r["low"], of_r["high"]), rel=SAME
    )
