"""The headline model, fitted to the committed sample study, finds the change it was simulated from."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.cohort import Cohort, select
from analysis.intake import read_study
from analysis.outcomes import ModelSpec, SymptomChange, prepare_symptom_change, symptom_change
from sample_data import DEFAULT_PATIENTS, write_study

NOMINAL = 0.95
MAIN_ROUTES = {"IV", "IM", "IN", "SL"}
MANY_STUDIES = 100
# Of 100 studies x 4 routes, the average coverage is known to about 1 point; three of those.
MONTE_CARLO_ERRORS = 3.0


def headline(folder: Path) -> SymptomChange:
    """The headline model with its default choices, on everyone."""
    study = read_study(folder)
    return symptom_change(prepare_symptom_change(study, ModelSpec()), select(study, Cohort()))


def truth_in(file: Path) -> dict:
    return json.loads(file.read_text())


@pytest.fixture(scope="module")
def truth(repository_root):
    return truth_in(repository_root / "sample_data" / "truth.json")


@pytest.fixture(scope="module")
def result(repository_root):
    return headline(repository_root / "sample_data" / "study")


def true_difference(truth: dict, first: str, second: str) -> float:
    at_six = truth["adjusted_change_at_six"]
    return at_six[first]["change"] - at_six[second]["change"]


def test_the_sample_study_is_the_one_the_truth_was_written_for(truth, result):
    assert result.of.n_starters == truth["n_patients"]
    assert result.of.n_evaluable == truth["n_evaluable"]
    assert result.status == "converged"


def test_true_adjusted_change_at_session_six_lies_within_every_interval(truth, result):
    decision = result.decision.set_index("route")
    assert set(decision.index) == MAIN_ROUTES
    for route, row in decision.iterrows():
        assert row["ci_low"] < truth["adjusted_change_at_six"][route]["change"] < row["ci_high"], route


def test_true_differences_between_routes_lie_within_their_adjusted_intervals(truth, result):
    assert len(result.differences) == len(MAIN_ROUTES) * (len(MAIN_ROUTES) - 1) / 2
    for row in result.differences.itertuples():
        assert row.ci_low < true_difference(truth, row.first, row.second) < row.ci_high, row.contrast


@pytest.mark.slow
def test_intervals_cover_the_truth_of_100_studies_of_the_sample_simulator(tmp_path):
    rows = []
    for seed in range(MANY_STUDIES):
        write_study(tmp_path, DEFAULT_PATIENTS, seed)
        at_six = truth_in(tmp_path / "truth.json")["adjusted_change_at_six"]
        rows += [
            (seed, row.ci_low < at_six[row.route]["change"] < row.ci_high)
            for row in headline(tmp_path).decision.itertuples()
        ]
    held = pd.DataFrame(rows, columns=["seed", "held"]).groupby("seed")["held"].mean()
    assert abs(held.mean() - NOMINAL) < MONTE_CARLO_ERRORS * held.std() / np.sqrt(len(held))
