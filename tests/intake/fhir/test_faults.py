"""What can be wrong with a FHIR export: every finding in its words, all in one report, and never a value."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.intake import Finding, StudyDataError, read_study

from .drawn_export import (
    LOINC,
    MAPPING,
    SNOMED,
    coding,
    condition,
    dose,
    observation,
    patient,
    procedure,
    response,
    value,
    write,
)

DAY = "2023-06-14"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "export"
    path.mkdir()
    write(path, "Patient.ndjson", [patient("ada"), patient("ben")])
    write(path, "MedicationAdministration.ndjson", [dose("m1", "ada", DAY), dose("m2", "ben", DAY)])
    write(path, "Observation.ndjson", [observation("o1", "ada", DAY, (LOINC, "44261-6"), **value(12))])
    return path


def findings(folder: Path, mapping: str | None = MAPPING) -> tuple[Finding, ...]:
    """Every finding of an export that is refused."""
    path = folder.parent / "mapping.toml"
    if mapping is not None:
        path.write_text(mapping, encoding="utf-8")
    with pytest.raises(StudyDataError) as caught:
        read_study(folder, path if mapping is not None else None)
    return caught.value.findings


def errors(folder: Path, mapping: str | None = MAPPING) -> list[str]:
    return [str(finding) for finding in findings(folder, mapping) if finding.level == "error"]


def notes(folder: Path, mapping: str = MAPPING) -> list[str]:
    """The notes of an export that is read, without those on absent tables."""
    path = folder.parent / "mapping.toml"
    path.write_text(mapping, encoding="utf-8")
    return [note for note in read_study(folder, path).notes if "There is no table" not in note]


def test_an_export_without_a_mapping_says_what_it_needs(folder: Path) -> None:
    assert errors(folder, None) == [
        "This is a FHIR export. It needs a mapping with a section [fhir] that names the codes of ketamine "
        "(medications or procedures), the clinic and the diagnosis."
    ]


def test_lines_that_are_no_resources(folder: Path) -> None:
    write(
        folder,
        "Patient.ndjson",
        [
            patient("ada"),
            "{not json}",
            "null",
            '{"resourceType": "Patient", "id": "x", "multipleBirthInteger": NaN}',
            "[" * 100_000,
            '{"id": "y"}',
            '{"resourceType": "Patient"}',
            patient("ada"),
            "",
            patient("ben"),
        ],
    )
    (folder / "bad.ndjson").write_bytes(b'\xff\xfe{"a": 1}\n{"n": ' + b"9" * 5000 + b"}\n")
    assert errors(folder) == [
        "Patient.ndjson: has 3 lines without a JSON object in UTF-8 (rows 2, 3 and 4). Export the file again.",
        "bad.ndjson: has 2 lines without a JSON object in UTF-8 (rows 1 and 2). Export the file again.",
        "Patient.ndjson: has 1 line with objects or lists nested too deeply (row 5). No FHIR resource needs them. "
        "Export the file again.",
        "Patient.ndjson: has 1 line without a resourceType, so it is no FHIR resource (row 6). Export the file again.",
        "Patient.ndjson: has 1 resource without an id (row 7). Nothing can refer to it. Export the file again.",
        "Patient.ndjson: has 1 resource with the id of an earlier resource of its type (row 8). Export each once.",
    ]


def test_a_line_without_an_end_is_refused_before_it_is_in_memory(folder: Path) -> None:
    (folder / "Big.ndjson").write_bytes(b'{"resourceType": "Patient", "id": "' + b"a" * (100 << 20) + b'"}')
    assert errors(folder) == [
        "Big.ndjson: line 1 is longer than 4 MB, the most for one resource. Leave out attachments, one resource a line."
    ]


def test_a_file_that_is_something_else(folder: Path) -> None:
    (folder / "Packed.ndjson").write_bytes(b"\x1f\x8b\x08\x00 packed")
    assert errors(folder) == [
        "Packed.ndjson: the file is compressed (gzip), not NDJSON. Give one FHIR resource a line, as text."
    ]


def test_more_resources_than_any_study_has(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.intake.fhir.ndjson.MOST_LINES", 3)
    (folder / "Zero.ndjson").write_bytes(b"\n" * 1000)
    assert (
        "The export holds more than 3 lines. Leave out the types that a study does not need, or split the study."
    ) in errors(folder)


def test_a_file_of_which_hardly_a_line_is_a_resource(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.intake.fhir.ndjson.MOST_FAULTS", 2)
    (folder / "Text.ndjson").write_bytes(b"word\n" * 1000)
    assert errors(folder) == [
        "Text.ndjson: more than 2 lines are no resources, so the rest was not looked at. Export the file again.",
        "Text.ndjson: has 3 lines without a JSON object in UTF-8 (rows 1, 2 and 3). Export the file again.",
    ]


def test_administrations_that_are_no_sessions(folder: Path) -> None:
    write(
        folder,
        "MedicationAdministration.ndjson",
        [
            dose("m1", "ada", DAY),
            dose("m2", "ben", DAY, status="entered-in-error"),
            dose("m3", "ben", DAY, status="not-done"),
            dose("m4", "ben", DAY, status="on-hold"),
            dose(
                "m5", "ben", DAY, 40, dosage={"route": coding(SNOMED, "47625008"), "dose": {"value": 4, "unit": "mL"}}
            ),
        ],
    )
    assert notes(folder) == [
        "MedicationAdministration.ndjson: has 1 ketamine administration marked as entered in error (row 2). "
        "They were left out.",
        "MedicationAdministration.ndjson: has 2 ketamine administrations not given (not-done, on-hold or "
        "preparation) (rows 3 and 4). They were left out.",
        "MedicationAdministration.ndjson: has 1 dose other than a plain number of mg, g or µg (row 5). "
        "The sessions are kept without a dose.",
    ]


def test_administrations_that_cannot_be_sessions(folder: Path) -> None:
    write(
        folder,
        "MedicationAdministration.ndjson",
        [
            dose("m1", "ada", DAY),
            dose("m2", "ada", "2023-06"),
            dose("m3", "ada", "2023-02-30"),
            dose("m4", "ada", DAY, status="finished"),
            dose("m5", "ada", DAY, subject={"reference": "Group/1"}),
            dose("m6", "zoe", DAY),
            dose("m7", "ada", "2023-06-20", dosage={"route": coding(SNOMED, "54471007")}),
            dose("m8", "ada", "2023-06-21", dosage={}),
        ],
    )
    found = findings(folder)
    assert [str(finding) for finding in found if finding.level == "error"] == [
        "MedicationAdministration.ndjson: has 1 ketamine administration without a status that FHIR knows (row 4). "
        "Correct them.",
        "MedicationAdministration.ndjson: has 1 ketamine administration without a reference to a patient (row 5). "
        "Correct or remove them.",
        "MedicationAdministration.ndjson: has 2 ketamine administrations without a full date (rows 2 and 3). "
        "Sessions cannot be numbered without it. Give each a year, month and day, or leave them out of the export.",
        "MedicationAdministration.ndjson (as sessions): column 'route' has 1 blank cell (row 8). "
        "Fill them in; every row needs a value here.",
        "MedicationAdministration.ndjson (as sessions): column 'route' has 1 value outside the known words for route "
        "(row 7). Allowed: IV, IM, IN, SL, PO, SC, buccal, rectal. Correct them, or translate them in a mapping.",
        "MedicationAdministration.ndjson (as sessions): column 'patient_id' has 1 row (ketamine session) whose patient "
        "is not in the table patients (row 6). Add the patient, or remove the rows.",
    ]
    assert ("Routes with codes that neither the vocabulary nor [fhir.routes] knows: SNOMED CT 54471007 (1 time).") in [
        str(finding) for finding in found
    ]


def test_codes_are_shown_only_when_they_are_public_ones(folder: Path) -> None:
    rxnorm = "http://www.nlm.nih.gov/research/umls/rxnorm"
    other = [
        *[dose(f"a{n}", "ada", DAY, medicationCodeableConcept=coding(rxnorm, "313782")) for n in range(3)],
        dose("b", "ada", DAY, medicationCodeableConcept=coding(rxnorm, "Ada Okonkwo")),
        dose("c", "ada", DAY, medicationCodeableConcept=coding("urn:pharmacy", "MRN-00417")),
        dose("d", "ada", DAY, medicationCodeableConcept=coding(SNOMED, "373464007")),
        dose("e", "ada", DAY, medicationCodeableConcept=coding(SNOMED, "123456789")),
    ]
    write(folder, "more.ndjson", other)
    assert notes(folder)[0] == (
        "MedicationAdministration with codes that [fhir] does not name as ketamine were left out: "
        "RxNorm 313782 (3 times), SNOMED CT 373464007 (1 time) and 3 other codes."
    )


def test_codes_none_of_which_is_a_public_one_are_counted(folder: Path) -> None:
    write(folder, "more.ndjson", [procedure("p", "ada", DAY, code=coding("urn:clinic", "OTHER"))])
    assert notes(folder)[0] == (
        "Procedure with codes that [fhir] does not name as ketamine were left out: "
        "1 code of vocabularies that are not shown."
    )


def test_scores_that_are_left_out(folder: Path) -> None:
    write(
        folder,
        "Observation.ndjson",
        [
            observation("o1", "ada", DAY, (LOINC, "44261-6"), **value(12)),
            observation("o2", "ada", DAY, (LOINC, "44261-6"), status="entered-in-error", **value(13)),
            observation("o3", "ada", DAY, (LOINC, "44261-6"), status="preliminary", **value(14)),
            observation("o4", "ada", DAY, (LOINC, "70221-7"), **value(40)),
            observation("o5", "ada", DAY, (LOINC, "93294-7"), valueInteger=5),
            observation("o6", "ada", DAY, (LOINC, "70274-6"), dataAbsentReason=coding(LOINC, "unknown")),
            observation("o7", "ada", DAY, (LOINC, "70274-6"), valueQuantity={"value": 12, "comparator": "<"}),
            observation("o8", "ada", "2023", (LOINC, "70274-6"), **value(11)),
            observation("o9", "eve", DAY, (LOINC, "70274-6"), **value(11)),
        ],
    )
    write(
        folder,
        "QuestionnaireResponse.ndjson",
        [
            {"resourceType": "QuestionnaireResponse", "id": "r1", "status": "completed", "item": []},
            response("r2", "ada", DAY, [1] * 9, status="in-progress"),
        ],
    )
    assert notes(folder) == [
        "Observation.ndjson: has 1 score record marked as entered in error (row 2). They were left out.",
        "Observation.ndjson: has 1 score record without a final status (row 3). They were left out.",
        "QuestionnaireResponse.ndjson: has 1 score record without a final status (row 2). They were left out.",
        "Observation.ndjson: has 1 Observation of PCL-C (LOINC 70221-7), the list for DSM-IV, which is not PCL-5 "
        "(row 4). They were left out.",
        "Observation.ndjson: has 1 Observation of the worst ideation of a lifetime (LOINC 93294-7), which cannot "
        "improve (row 5). They were left out.",
        "Observation.ndjson: has 2 Observations of a score without a plain number or a known answer (rows 6 and 7). "
        "They were left out.",
        "QuestionnaireResponse.ndjson: has 1 QuestionnaireResponse of another questionnaire than PHQ-9 (row 1). "
        "They were left out.",
        "Observation.ndjson: has 1 score of patients without any ketamine session (row 9). They were left out.",
        "Observation.ndjson: has 1 score without a full date (row 8). They were left out.",
    ]


def test_scores_that_contradict_themselves(folder: Path) -> None:
    twice = response("r2", "ada", DAY, [1] * 9)
    twice["item"] += [{"linkId": "again", "answer": [{"valueCoding": {"system": LOINC, "code": "LA6569-3"}}]}]
    write(
        folder,
        "QuestionnaireResponse.ndjson",
        [
            response("r1", "ada", "2023-07-01", [1] * 9, 10),
            twice,
            response("r3", "ada", DAY, [1] * 9, subject={}),
        ],
    )
    assert errors(folder) == [
        "QuestionnaireResponse.ndjson: has 1 QuestionnaireResponse whose recorded total is not the sum of its nine "
        "answers (row 1). Correct the total or the answers.",
        "QuestionnaireResponse.ndjson: has 1 QuestionnaireResponse with more than nine answers of PHQ-9 (row 2). "
        "Export one questionnaire a response.",
        "QuestionnaireResponse.ndjson: has 1 score record without a reference to a patient (row 3). "
        "Correct or remove them.",
    ]


def test_two_totals_of_one_time_that_differ_are_an_error(folder: Path) -> None:
    write(
        folder,
        "Observation.ndjson",
        [observation(f"o{n}", "ada", DAY, (LOINC, "44261-6"), **value(n)) for n in (12, 13)],
    )
    [message] = errors(folder)
    assert message.startswith("Observation.ndjson (as assessments): ")
    assert "12" not in message.replace("rows 1 and 2", "")


def test_an_incomplete_phq9_is_kept_without_a_score(folder: Path) -> None:
    write(folder, "QuestionnaireResponse.ndjson", [response("r1", "ada", "2023-06-28", [3, 3, None, 3, 3, 3, 3, 3, 1])])
    path = folder.parent / "mapping.toml"
    path.write_text(MAPPING, encoding="utf-8")
    later = read_study(folder, path).assessments.query("day == 14")
    assert later["score"].isna().tolist() == [True]
    assert later[["suicidality_item", "n_items_answered"]].to_numpy().tolist() == [[1, 8]]


def test_patients_whose_clinic_or_diagnosis_is_not_known(folder: Path) -> None:
    write(folder, "Patient.ndjson", [patient("ada"), patient("ben", organisation="org-9")])
    write(folder, "Condition.ndjson", [condition("c1", "ada")])
    assert errors(folder, MAPPING.replace('diagnosis = "other"\n', "", 1)) == [
        "Patient.ndjson: has 1 patient whose organisation or care site the section 'clinics' of the mapping does not "
        "list (row 2). List it, or give 'clinic', one code for all.",
        "Patient.ndjson: has 1 patient without a diagnosis that the mapping lists (row 2). List the codes of the "
        "diagnoses, or give 'diagnosis', which holds for all others.",
    ]


def test_an_export_without_patients_or_ketamine(folder: Path) -> None:
    write(
        folder, "Patient.ndjson", ['{"resourceType": "Encounter", "id": "1"}', '{"resourceType": "Okonkwo", "id": "1"}']
    )
    write(folder, "MedicationAdministration.ndjson", [json.dumps({"resourceType": "Group", "id": "g"})])
    found = [str(finding) for finding in findings(folder, MAPPING.split("[[allow]]")[0])]
    assert found == [
        "The FHIR export holds no Patient. Export the resources of that type too.",
        "The FHIR export holds no administration of ketamine with a code that [fhir] names. Name the codes that your "
        "records use under 'medications' or 'procedures'.",
        "Resources of types that a study does not need were not read: Encounter (1), Group (1), 1 resource of other "
        "types.",
    ]


def test_shapes_that_fhir_does_not_allow_break_nothing(folder: Path) -> None:
    odd = [1, "text", None, [], [1], {}, {"coding": "x"}, {"coding": [1, {"system": 3, "code": {}}]}, True, 1e308]
    resources = []
    for kind in (
        "Patient",
        "MedicationAdministration",
        "Procedure",
        "Observation",
        "QuestionnaireResponse",
        "Condition",
    ):
        for place, thing in enumerate(odd):
            names = (
                *("code", "subject", "status", "dosage", "item", "gender", "birthDate", "component", "derivedFrom"),
                *("effectivePeriod", "medicationReference", "medicationCodeableConcept", "managingOrganization"),
            )
            resources.append({"resourceType": kind, "id": f"{kind}{place}"} | dict.fromkeys(names, thing))
    write(folder, "odd.ndjson", resources)
    assert not [note for note in notes(folder) if "Okonkwo" in note]


def test_faults_of_the_section_are_all_told(folder: Path) -> None:
    text = """\
