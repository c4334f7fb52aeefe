"""What the Data page may show: rows and people, combinations of traits, and completeness beside both."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.disclosure.audience import holder, viewer
from analysis.disclosure.data_page import (
    PEOPLE,
    TABLES,
    release_combinations,
    release_completeness,
    release_holdings,
)
from analysis.intake.identifiers.k_anonymity import k_anonymity
from analysis.outcomes.completeness import completeness
from analysis.study import Study
from analysis.study.holdings import Holdings, holdings
from tests.drawn import drawn_study


def study_of(n: int, n_never: int = 0) -> Study:
    """n patients of whom the last n_never have no session; the first three are men of 90, the others women of 40."""
    ids = [f"p{number}" for number in range(n)]
    people = [f"{who} C1 MDD {'90 male' if place < 3 else '40 female'}" for place, who in enumerate(ids)]
    started = ids[: n - n_never]
    return drawn_study(
        "\n".join(["patient_id clinic_id primary_diagnosis age sex", *people]),
        "\n".join(["patient_id session_number day route", *(f"{who} 1 0 IV" for who in started)]),
        "\n".join(["patient_id day instrument score", *(f"{who} 28 PHQ-9 9" for who in started)]),
        adverse_events="\n".join(["patient_id day term", "p0 0 nausea", "p1 0 nausea"]),
    )


def held(n: int, n_never: int = 0) -> Holdings:
    return holdings(study_of(n, n_never))


def test_few_rows_are_withheld_from_a_viewer_and_marked_for_the_holder() -> None:
    for audience, events in ((viewer(), "<11"), (holder(), "2 (small)")):
        tables = release_holdings(held(40), audience)[TABLES].as_text().set_index("table")
        assert tables.loc["adverse_events", "n_rows"] == events
        assert tables.loc["sessions", "n_rows"] == "40"


def test_patients_and_starters_are_not_both_shown_when_few_never_started() -> None:
    people = release_holdings(held(40, n_never=3), viewer())[PEOPLE].as_text()
    assert sorted(people["n_patients"]) in (["37", "withheld"], ["40", "withheld"])


@pytest.mark.parametrize("n_never", [0, 3, 20])
def test_completeness_shows_the_same_people_as_the_holdings(n_never: int) -> None:
    study = study_of(40, n_never)
    beside = release_completeness(completeness(study, "PHQ-9"), holdings(study), viewer())
    assert beside[PEOPLE].as_text().equals(release_holdings(holdings(study), viewer())[PEOPLE].as_text())


def test_the_holder_sees_combinations_by_size_and_a_viewer_only_whether_they_are_few() -> None:
    report = k_anonymity(study_of(40))
    shown = release_combinations(report, holder()).as_text()
    assert shown.set_index("size")["n_patients"].to_dict() == {
        "1": "0", "2 to 4": "3 (small)", "5 to 10": "0", "11 or more": "37", "all": "40",
    }  # fmt: skip
    outside = release_combinations(report, viewer()).as_text().set_index("size")
    assert outside["n_patients"].to_dict() == {"1 to 10": "<11", "11 or more": "withheld", "all": "40"}
    assert pd.isna(outside.loc["1 to 10", "share"])
    assert pd.isna(outside.loc["11 or more", "n_combinations"])


def test_a_study_of_five_shows_a_viewer_no_number_at_all() -> None:
    study = study_of(5)
    texts = [
        *release_holdings(holdings(study), viewer())[PEOPLE].as_text()["n_patients"],
        *release_holdings(holdings(study), viewer())[TABLES].as_text()["n_rows"],
        *release_completeness(completeness(study, "PHQ-9"), holdings(study), viewer())["route"].as_text()["n_starters"],
        *release_combinations(k_anonymity(study), viewer()).as_text()["n_patients"],
    ]
    assert set(texts) <= {"<11", "withheld", "0"}
