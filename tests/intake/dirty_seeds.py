"""The faults of the dirty study: cells put in at random places, and rows and columns that do not fit."""

from __future__ import annotations

from .dirty_study import Cells, DirtyStudy, Fault, Row

RECORD_NAME = "filled cells under a name that stands for"

CELLS = (
    Cells("blank required cell", "patients", "clinic_id", ("",), "1 blank cell"),
    Cells("text for a number", "patients", "age", ("fortyish-Qx",), "1 cell with text in place of a number"),
    Cells("outside its range", "patients", "age", ("91746",), "1 value outside 0 to 90 years"),
    Cells("fraction for a whole number", "patients", "age", ("41.8125",), "1 number with a fraction"),
    Cells("unknown word", "patients", "sex", ("Wxoman",), "1 value outside the known words for sex"),
    Cells("unknown word", "patients", "payer", ("Medikare",), "1 value outside the known words for payer"),
    Cells("neither true nor false", "patients", "benzodiazepine", ("Jawohl", "Nein-doch"), "2 cells with neither true"),
    Cells("word for missing", "patients", "bmi", ("#N/A",), "1 cell with a word for 'missing'"),
    Cells("decimal comma", "patients", "bmi", ("23,4567",), "1 number written with a comma"),
    Cells("date for a number", "patients", "index_year", ("03/14/2021",), "1 calendar date in place of a number"),
    Cells("control character", "patients", "primary_diagnosis", ("MD\x07D-bell",), "1 cell with a line end, a tab or"),
    Cells("record number", "patients", "mrn", ("48213377", "48219912"), f"2 {RECORD_NAME} record numbers"),
    Cells("e-mail", "patients", "reach", ("zora.quist@example.org",), "1 cell with an e-mail address"),
    Cells("place", "patients", "town", ("Quarkville", "Xanthia"), f"2 {RECORD_NAME} places smaller than a state"),
    Cells("postal code", "patients", "area", ("58231-4417",), "1 cell with more of a postal code"),
    Cells("unknown word", "sessions", "route", ("infuzion",), "1 value outside the known words for route"),
    Cells("unknown word", "sessions", "molecule", ("racemik",), "1 value outside the known words for molecule"),
    Cells("outside its range", "sessions", "dose_mg", ("98765.4321", "-77.125"), "2 values outside 0 to 2000 mg"),
    Cells("text for a number", "sessions", "sbp_pre", ("1e999",), "1 cell with text in place of a number"),
    Cells("text for a number", "sessions", "cost_usd", ("$1234.56",), "1 cell with text in place of a number"),
    Cells("neither true nor false", "sessions", "completed", ("2?maybe",), "1 cell with neither true"),
    Cells("calendar date", "sessions", "infusion_when", ("2021-03-14", "Nov 2, 2020"), "2 cells with a calendar date"),
    Cells("device number", "sessions", "pump_serial", ("SX-99121",), "1 filled cell under a name that stands for dev"),
    Cells("spreadsheet's date", "assessments", "day", ("45123.5",), "1 value outside -3650 to 36500 days"),
    Cells("blank required cell", "assessments", "day", ("",), "1 blank cell"),
    Cells("unknown word", "assessments", "instrument", ("PHQ-99X",), "1 value outside the known words for instrument"),
    Cells("unknown word", "assessments", "mode", ("selfie",), "1 value outside the known words for mode"),
    Cells(
        "free text", "assessments", "note", ("Saw her late aunt Zenobia", "Would not come in"), f"2 {RECORD_NAME} free"
    ),
    Cells("IP address", "assessments", "came_from", ("203.0.113.77",), "1 cell with an internet (IP) address"),
    Cells("age over 89", "assessments", "age_then", ("97.25",), "1 filled cell under a name that stands for ages"),
    Cells(
        "unknown patient", "assessments", "patient_id", ("PX99991",), "1 row (instrument at a time) whose patient is"
    ),
    Cells("outside its range", "therapy_visits", "minutes", ("-66.375",), "1 value outside 0 to 1440 minutes"),
    Cells("text for a number", "therapy_visits", "day", ("soonish",), "1 cell with text in place of a number"),
    Cells("web address", "therapy_visits", "handout", ("https://example.org/zq7",), "1 cell with a web address"),
    Cells("unknown patient", "therapy_visits", "patient_id", ("PX99992", "PX99993"), "2 rows (preparation or integr"),
    Cells("outside its range", "adverse_events", "grade", ("77171",), "1 value outside 1 to 5 grade"),
    Cells("neither true nor false", "adverse_events", "serious", ("perhaps-so",), "1 cell with neither true"),
    Cells("unknown word", "adverse_events", "ascertainment", ("askd",), "1 value outside the known words for ascert"),
    Cells("blank required cell", "adverse_events", "term", ("",), "1 blank cell"),
    Cells(
        "social security number", "adverse_events", "action", ("412-55-7719",), "1 cell with what looks like a social"
    ),
    Cells("telephone number", "adverse_events", "term", ("(212) 555-0142",), "1 cell with a telephone or fax number"),
    Cells("person's name", "adverse_events", "action", ("Jennifer Ramirez",), "1 cell with what looks like a person's"),
    Cells("address", "adverse_events", "where_from", ("4417 Quarry Hill Road",), "1 cell with a street or postal"),
    Cells("unknown patient", "adverse_events", "patient_id", ("PX99994",), "1 row (event) whose patient is not"),
)
NOTED_CELLS = (
    Cells("spaces around", "patients", "clinic_id", ("  C03 ",), "1 cell with spaces around the text", "note"),
    Cells("word for missing, kept", "patients", "primary_diagnosis", ("nil",), "1 cell with a word for", "note"),
    Cells(
        "hash", "patients", "token", ("9f86d081884c7d659a2feaa0c55ad015",), "1 cell with what looks like a h", "note"
    ),
    Cells("unknown session", "adverse_events", "session_number", ("1999",), "1 event with a session number", "note"),
)
PHQ9 = (
    Cells("outside its instrument", "assessments", "score", ("7777.25",), "1 PHQ-9 value outside 0-27"),
    Cells("outside its instrument", "assessments", "suicidality_item", ("5",), "1 PHQ-9 item value outside 0-3"),
)
EXTRA = ("patients", "sessions", "assessments", "adverse_events", "therapy_visits")


