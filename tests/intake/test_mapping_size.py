"""A mapping of a hundred thousand patients: the same rules, the right counts, whole columns at a time."""

from __future__ import annotations

import numpy as np
import pyarrow as arrow
import pytest

from analysis.intake import Mapping
from analysis.intake.findings import FindingLog, Origin
from analysis.intake.mapping_steps import map_sources
from analysis.intake.source import SourceTable

from .mapping_cases import MAPPING

FORMS_A_PATIENT, SESSIONS_A_PATIENT = 10, 6


def table(columns: dict[str, np.ndarray], label: str) -> SourceTable:
    cells = {
        name: arrow.chunked_array([arrow.array(values).cast(arrow.large_string())]) for name, values in columns.items()
    }
    return SourceTable(arrow.table(cells), Origin((label,)))


def clinics(n_patients: int, seed: int = 4) -> dict[str, SourceTable]:
    """Sources as the mapping of the other tests reads them: everyone has sessions, and forms before and after."""
    rng = np.random.default_rng(seed)
    who = np.char.add("P", np.arange(n_patients).astype(str))
    start = np.datetime64("2020-01-01") + rng.integers(0, 1500, n_patients)
    visits, forms = (
        np.repeat(np.arange(n_patients), SESSIONS_A_PATIENT),
        np.repeat(np.arange(n_patients), FORMS_A_PATIENT),
    )
    visit_day = np.tile(np.arange(SESSIONS_A_PATIENT) * 4, n_patients)
    form_day = np.tile(np.arange(FORMS_A_PATIENT) * 7 - 7, n_patients)
    answers = rng.integers(0, 4, (len(forms), 9))
    return {
        "people": table(
            {"who": who, "site": np.full(n_patients, "A"), "dx": np.full(n_patients, "MDD"),
             "born": np.datetime_as_string(np.datetime64("1960-01-01") + rng.integers(0, 15_000, n_patients))},
            "people.csv",
        ),
        "visits": table(
            {"who": who[visits], "seen": np.datetime_as_string(start[visits] + visit_day),
             "clock": np.full(len(visits), "10:00"), "how": np.where(visits % 2 == 0, "drip", "Shot"),
             "amount": np.full(len(visits), "0.5"), "kilos": np.full(len(visits), "80"),
             "pounds": np.full(len(visits), "176")},
            "visits.csv",
        ),
        "forms": table(
            {"who": who[forms], "filled": np.datetime_as_string(start[forms] + form_day),
             **{f"q{place + 1}": answers[:, place].astype(str) for place in range(9)}},
            "forms.csv",
        ),
    }  # fmt: skip


def check(n_patients: int) -> None:
    log = FindingLog()
    made = map_sources(Mapping.from_toml(MAPPING), dict(clinics(n_patients)), log)
    assert not log.has_errors
    assert {name: source.cells.num_rows for name, source in made.items()} == {
        "patients": n_patients,
        "sessions": n_patients * SESSIONS_A_PATIENT,
        "assessments": n_patients * FORMS_A_PATIENT,
    }
    days = made["assessments"].cells.column("day").to_pylist()
    assert days == [str(day) for day in range(-7, 63, 7)] * n_patients
    assert set(made["sessions"].cells.column("dose_mg").to_pylist()) == {"40"}
    assert made["sessions"].cells.column("session_number").to_pylist() == [
        str(number) for number in range(1, SESSIONS_A_PATIENT + 1)
    ] * n_patients  # fmt: skip


def test_a_thousand_patients_are_mapped_right() -> None:
    check(1_000)


@pytest.mark.slow
def test_a_hundred_thousand_patients_with_a_million_forms_are_mapped_right() -> None:
    check(100_000)
