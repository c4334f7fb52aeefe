"""A small REDCap project, drawn by hand in the shapes of REDCap's exports: longitudinal, with a repeating form.

Three records in one arm: demographics and history at enrolment, PHQ-9 at three events, and a repeating form for the
ketamine sessions, whose lines bear the form's name and an instance.
"""

from __future__ import annotations

from pathlib import Path

import pytest

HEADINGS = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,Text Validation Type OR Show Slider Number,'
    "Text Validation Min,Text Validation Max,Identifier?,Branching Logic (Show field only if...),Required Field?,"
    "Custom Alignment,Question Number (surveys only),Matrix Group Name,Matrix Ranking?,Field Annotation"
)
ANSWER = '"0, Not at all | 1, Several days | 2, More than half the days | 3, Nearly every day"'


def _field(name: str, form: str, kind: str, label: str, choices: str = "", validation: str = "", mark: str = "") -> str:
    return f"{name},{form},,{kind},{label},{choices},,{validation},,,{mark},,,,,,,"


DICTIONARY = "\n".join(
    [
        HEADINGS,
        _field("record_id", "demographics", "text", "Record ID"),
        _field("full_name", "demographics", "text", "Name", mark="y"),
        _field("dob", "demographics", "text", "Date of birth", validation="date_mdy", mark="y"),
        _field("age", "demographics", "text", "Age", validation="integer"),
        _field("sex", "demographics", "radio", "<b>Sex</b>", '"1, Female | 2, Male"'),
        _field("photo", "demographics", "file", "Photo"),
        _field("dx", "history", "dropdown", "Diagnosis", '"1, MDD | 2, PTSD"'),
        _field("failed", "history", "dropdown", "Antidepressants that failed", '"0, none | 1, one | 2, two"'),
        _field("benzo", "history", "yesno", "Benzodiazepine"),
        _field("comments", "history", "notes", "Comments", mark="y"),
        *[_field(f"phq_{n}", "phq9", "radio", f"Question {n}", ANSWER) for n in range(1, 10)],
        _field("phq_date", "phq9", "text", "Date filled in", validation="date_ymd"),
        _field("phq_total", "phq9", "calc", "Total", '"sum([phq_1],[phq_2])"'),
        _field("ket_date", "ketamine_session", "text", "Date and time", validation="datetime_mdy"),
        _field("ket_route", "ketamine_session", "radio", "Route", '"1, IV | 2, IM | 3, IN"'),
        _field("ket_dose", "ketamine_session", "text", "Dose", validation="number_1dp_comma_decimal"),
        _field("ket_ae", "ketamine_session", "checkbox", "Side effects", '"1, Nausea | 2, Headache | -1, Other"'),
    ]
)

_PHQ = ",".join(f"phq_{n}" for n in range(1, 10))
HEADER = (
    "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,redcap_data_access_group,"
    "full_name,dob,age,sex,demographics_complete,dx,failed,benzo,comments,history_complete,"
    f"{_PHQ},phq_date,phq_total,phq9_complete,"
    "ket_date,ket_route,ket_dose,ket_ae___1,ket_ae___2,ket_ae____1,ketamine_session_complete"
)
_NO_DOSE = ",,,,,,"
_NO_PHQ = "," * 11
ONE_TO_NINE = "1,1,1,1,1,1,1,1,1"


def _line(start: str, people: str = ",,,,,,,,,", phq: str = _NO_PHQ, session: str = _NO_DOSE) -> str:
    return ",".join([start, people, phq, session])


# Raw: codes, and days as REDCap writes them whatever the validation shows on the screen.
RAW = "\n".join(
    [
        HEADER,
        _line(
            "7,enrolment_arm_1,,,site_a",
            "Ada Okonkwo,1980-06-15,42,1,2,1,2,1,sees Dr Hale,2",
            "3,3,3,3,3,2,1,0,1,2023-06-12,19,2",
        ),
        _line("7,treatment_arm_1,ketamine_session,1,site_a", session="2023-06-14 15:00,1,\"40,5\",1,0,0,2"),
        _line("7,treatment_arm_1,ketamine_session,2,site_a", session="2023-06-18 09:00,1,45,1,1,0,2"),
        _line("7,month_1_arm_1,,,site_a", phq=f"{ONE_TO_NINE},2023-07-14,9,2"),
        _line("8,enrolment_arm_1,,,site_b", "Ben Hale,1930-01-02,90,2,2,2,0,0,,2", "2,2,2,2,2,2,2,2,0,2024-02-01,16,2"),
        _line("8,treatment_arm_1,ketamine_session,1,site_b", session="2024-02-01 10:00,3,56,0,0,1,2"),
        _line("8,month_1_arm_1,,,site_b", phq="1,1,1,1,1,1,1,,,2024-03-01,7,0"),
        _line("9,enrolment_arm_1,,,site_a", "Cho Hale,1990-12-31,-999,UNK,2,1,,1,,2"),
        _line("9,treatment_arm_1,ketamine_session,1,site_a", session="2022-12-30 11:00,2,,0,0,0,0"),
        _line("9,month_1_arm_1,,,site_a", phq=",,,,,,,,,,0,0"),
    ]
)  # fmt: skip

MAPPING = """\
name = "Project"

[redcap]
missing = ["-999", "UNK"]

[sources.people]
form = ["demographics", "history"]

[sources.sessions]
form = "ketamine_session"

[sources.phq]
form = "phq9"

[[patients]]
source = "people"
[patients.columns]
patient_id = "record_id"
clinic_id = { column = "redcap_data_access_group", values = { site_a = "A", site_b = "B" } }
age = "age"
sex = { column = "sex", values = { Female = "female", Male = "male" } }
primary_diagnosis = "dx"
failed_antidepressants = "failed"
benzodiazepine = "benzo"
index_year = { year_of = "first session" }

[[sessions]]
source = "sessions"
[sessions.columns]
patient_id = "record_id"
session_number = { in_order_of = "day" }
day = { date = "ket_date", from = "first session" }
route = "ket_route"
molecule = { constant = "racemic" }
dose_mg = "ket_dose"

[[assessments]]
source = "phq"
[assessments.columns]
patient_id = "record_id"
day = { date = "phq_date", from = "first session" }
visit = "redcap_event_name"
[assessments.columns.score]
instrument = "PHQ-9"
items = ["phq_1", "phq_2", "phq_3", "phq_4", "phq_5", "phq_6", "phq_7", "phq_8", "phq_9"]

[[adverse_events]]
source = "sessions"
keep = [{ column = "ket_ae___1", in = ["true"] }]
[adverse_events.columns]
patient_id = "record_id"
day = { date = "ket_date", from = "first session" }
term = { constant = "Nausea" }

[[adverse_events]]
source = "sessions"
keep = [{ column = "ket_ae____1", in = ["true"] }]
[adverse_events.columns]
patient_id = "record_id"
day = { date = "ket_date", from = "first session" }
term = { constant = "Other" }

[[allow]]
table = "patients"
column = "patient_id"
reason = "record numbers of the project are random"
"""

LABELS = {
    "enrolment_arm_1": "Enrolment",
    "treatment_arm_1": "Treatment",
    "month_1_arm_1": "Month 1",
    "ketamine_session": "Ketamine Session",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "project"
    path.mkdir()
    (path / "Project_DataDictionary_2024-05-01.csv").write_text(DICTIONARY, encoding="utf-8")
    (path / "Project_DATA_2024-05-01.csv").write_text(RAW, encoding="utf-8")
    return path
