"""A valid tiny study as files, to break one thing at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.intake import Finding, StudyDataError, read_study

from .mapping_cases import Foreign

TABLES = {
    "patients.csv": """\
patient_id,clinic_id,age,sex,primary_diagnosis,failed_antidepressants,benzodiazepine,payer,bmi
P1,A,34,female,MDD,2,true,VA,24.5
P2,A,51,male,PTSD,,false,self-pay,31
P3,B,90,female,MDD,0,,commercial,
""",
    "sessions.csv": """\
patient_id,session_number,day,route,molecule,dose_mg,sbp_pre,completed
P1,1,0,IV,racemic,40,120,true
P1,2,3.5,IV,racemic,45,118,true
P2,1,0,IN,esketamine,56,131,true
P3,1,0,SL,racemic,,,false
P3,2,0.17,SL,racemic,100,125,
""",
    "assessments.csv": """\
patient_id,day,instrument,score,suicidality_item,mode
P1,-2,PHQ-9,19,1,self
P1,14,PHQ-9,9,0,self
P2,0,PHQ-9,21,,self
P2,0,PCL-5,55,,self
P2,28,PCL-5,,,self
P3,-1,MADRS,33,4,clinician
P3,7,MADRS,12,0,clinician
""",
    "therapy_visits.csv": """\
patient_id,day,kind,minutes
P1,-3,preparation,50
P1,1,integration,50
""",
    "adverse_events.csv": """\
patient_id,session_number,day,term,grade,serious
P1,1,0,Nausea,1,false
P2,,,Headache,,
""",
}


class StudyFolder:
    """A folder with a valid study, and the report that reading it gives after a change."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name, text in TABLES.items():
            self.write(name, text)

    def write(self, name: str, text: str | bytes) -> None:
        """Write a file as it is given."""
        data = text.encode() if isinstance(text, str) else text
        (self.path / name).write_bytes(data)

    def change(self, name: str, old: str, new: str) -> None:
        """Replace a piece of text that occurs in a file of the valid study."""
        text = (self.path / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def remove(self, name: str) -> None:
        (self.path / name).unlink()

    def errors(self, mapping: Path | None = None) -> list[str]:
        """The sentences of all errors."""
        return [str(finding) for finding in self.findings(mapping) if finding.level == "error"]

    def findings(self, mapping: Path | None = None) -> tuple[Finding, ...]:
        """Every finding of a study that is expected not to load."""
        with pytest.raises(StudyDataError) as caught:
            read_study(self.path, mapping)
        return caught.value.findings

    def notes(self) -> tuple[str, ...]:
        """The notes of a study that is expected to load."""
        return read_study(self.path).notes


@pytest.fixture
def study_folder(tmp_path: Path) -> StudyFolder:
    folder = tmp_path / "clinic study"
    folder.mkdir()
    return StudyFolder(folder)


@pytest.fixture
def foreign(tmp_path: Path) -> Foreign:
    folder = tmp_path / "foreign"
    folder.mkdir()
    return Foreign(folder)
