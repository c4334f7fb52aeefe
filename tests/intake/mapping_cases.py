"""Small foreign files and a mapping of them, to read and to break one thing at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.intake import StudyDataError, read_study
from analysis.study import Study

VISITS = """\
who,seen,clock,how,amount,kilos,pounds
A,2024-03-01,10:00,drip,0.5,80,176
A,2024-03-08,,drip,40 mg,80,176
B,2024-04-30,09:30,shot,1,70,154
"""

PEOPLE = """\
who,site,born,dx
A,North,1980-03-02,MDD
B,South,1931-01-01,PTSD
C,South,1990-06-15,MDD
"""

FORMS = """\
who,filled,q1,q2,q3,q4,q5,q6,q7,q8,q9
A,2024-02-28,3,3,3,3,3,2,2,1,1
A,2024-03-15,1,1,1,1,1,1,1,1,0
B,2024-04-30,2,2,2,2,2,2,2,2,2
C,2024-05-01,1,1,1,1,1,1,1,1,1
"""

MAPPING = """\
[sources.people]
file = "people.csv"
[sources.visits]
file = "visits.csv"
[sources.forms]
file = "forms.csv"

[[patients]]
source = "people"
[patients.columns]
patient_id = "who"
clinic_id = "site"
age = { date = "born", age_at = "first session" }
primary_diagnosis = "dx"
index_year = { year_of = "first session" }

[[sessions]]
source = "visits"
[sessions.columns]
patient_id = "who"
session_number = { in_order_of = "day" }
day = { date = "seen", from = "first session", time = "clock" }
route = { column = "how", vocabulary = "routes" }
dose_mg = { column = "amount", unit = "mg/kg", weight = "kilos" }
weight_kg = { column = "pounds", unit = "lb" }

[[assessments]]
source = "forms"
[assessments.columns]
patient_id = "who"
day = { date = "filled", from = "first session" }
score = { items = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9"], instrument = "PHQ-9" }
"""


class Foreign:
    """A folder of foreign files with a mapping that works, and what reading it gives after a change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mapping = MAPPING
        for name, text in {"people.csv": PEOPLE, "visits.csv": VISITS, "forms.csv": FORMS}.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Replace a piece of text that occurs in a file."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def remap(self, old: str, new: str) -> None:
        """Replace a piece of text that occurs in the mapping."""
        assert old in self.mapping
        self.mapping = self.mapping.replace(old, new)

    def study(self) -> Study:
        path = self.folder.parent / "mapping.toml"
        path.write_text(self.mapping, encoding="utf-8")
        return read_study(self.folder, path)

    def errors(self) -> list[str]:
        """The sentences of all errors of a study that is expected not to load."""
        with pytest.raises(StudyDataError) as caught:
            self.study()
        return [str(finding) for finding in caught.value.findings if finding.level == "error"]

    def faults(self) -> list[str]:
        """The errors without the name of the mapping file."""
        return [message.removeprefix("mapping.toml, ").removeprefix("mapping.toml: ") for message in self.errors()]