def dirty_study(seed: int) -> DirtyStudy:
    """The sample study with every fault in it."""
    dirty = DirtyStudy(seed)
    for seeds in (*CELLS, *NOTED_CELLS):
        dirty.put(seeds)
    for seeds in PHQ9:
        dirty.put(seeds, lambda row: row["instrument"] == "PHQ-9")
    _break_sessions(dirty)
    _break_header(dirty)
    _repeat_rows(dirty)
    for table in EXTRA:
        dirty.add(Fault("column beyond the dictionary", "note", table, None, "kept beyond the data dictionary"))
    return dirty


def noted_study(seed: int) -> DirtyStudy:
    """The sample study with what is noted and no more: the study loads, and what is left out is counted."""
    dirty = DirtyStudy(seed)
    for seeds in NOTED_CELLS:
        dirty.put(seeds)
    _repeat_assessment(dirty)
    _append_blank_rows(dirty)
    dirty.add(Fault("column beyond the dictionary", "note", "patients", None, "kept beyond the data dictionary"))
    return dirty


def _break_sessions(dirty: DirtyStudy) -> None:
    """Sessions of reserved patients: a number twice, numbers that fall, a late first one, a gap, an unknown patient."""
    twice, falling, late, gap = (dirty.sessions_of(place) for place in range(4))
    twice[1]["session_number"] = twice[0]["session_number"]
    for number, row in enumerate(twice[2:], 2):
        row["session_number"] = str(number)
    falling[-1]["day"] = "-1.0625"
    for row in late:
        row["day"] = f"{float(row['day']) + 3.0625}"
    gap[-1]["session_number"] = "1777"
    stranger = dirty.append("sessions", {**gap[0], "patient_id": "PX99995"})
    number, day = "session_number", "day"
    facts = (
        ("session number twice", number, "1 row with a session number that the patient already has", twice[1], ()),
        ("sessions out of order", number, "1 session on an earlier day than", falling[-1], ("-1.0625",)),
        ("first session late", day, "1 patient whose first session is not on day 0", late[0], ("3.0625",)),
        ("unknown patient", "patient_id", "1 row (ketamine session) whose patient is not", stranger, ("PX99995",)),
    )
    for kind, column, says, row, secrets in facts:
        dirty.add(Fault(kind, "error", "sessions", column, says, [row], secrets))
    skipped = "1 place where a session number is skipped"
    dirty.add(Fault("session number skipped", "note", "sessions", number, skipped, [gap[-1]], ("1777",)))


def _break_header(dirty: DirtyStudy) -> None:
    """Therapy visits: a required column misnamed, an optional one misspelt, one called after a person."""
    for row in dirty.tables["therapy_visits"]:
        row["kynd"], row["modalty"] = row.pop("kind"), row.pop("modality")
    dirty.tables["therapy_visits"][0]["Jennifer Ramirez"] = "3"
    missing = "the required column 'kind' is missing. Is it the column 'kynd'?"
    dirty.add(Fault("required column missing", "error", "therapy_visits", "kind", missing))
    called = "has a name with what looks like a person's name"
    dirty.add(Fault("column called after a person", "error", "therapy_visits", None, called, [], ("Jennifer Ramirez",)))


def _repeat_rows(dirty: DirtyStudy) -> None:
    """A patient twice, a score twice, two scores that contradict each other, blank rows."""
    again = dirty.append("patients", dict(dirty.draw("patients")))
    says = "1 row with a patient_id that an earlier row already has"
    dirty.add(Fault("patient twice", "error", "patients", "patient_id", says, [again], (again["patient_id"],)))
    one = dirty.draw("assessments", _is_scored)
    other = dirty.append("assessments", {**one, "score": "1" if one["score"] != "1" else "2"})
    says = "2 rows with the patient, day and instrument of another row but other values"
    dirty.add(Fault("contradicting scores", "error", "assessments", None, says, [one, other], (one["patient_id"],)))
    _repeat_assessment(dirty)
    _append_blank_rows(dirty)


def _repeat_assessment(dirty: DirtyStudy) -> None:
    again = dirty.append("assessments", dict(dirty.draw("assessments", _is_scored)))
    says = "1 row equal to an earlier row in every column"
    dirty.add(Fault("row repeated", "note", "assessments", None, says, [again], (again["patient_id"],)))


def _append_blank_rows(dirty: DirtyStudy) -> None:
    for table in ("sessions", "adverse_events"):
        rows = [dirty.append(table, {}) for _ in range(2)]
        dirty.add(Fault("blank row", "note", table, None, "2 blank rows", rows))


def _is_scored(row: Row) -> bool:
    return row["score"] != ""
