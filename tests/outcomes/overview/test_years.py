"""The last index year against the one before: counted by hand, and intervals against R and published ones."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.outcomes import follow, overview
from analysis.outcomes.overview import OTHER_YEARS, YearChange, compared_years, year_change
from analysis.outcomes.overview.years import _mean_difference, _share_difference
from analysis.outcomes.response.definitions import cutoffs
from analysis.study import Study
from analysis.vocabulary import instrument
from tests.drawn import drawn_study

PATIENTS = """
patient_id clinic_id primary_diagnosis index_year
a C01 MDD 2023
b C01 MDD 2023
c C01 MDD 2024
d C02 MDD 2024
e C02 MDD 2024
f C02 MDD 2021
g C02 MDD -
n C02 MDD 2025
"""
SESSIONS = "patient_id session_number day route\n" + "\n".join(f"{name} 1 0 IV" for name in "abcdefg")
SCORES = """
patient_id day instrument score
a 0 PHQ-9 20
a 28 PHQ-9 8
b 0 PHQ-9 16
b 28 PHQ-9 10
c 0 PHQ-9 18
c 28 PHQ-9 9
d 0 PHQ-9 12
d 28 PHQ-9 11
e 0 PHQ-9 15
f 0 PHQ-9 14
g 0 PHQ-9 10
"""
WELCH_P, FISHER_SMALL, FISHER_LARGE = 0.117696388354, 0.0878787878788, 0.0501488466217  # R 4.2.2
COUNTS = ["year", "n_starters", "n_evaluable", "n_scored", "n_able", "n_seen", "n_reached", "mean"]


def compared(study: Study) -> YearChange | None:
    item = instrument("PHQ-9")
    return year_change(follow(study, "PHQ-9"), cutoffs(item, item.remission_default), compared_years(study))


@pytest.fixture(scope="module")
def found() -> YearChange:
    change = compared(drawn_study(PATIENTS, SESSIONS, SCORES))
    assert change is not None
    return change


def test_the_last_year_is_the_last_in_which_anybody_started(found: YearChange) -> None:
    """n of 2025 had no session, so 2024 is the last year and 2023 the one before it."""
    assert (found.before, found.last) == (2023, 2024)


def test_the_years_of_a_cohort_are_those_of_the_study() -> None:
    """Which years a small cohort has would say who is in it."""
    study = drawn_study(PATIENTS, SESSIONS, SCORES)
    old = study.keep_patients(np.array([name in "fg" for name in study.patients["patient_id"]]))
    found = overview(old, whole=study).years
    assert found is not None
    assert (found.before, found.last) == (2023, 2024)
    assert found.years["n_starters"].tolist() == [0, 0, 2]


def test_each_year_is_counted_and_all_others_are_one_group(found: YearChange) -> None:
    rows = found.years[COUNTS].replace({np.nan: None}).to_numpy().tolist()
    assert rows == [
        ["2023", 2, 2, 2, 2, 2, 1, -9.0],  # a 20 to 8 responds, b 16 to 10 does not
        ["2024", 3, 2, 2, 3, 2, 1, -5.0],  # c 18 to 9 responds, d 12 to 11 does not, e has no later score
        [OTHER_YEARS, 2, 0, 0, 2, 0, 0, None],
    ]


def test_differences_are_the_last_year_less_the_one_before(found: YearChange) -> None:
    table = found.differences.set_index("measure")
    assert table["difference"].tolist() == pytest.approx([2 / 3 - 1, 4.0, 0.0, 1 / 3 - 1 / 2])
    assert table.index.tolist() == ["Evaluable", "Change", "Response, of those scored", "Response, no score is a no"]


@pytest.mark.parametrize(
    ("parts", "wholes", "interval"),
    [
        # Newcombe, Stat Med 1998;17:873, table II, method 10, as last minus before; printed to four decimals.
        ([48, 56], [80, 70], (0.0524, 0.3339)),
        ([3, 9], [10, 10], (0.1705, 0.8090)),
        ([0, 5], [29, 56], (-0.0381, 0.1926)),
    ],
)
def test_the_interval_of_a_difference_of_shares_is_newcombes(
    parts: list[int], wholes: list[int], interval: tuple[float, float]
) -> None:
    assert _share_difference(parts, wholes)[3:5] == pytest.approx(interval, abs=6e-5)


def test_the_interval_of_a_difference_of_means_is_welchs() -> None:
    """R 4.2.2: t.test(c(-4, -1, -7, 3, -2, -5), c(-10, -12, 2, -6, -8, -3, -9))."""
    before, last = np.array([-10.0, -12, 2, -6, -8, -3, -9]), np.array([-4.0, -1, -7, 3, -2, -5])
    found = _mean_difference(before, last)
    assert found[2:5] == pytest.approx((3.90476190476, -1.16187386853, 8.97139767806), rel=1e-10)
    assert found[5] == pytest.approx(WELCH_P, rel=1e-8)


def test_the_p_value_of_a_difference_of_shares_is_fishers() -> None:
    """R 4.2.2: fisher.test(matrix(c(1, 6, 3, 1), 2)) and of 44 of 134 against 26 of 120."""
    assert _share_difference([1, 3], [7, 4])[5] == pytest.approx(FISHER_SMALL, rel=1e-6)
    assert _share_difference([44, 26], [134, 120])[5] == pytest.approx(FISHER_LARGE, rel=1e-6)


def test_patients_who_are_all_alike_have_a_difference_and_no_interval() -> None:
    found = _mean_difference(np.array([-5.0, -5.0]), np.array([-3.0, -3.0]))
    assert found[2] == 2
    assert np.isnan(found[3:]).all()


def test_one_score_in_a_year_gives_no_mean_to_compare(found: YearChange) -> None:
    assert np.isnan(_mean_difference(np.array([-5.0]), np.array([-3.0, -4.0]))).all()


@pytest.mark.parametrize("same_year", [False, True], ids=["no index year", "one year"])
def test_without_two_years_there_is_nothing_to_compare(same_year: bool) -> None:
    header, *rows = [line.split()[:3] for line in PATIENTS.strip().splitlines()]
    if same_year:
        header, rows = [*header, "index_year"], [[*row, "2024"] for row in rows]
    patients = "\n".join(" ".join(line) for line in (header, *rows))
    assert compared(drawn_study(patients, SESSIONS, SCORES)) is None


def test_every_year_of_the_sample_is_counted_once(sample_study: Study) -> None:
    """A slow count of the starters of each year."""
    change = compared(sample_study)
    assert change is not None
    started = set(sample_study.sessions["patient_id"])
    slow: dict[str, int] = {}
    for row in sample_study.patients.to_dict("records"):
        if row["patient_id"] in started:
            year = str(row["index_year"])
            name = year if year in (str(change.before), str(change.last)) else OTHER_YEARS
            slow[name] = slow.get(name, 0) + 1
    assert dict(zip(change.years["year"], change.years["n_starters"], strict=True)) == slow