[fhir]
clinic = "A"
same_day = "sum"
diagnoses = "x"
[fhir.clinics]
org-1 = "North"
[fhir.routes]
DRIP = "drip"
[[fhir.medications]]
codes = []
molecule = "ketamine"
[[fhir.scores]]
system = "loinc"
codes = ["1-8"]
[[patients]]
source = "x"
[patients.columns]
patient_id = "id"
"""
    assert errors(folder, text) == [
        "mapping.toml, patients 1: the source 'x' is not described under [sources].",
        "mapping.toml: [fhir] makes the tables itself. Remove the sources and the sections of tables.",
        "mapping.toml, fhir: the key 'diagnoses' means nothing here. Is 'diagnosis' meant?",
        "mapping.toml, fhir: give either 'clinic', one code for all, or a section 'clinics' with a code for each.",
        "mapping.toml, fhir: 'same_day' should be one of 'separate', 'one session'.",
        "mapping.toml, fhir, routes: 'DRIP' should be one of 'IV', 'IM', 'IN', 'SL', 'PO', 'SC', 'buccal', 'rectal'.",
        "mapping.toml, fhir, medications 1: 'system' is missing.",
        "mapping.toml, fhir, medications 1: 'codes' is missing: it lists the codes, such as [\"12345\"].",
        "mapping.toml, fhir, medications 1: 'molecule' should be one of 'racemic', 'esketamine'.",
        "mapping.toml, fhir, scores 1: 'instrument' is missing.",
    ]


def test_a_section_without_ketamine_and_two_record_systems(folder: Path) -> None:
    assert errors(folder, '[fhir]\nclinic = "A"\n[omop]\nclinic = "A"\n[[omop.drugs]]\nconcepts = ["7"]\n') == [
        "mapping.toml: a study comes from one record system, and there are 'fhir', 'omop'. Keep one of them.",
        "mapping.toml, fhir: give at least one section 'medications' or 'procedures' with the codes that are ketamine.",
    ]
