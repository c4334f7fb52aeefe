"""The sample study with a fault of a whole file in each table, and as a foreign export read through a mapping."""

from __future__ import annotations

import gzip
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .dirty_study import Cells, DirtyStudy, as_csv, clean_tables

SECRET = "Zq7xWv"  # in no column name and no sentence


@dataclass(frozen=True)
class BrokenFile:
    """What is done to the text of one table's file, and what is said about it."""

    table: str
    breaks: Callable[[str], bytes]
    says: str


def _in_row(number: int, change: Callable[[str], str]) -> Callable[[str], bytes]:
    def broken(text: str) -> bytes:
        lines = text.split("\n")
        lines[number - 1] = change(lines[number - 1])
        return "\n".join(lines).encode()

    return broken


# Three studies with a broken file for every table; a broken file hides what else is wrong in it alone.
BROKEN = (
    (
        BrokenFile("patients", _in_row(1, lambda row: row.replace("bmi", "age")), "'age' occur more than once"),
        BrokenFile("sessions", lambda text: f"{text}{SECRET}é\n".encode("latin-1"), "not UTF-8"),
        BrokenFile("assessments", _in_row(7, lambda row: f"{row},{SECRET}"), "1 row without exactly 7 cells (row 7)"),
        BrokenFile("therapy_visits", _in_row(1, lambda row: row.replace("kind", "")), "column number 3 has values but"),
        BrokenFile("adverse_events", _in_row(4, lambda row: f"{row}\0{SECRET}"), "NUL bytes (first in line 4)"),
    ),
    (
        BrokenFile(
            "patients", lambda text: text.split("\n", 1)[1].encode(), "row 1 holds the same text more than once"
        ),
        BrokenFile("sessions", lambda text: text.encode("utf-16"), "is UTF-16 text, not UTF-8"),
        BrokenFile("assessments", lambda text: text.replace(",", ";").encode(), "separated by semicolon and not by"),
        BrokenFile(
            "therapy_visits", _in_row(3, lambda row: f',"{SECRET}{row}'), "1 row without exactly 5 cells (row 3)"
        ),
        BrokenFile("adverse_events", lambda text: pickle.dumps([text, SECRET]), "is a Python pickle"),
    ),
    (
        BrokenFile("patients", lambda text: b"", "the file is empty"),
        BrokenFile("sessions", lambda text: text.split("\n", 1)[0].encode(), "has no rows"),
        BrokenFile("assessments", lambda text: b"%PDF-1.7 " + text.encode(), "PDF"),
        BrokenFile("therapy_visits", lambda text: gzip.compress(text.encode()), "compressed"),
        BrokenFile("adverse_events", lambda text: text.encode() + f"{SECRET}é,\xff".encode("latin-1"), "not UTF-8"),
    ),
)


def write_broken(files: tuple[BrokenFile, ...], folder: Path) -> None:
    """The sample study with every file broken."""
    tables = clean_tables()
    for file in files:
        (folder / f"{file.table}.csv").write_bytes(file.breaks(as_csv(tables[file.table])))


WORDS = {"IV": "drip", "IM": "shot", "IN": "nasal spray", "SL": "troche", "PO": "by mouth", "SC": "sub-q"}
POUNDS_A_KILO = 1 / 0.45359237
MAPPING = """\
[sources.people]
file = "people.csv"
[sources.infusions]
file = "infusions.csv"
missing = ["-99"]
[sources.forms]
file = "forms.csv"

[[patients]]
source = "people"
[patients.columns]
patient_id = "patient_id"
clinic_id = "clinic_id"
primary_diagnosis = "primary_diagnosis"
sex = { column = "gender", vocabulary = "sex" }

[[sessions]]
source = "infusions"
keep = [{ column = "status", in = ["done"] }]
[sessions.columns]
patient_id = "patient_id"
session_number = "session_number"
day = "day"
route = { column = "how", vocabulary = "routes" }
dose_mg = { column = "dose", unit = "mg/kg", weight = "pounds", weight_unit = "lb" }
weight_kg = { column = "pounds", unit = "lb" }

[[assessments]]
source = "forms"
drop_repeats = true
[assessments.columns]
patient_id = "patient_id"
day = "day"
instrument = { column = "form", vocabulary = "instruments" }
score = "score"
"""
MAPPED_CELLS = (
    Cells("unknown word", "patients", "gender", ("womyn",), "people.csv (as patients): column 'gender' has 1 value th"),
    Cells("unknown route", "sessions", "how", ("moonbeam", "sip-it"), "column 'how' has 2 values that the vocabulary"),
    Cells(
        "unknown unit", "sessions", "dose", ("41.77 grains",), "column 'dose' has 1 cell with a unit that is none of"
    ),
    Cells("text for a number", "sessions", "dose", ("half-ish",), "column 'dose' has 1 cell with text in place of a n"),
    Cells("impossible weight", "sessions", "pounds", ("77171",), "column 'pounds' has 1 weight outside 20 to 400 kg"),
    Cells("text for a number", "sessions", "pounds", ("heavy-ish",), "column 'pounds' has 1 cell with text in place"),
    Cells("unknown instrument", "assessments", "form", ("HAM-D",), "column 'form' has 1 value that the vocabulary"),
    Cells(
        "unknown patient", "assessments", "patient_id", ("PX99991",), "1 row (instrument at a time) whose patient is"
    ),
    Cells("outside its range", "assessments", "day", ("45123.5",), "1 value outside -3650 to 36500 days"),
)
SOURCE_FILES = {"patients": "people", "sessions": "infusions", "assessments": "forms"}


def foreign_study(seed: int) -> DirtyStudy:
    """The sample study as a clinic's own export: pounds, doses per kilogram, words for routes; nothing wrong in it."""
    dirty = DirtyStudy(seed)
    for row in dirty.tables["patients"]:
        row["gender"] = row.pop("sex")[:1].upper() if row["sex"] in ("male", "female") else row.pop("sex")
    for row in dirty.tables["sessions"]:
        row["how"], row["status"] = WORDS.get(row["route"], row["route"]), "done"
        kilos = float(row["weight_kg"] or 80)
        row["pounds"] = f"{kilos * POUNDS_A_KILO:.6f}"
        row["dose"] = f"{float(row['dose_mg'] or 0) / kilos:.9f}"
    for row in dirty.tables["assessments"]:
        row["form"] = row.pop("instrument").replace("-", "").lower()
    return dirty


def write_foreign(dirty: DirtyStudy, folder: Path) -> Path:
    """The files of the export, and where the mapping is."""
    for table, name in SOURCE_FILES.items():
        (folder / f"{name}.csv").write_text(as_csv(dirty.tables[table]), encoding="utf-8")
    path = folder.parent / "mapping.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path
