"""A large FHIR export gives as many sessions and scores as it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.intake import read_study

from .drawn_export import LOINC, MAPPING, dose, observation, patient, response, value, write

A_PATIENT = 20  # resources: 1 patient, 6 administrations, 9 observations of which 4 are scores, 4 responses


@pytest.mark.parametrize("n_patients", [50, pytest.param(5_000, marks=pytest.mark.slow)])
def test_every_session_and_score_is_counted_once(tmp_path: Path, n_patients: int) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    people, doses, observed, responses = [], [], [], []
    for number in range(n_patients):
        who, month = f"p{number}", f"2023-{number % 12 + 1:02}"
        people.append(patient(who))
        doses += [dose(f"m{number}-{n}", who, f"{month}-{3 * n + 1:02}T10:00:00Z") for n in range(6)]
        codes = ["70274-6" if n % 2 else "8480-6" for n in range(9)]
        observed += [
            observation(f"o{number}-{n}", who, f"{month}-{3 * n + 1:02}T12:00:00Z", (LOINC, code), **value(n))
            for n, code in enumerate(codes)
        ]
        responses += [response(f"r{number}-{n}", who, f"{month}-{7 * n + 1:02}", [n % 4] * 9) for n in range(4)]
    assert len(people) + len(doses) + len(observed) + len(responses) == A_PATIENT * n_patients
    for name, resources in (("a", people), ("b", doses), ("c", observed), ("d", responses)):
        write(folder, f"{name}.ndjson", resources)
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(MAPPING.split("[[allow]]")[0], encoding="utf-8")
    study = read_study(folder, mapping)
    assert len(study.patients) == n_patients
    assert study.sessions["session_number"].value_counts().tolist() == [n_patients] * 6
    assert study.assessments["instrument"].value_counts().to_dict() == {
        "GAD-7": 4 * n_patients,
        "PHQ-9": 4 * n_patients,
    }
