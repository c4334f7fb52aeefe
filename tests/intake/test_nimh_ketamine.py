"""Real data: a mapping turns two files of the NIMH ketamine study into a study whose model R has solved.

The data are OpenNeuro ds005917 (CC0); the test runs where they are.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.intake import read_study
from analysis.study import Study, outcome_rows

MAPPING = Path(__file__).with_name("nimh_ketamine.toml")
# From R 4 with lme4 1.1-31 and lmerTest (REML, Satterthwaite), printed to four decimals (df to one).
PUBLISHED = pd.DataFrame(
    {
        "estimate": [18.8727, -7.1089, 2.6487, 0.3592, 2.4786],
        "std_error": [8.9039, 1.6292, 1.6325, 0.2644, 2.3036],
        "df": [25.9, 71.1, 70.4, 25.0, 70.5],
    },
    index=["Intercept", "drug", "late", "baseline", "drug:late"],
)
LAST_DIGIT = 0.00006  # half of the last printed digit, and a little
LAST_DIGIT_DF = 0.06


@pytest.fixture(scope="module")
def nimh(shared_folder: Path) -> Study:
    folder = shared_folder / "data" / "nimh_ketamine"
    if not folder.is_dir():
        pytest.skip(f"no NIMH ketamine data at {folder}")
    return read_study(folder, MAPPING)


def test_the_study_holds_the_patients_with_major_depression(nimh: Study) -> None:
    assert nimh.name == "NIMH ketamine mechanism-of-action study"
    assert len(nimh.patients) == 33
    assert set(nimh.patients["primary_diagnosis"]) == {"MDD"}
    assert nimh.sessions.groupby("patient_id").size().tolist() == [1] * 31
    assert set(nimh.assessments["instrument"]) == {"MADRS", "HAM-D17"}
    assert nimh.extra_columns["assessments"] == ("infusion",)


def test_scores_two_days_after_either_infusion_are_told_apart(nimh: Study) -> None:
    assert any("told apart by 'infusion'" in note for note in nimh.notes)
    madrs = nimh.assessments[nimh.assessments["instrument"] == "MADRS"]
    assert not madrs.duplicated(["patient_id", "day", "infusion"]).any()


def test_outcome_rows_are_the_105_rows_of_the_published_model(nimh: Study) -> None:
    rows = outcome_rows(nimh, "MADRS")
    assert len(rows) == 105
    assert rows["patient_id"].nunique() == 31
    assert set(rows["day"]) == {2, 10}


def test_the_mixed_model_agrees_with_r(nimh: Study) -> None:
    from analysis.mixed import fit_mixed_model

    rows = outcome_rows(nimh, "MADRS")
    rows = rows.assign(drug=(rows["infusion"] == "ketamine") * 1.0, late=(rows["day"] == 10) * 1.0)
    fit = fit_mixed_model("score ~ drug * late + baseline", data=rows, groups="patient_id", random="1")
    found = fit.fixed_effects.loc[PUBLISHED.index]
    assert (found[["estimate", "std_error"]] - PUBLISHED[["estimate", "std_error"]]).abs().max().max() < LAST_DIGIT
    assert (found["df"] - PUBLISHED["df"]).abs().max() < LAST_DIGIT_DF
    assert fit.residual_variance**0.5 == pytest.approx(5.8317, abs=LAST_DIGIT)
    assert fit.random_covariance.iloc[0, 0] ** 0.5 == pytest.approx(5.5329, abs=LAST_DIGIT)
