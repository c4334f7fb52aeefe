"""truth.json: what it says is what the simulator does."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from analysis.vocabulary import PAYERS, SEXES
from sample_data import CLINICS, SIMULATED_ROUTES, OutcomeTruth, SimulatedStudy, simulate
from sample_data.scores import draw_phq9, draw_phq9_patients, route_part
from sample_data.truth import change_sums, evaluable, expected_score

LARGEST_SHIFT = 0.25  # points that rounding and clipping may move a route's mean; the aim is 0.2


def _changes(truth: dict, key: str = "change") -> pd.DataFrame:
    return pd.DataFrame(truth["adjusted_change"]).pivot_table(index="route", columns="sessions", values=key)


def _people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "baseline": rng.integers(0, 28, n),
            "age": rng.integers(18, 91, n),
            "sex": rng.integers(0, len(SEXES), n),
            "payer": rng.integers(0, len(PAYERS), n),
            "clinic": rng.integers(0, len(CLINICS), n),
        }
    )


def test_expected_score_is_the_mean_of_rounded_and_clipped_normal_scores() -> None:
    draws = np.random.default_rng(1).standard_normal(400_000)
    for mean, sd in ((10.0, 5.0), (1.0, 6.0), (26.0, 4.0), (13.37, 0.2)):
        simulated = np.clip(np.round(mean + sd * draws), 0, 27).mean()
        # four standard errors of 400,000 draws with a standard deviation of at most 6
        assert expected_score(np.array([mean]), sd)[0] == pytest.approx(simulated, abs=4 * 6 / 400_000**0.5)


@pytest.mark.parametrize(("route", "sessions"), [("IV", 1), ("IM", 4), ("IN", 6), ("SL", 11)])
def test_the_true_change_is_the_mean_of_what_the_simulator_draws(route: str, sessions: int) -> None:
    rng = np.random.default_rng(2)
    truth, people = OutcomeTruth(), _people(300, rng)
    repeated = people.loc[people.index.repeat(1000)].reset_index(drop=True)
    n = len(repeated)
    patients = draw_phq9_patients(rng, repeated, truth)
    change = np.full(n, route_part(truth, route, sessions))
    scores = draw_phq9(rng, patients, truth, np.arange(n), np.full(n, sessions), change)
    sums = change_sums(people, np.ones(len(people), dtype=bool), truth)
    told = sums.observed[SIMULATED_ROUTES.index(route), sessions - 1] / len(people)
    # four standard errors: within a patient the standard deviation is below 6
    assert told == pytest.approx((scores - patients.baseline).mean(), abs=4 * 6 / n**0.5)


def test_evaluable_means_a_baseline_in_thirty_days_and_a_later_score() -> None:
    rows = [(0, -31.0), (0, 5.0), (1, -30.0), (1, 1.0), (2, 0.0), (3, 7.0), (4, 0.0), (4, 2.0)]
    phq9 = pd.DataFrame(rows, columns=["patient", "day"]).assign(instrument="PHQ-9")
    other = phq9[phq9["patient"] == 2].assign(instrument="GAD-7", day=9.0)
    assert evaluable(5, pd.concat([phq9, other])).tolist() == [False, True, False, False, True]


def test_the_evaluable_patients_are_those_of_the_analysis(large: SimulatedStudy, phq9_rows: pd.DataFrame) -> None:
    assert large.truth["n_evaluable"] == phq9_rows["patient_id"].nunique()


def test_clipping_moves_no_mean_by_more_than_a_quarter_of_a_point(sample_truth: dict) -> None:
    shift = _changes(sample_truth) - _changes(sample_truth, "change_unclipped")
    assert shift.abs().to_numpy().max() < LARGEST_SHIFT


def test_change_at_six_and_differences_are_read_off_the_same_table(sample_truth: dict) -> None:
    at_six = _changes(sample_truth)[6]
    assert {route: told["change"] for route, told in sample_truth["adjusted_change_at_six"].items()} == dict(at_six)
    pairs = {(row["first"], row["second"]): row["difference"] for row in sample_truth["difference_at_six"]}
    assert len(pairs) == len(list(combinations(SIMULATED_ROUTES, 2)))
    for (first, second), difference in pairs.items():
        # each of the three numbers is rounded to five digits
        assert difference == pytest.approx(at_six[first] - at_six[second], abs=2e-5)


def test_without_arm_difference_every_route_has_the_same_truth() -> None:
    truth = simulate(300, seed=4, arm_difference=0.0).truth
    changes = _changes(truth)
    assert (changes == changes.loc["IV"]).all(axis=None)
    assert all(row["difference"] == 0 for row in truth["difference_at_six"])


def test_arm_difference_scales_the_differences_between_routes() -> None:
    once, twice = (_changes(simulate(300, seed=4, arm_difference=x).truth, "change_unclipped") for x in (1.0, 2.0))
    # evaluable patients differ a little between the two, which moves all routes alike
    spread = (twice.loc["IM"] - twice.loc["IV"]) / (once.loc["IM"] - once.loc["IV"])
    assert np.allclose(spread, 2, atol=1e-3)


def test_the_parameters_are_written_with_the_truth(sample_truth: dict) -> None:
    parameters = sample_truth["parameters"]
    assert set(parameters["outcome"]["routes"]) == set(SIMULATED_ROUTES)
    assert parameters["outcome"]["knot"] == 6
    assert set(parameters) > {"people", "course", "occasions", "measurement", "sessions", "therapy", "events"}
