"""Exports of record systems among the ways into a study: recognised by their files, read as the mapping says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from analysis.vocabulary import TABLES

from ..fhir.study import ENDING, read_fhir
from ..files import StudyFiles
from ..findings import FindingLog
from ..mapping import Mapping
from ..omop.extract import DRUG_EXPOSURE, PERSON, cdm_files
from ..omop.study import read_omop
from ..redcap.recognise import dictionary_files
from ..redcap.study import read_redcap
from ..source import SourceTable

StudyFormat = Literal["fhir", "omop", "redcap"]

NEEDS = {
    "fhir": (
        "This is a FHIR export. It needs a mapping with a section [fhir] that names the codes of ketamine "
        "(medications or procedures), the clinic and the diagnosis."
    ),
    "omop": (
        "This is an OMOP extract. It needs a mapping with a section [omop] that names the concepts of ketamine, "
        "the clinic and the diagnosis."
    ),
    "redcap": (
        "This is a REDCap export with its data dictionary. It needs a mapping with a section [redcap] and sources "
        "that name its forms."
    ),
}


def study_format(files: StudyFiles) -> StudyFormat | None:
    """Which record system the files come from; None for files of any other kind, or named after the tables of a study.

    FHIR: a file .ndjson. OMOP: person and drug_exposure. REDCap: a data dictionary, known by its column names.
    """
    if any(file.stem.lower() in TABLES for file in files.top):
        return None
    if any(file.ending == ENDING for file in files.files):
        return "fhir"
    if {PERSON.name, DRUG_EXPOSURE.name} <= set(cdm_files(files)):
        return "omop"
    return "redcap" if dictionary_files(files) else None


def foreign_format(files: StudyFiles, rules: Mapping | None) -> StudyFormat | None:
    """The format that a mapping names; without a mapping of its own the one that the files show."""
    if rules is None:
        return study_format(files)
    named: dict[StudyFormat, object] = {"fhir": rules.fhir, "omop": rules.omop, "redcap": rules.redcap}
    chosen = next((name for name, section in named.items() if section is not None), None)
    return chosen or (None if rules.tables else study_format(files))


def foreign_tables(
    files: StudyFiles, rules: Mapping | None, form: StudyFormat, log: FindingLog
) -> Iterator[tuple[str, SourceTable]]:
    """The tables of an export, read when the first is asked for, so that its faults and theirs come in one report.

    A patient's code is kept only when the mapping allows the column patient_id of the table patients by name.
    """
    allowed = rules.allowed if rules is not None else ()
    keep_ids = any((one.table, one.column) == ("patients", "patient_id") for one in allowed)
    if rules is not None and form == "fhir" and rules.fhir is not None:
        yield from _three_tables(read_fhir(files, rules.fhir, keep_ids, log), log)
    elif rules is not None and form == "omop" and rules.omop is not None:
        yield from _three_tables(read_omop(files, rules.omop, keep_ids, log), log)
    elif rules is not None and rules.redcap is not None:
        yield from read_redcap(files, rules, keep_ids, log).items()
    else:
        log.add("error", "", NEEDS[form])


def _three_tables(tables: dict[str, SourceTable], log: FindingLog) -> Iterator[tuple[str, SourceTable]]:
    """The tables of health records, which say nothing of the optional ones."""
    for name in TABLES if tables else ():
        if name in tables:
            yield name, tables[name]
        else:
            log.add("note", name, f"There is no table {name}; the pages that need it say so.")
