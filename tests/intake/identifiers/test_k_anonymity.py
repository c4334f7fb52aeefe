"""How many patients share their traits: counts by hand on a small study, and no combination is ever named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake.identifiers import KAnonymity, k_anonymity
from analysis.study import Study

from ...drawn import drawn_study

SESSIONS = "patient_id session_number day route\n"
SCORES = "patient_id day instrument score\na 0 PHQ-9 12"


def study_of(rows: list[tuple[object, ...]], columns: str = "age sex primary_diagnosis index_year", route: str = "IV",
             n_sessions: int | None = None) -> Study:  # fmt: skip
    lines = [f"p{place} A " + " ".join(str(cell) for cell in row) for place, row in enumerate(rows)]
    with_session = range(len(rows) if n_sessions is None else n_sessions)
    return drawn_study(
        f"patient_id clinic_id {columns}\n" + "\n".join(lines),
        SESSIONS + "\n".join(f"p{place} 1 0 {route}" for place in with_session),
        "patient_id day instrument score\np0 0 PHQ-9 12",
    )


ALIKE = [(34, "female", "MDD", 2021)] * 12 + [(38, "male", "MDD", 2021)] * 6 + [(95 - 5, "male", "PTSD", 2022)] * 3


def test_sizes_are_counted_by_patient_and_by_combination() -> None:
    report = k_anonymity(study_of([*ALIKE, (51, "other", "GAD", 2020)]))
    assert report.classes["size"].tolist() == ["1", "2 to 4", "5 to 10", "11 or more"]
    assert report.classes["n_patients"].tolist() == [1, 3, 6, 12]
    assert report.classes["n_combinations"].tolist() == [1, 1, 1, 1]
    assert report.classes["share"].sum() == pytest.approx(1)
    assert (report.smallest_k, report.n_patients) == (1, 22)
    assert report.columns == ("age_band", "sex", "index_year", "primary_diagnosis", "route")
    assert report.absent == ("state",)


def test_ages_of_one_decade_are_alike_and_90_stands_alone() -> None:
    report = k_anonymity(study_of([(30, "-", "MDD", 2021), (39, "-", "MDD", 2021), (89, "-", "MDD", 2021),
                                   (90, "-", "MDD", 2021)]))  # fmt: skip
    assert report.classes["n_patients"].tolist() == [2, 2, 0, 0]


def test_a_missing_value_is_a_value_of_its_own() -> None:
    rows = [(34, "female", "MDD", 2021)] * 11 + [(34, "-", "MDD", 2021)] * 2
    assert k_anonymity(study_of(rows)).classes["n_patients"].tolist() == [0, 2, 0, 11]


def test_a_patient_without_a_session_has_a_route_of_their_own() -> None:
    report = k_anonymity(study_of([(34, "female", "MDD", 2021)] * 12, n_sessions=11), ("route",))
    assert report.classes["n_patients"].tolist() == [1, 0, 0, 11]


def test_a_state_of_the_file_is_used_whatever_its_spelling() -> None:
    study = study_of([(34, "female", "TX")] * 3 + [(34, "female", "CA")], "age sex State", "IV")
    report = k_anonymity(study.keep_patients(np.ones(4, dtype=bool)), ("sex", "state"))
    assert report.columns == ("sex", "state")
    assert report.classes["n_patients"].tolist() == [1, 3, 0, 0]


def test_the_column_that_would_help_most_comes_first() -> None:
    rows = [(34, "female", "MDD", year) for year in range(2010, 2022)]
    report = k_anonymity(study_of(rows))
    assert report.most_helpful == "index_year"
    first = report.coarsening.iloc[0]
    assert (first["step"], first["n_patients_below"], first["fewer"]) == ("leave it out", 0, 12)


def test_steps_are_named_in_words() -> None:
    report = k_anonymity(study_of(ALIKE))
    assert set(zip(report.coarsening["column"], report.coarsening["step"], strict=True)) == {
        ("age_band", "bands of 20 years"),
        ("age_band", "leave it out"),
        ("index_year", "spans of 5 years"),
        ("index_year", "leave it out"),
        ("sex", "one value for all that fewer than 11 patients have"),
        ("sex", "leave it out"),
        ("primary_diagnosis", "one value for all that fewer than 11 patients have"),
        ("primary_diagnosis", "leave it out"),
        ("route", "leave it out"),
    }


def test_nothing_helps_where_everyone_is_alike() -> None:
    report = k_anonymity(study_of([(34, "female", "MDD", 2021)] * 12))
    assert report.most_helpful is None
    assert report.classes["share"].tolist() == [0, 0, 0, 1]


def test_published_thresholds_are_told_from_conventions() -> None:
    thresholds = k_anonymity(study_of(ALIKE)).thresholds
    assert thresholds[["k", "status"]].values.tolist() == [
        [5, "convention"],
        [11, "convention"],
        [20, "published"],
        [25, "published"],
    ]
    assert thresholds["n_patients_below"].tolist() == [3, 9, 21, 21]
    assert thresholds["meaning"].tolist() == [
        "uniqueness threshold of 20 % proposed for health data (El Emam 2010)",
        "no cell of 1 to 10 is shown, as CMS asks of users of its data",
        "re-identification probability 0.05 for a public hospital file (El Emam 2011)",
        "re-identification probability 0.04 for a public hospital file (El Emam 2011)",
    ]


def test_a_column_that_nothing_can_be_is_refused() -> None:
    with pytest.raises(ValueError, match="patients has no column 'shoe_size' to count combinations by"):
        k_anonymity(study_of(ALIKE), ("sex", "shoe_size"))


def test_a_study_without_patients_has_no_k() -> None:
    empty = study_of(ALIKE).keep_patients(np.zeros(len(ALIKE), dtype=bool))
    report = k_anonymity(empty)
    assert report.smallest_k is None
    assert report.classes["n_patients"].tolist() == [0, 0, 0, 0]
    assert report.classes["share"].isna().all()


def loop_k(frame: pd.DataFrame) -> list[int]:
    """The slow way: for each patient, count the equal rows."""
    rows = [tuple("missing" if pd.isna(cell) else str(cell) for cell in row) for row in frame.itertuples(index=False)]
    return [sum(other == row for other in rows) for row in rows]


ROWS = st.lists(
    st.tuples(st.sampled_from(["-", 33, 38, 44, 90]), st.sampled_from(["female", "male", "-"]),
              st.sampled_from(["MDD", "PTSD"]), st.sampled_from([2020, 2021])),
    min_size=1, max_size=40,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(ROWS)
def test_it_agrees_with_counting_by_hand_and_leaving_out_only_helps(rows: list) -> None:
    study = study_of(rows)
    report = k_anonymity(study)
    traits = study.patients[["sex", "primary_diagnosis", "index_year"]].assign(age=study.patients["age"] // 10)
    k = loop_k(traits)
    assert report.smallest_k == min(k)
    assert report.classes["n_patients"].tolist() == [
        sum(value == 1 for value in k),
        sum(2 <= value <= 4 for value in k),
        sum(5 <= value <= 10 for value in k),
        sum(value >= 11 for value in k),
    ]
    left_out = report.coarsening[report.coarsening["step"] == "leave it out"]
    assert (left_out["fewer"] >= 0).all()


def test_no_value_of_a_patient_is_in_the_report(sample_study: Study) -> None:
    report = k_anonymity(sample_study)
    text = " ".join(str(part) for part in _parts(report))
    for column in ("sex", "primary_diagnosis", "clinic_id"):
        assert not [word for word in sample_study.patients[column].dropna().unique() if f" {word} " in text]


def _parts(report: KAnonymity) -> list[object]:
    frames = [report.classes, report.coarsening, report.thresholds]
    return [report.columns, report.absent, *(frame.to_string() for frame in frames)]
