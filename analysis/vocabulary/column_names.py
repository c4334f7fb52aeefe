"""Names that clinics give to columns, for suggestions only: a person accepts or changes every one of them.

A name is compared by its words: "PatientDOB" and "patient_dob" are both "patient dob". The first phrases of a
column are no better than the last. What an instrument is called in a column name is looser than in a cell
("phq" for PHQ-9), because nine items or a range of 27 say the rest.
"""

from __future__ import annotations

PATIENT_ID = (
    "patient id", "patient", "pt id", "ptid", "pid", "subject id", "subject", "record id", "study id", "participant id",
    "participant", "client id", "patient code", "patient no", "patient number", "nr", "id", "case id",
)  # fmt: skip
DATE = ("date", "visit date", "day", "study day", "days since first", "date of visit", "dt")

COLUMN_NAMES: dict[tuple[str, str], tuple[str, ...]] = {
    ("patients", "clinic_id"): ("clinic", "clinic id", "site", "site id", "location", "facility", "center", "centre"),
    ("patients", "age"): ("age", "age years", "age at intake", "age at start", "years", "patient age"),
    ("patients", "sex"): ("sex", "gender", "sex at birth", "biological sex", "birth sex"),
    ("patients", "primary_diagnosis"): (
        "primary diagnosis", "diagnosis", "dx", "primary dx", "indication", "diag", "main diagnosis", "condition",
    ),
    ("patients", "failed_antidepressants"): (
        "failed antidepressants", "failed ads", "n failed antidepressants", "failed trials", "prior antidepressants",
        "antidepressant failures", "failed meds",
    ),
    ("patients", "benzodiazepine"): ("benzodiazepine", "benzo", "benzos", "benzodiazepines", "on benzo", "bzd"),
    ("patients", "antidepressant"): ("antidepressant", "on antidepressant", "current antidepressant", "ad use", "ssri"),
    ("patients", "prior_suicide_attempt"): (
        "prior suicide attempt", "suicide attempt", "prior attempt", "history of suicide attempt", "past attempt",
    ),
    ("patients", "payer"): ("payer", "insurance", "payor", "coverage", "insurance type", "payment", "payment type"),
    ("patients", "bmi"): ("bmi", "body mass index", "kg per m2"),
    ("patients", "index_year"): ("index year", "year", "start year", "year of first session"),
    ("sessions", "session_number"): (
        "session number", "session", "session no", "session num", "visit number", "infusion number", "treatment number",
        "dose number", "infusion no", "treatment no", "session nr", "tx number",
    ),
    ("sessions", "day"): (
        *DATE, "session date", "infusion date", "treatment date", "tx date", "dos", "date of service", "dose date",
        "session day", "administration date", "encounter date",
    ),
    ("sessions", "route"): (
        "route", "roa", "how", "route of administration", "administration route", "how given", "delivery", "modality",
        "form", "administration",
    ),
    ("sessions", "molecule"): ("molecule", "drug", "medication", "compound", "med", "product"),
    ("sessions", "dose_mg"): (
        "dose", "mg", "dosage", "amount", "dose given", "ketamine dose", "total dose", "dose mg", "ketamine mg",
    ),
    ("sessions", "weight_kg"): ("weight", "wt", "body weight", "weight kg", "weight lb", "patient weight"),
    ("sessions", "duration_min"): ("duration", "infusion time", "infusion duration", "length", "session length"),
    ("sessions", "setting"): ("setting", "place", "where", "location of dose", "home or clinic"),
    ("sessions", "sbp_pre"): ("sbp pre", "pre sbp", "systolic pre", "sbp before", "baseline sbp", "systolic before"),
    ("sessions", "dbp_pre"): ("dbp pre", "pre dbp", "diastolic pre", "dbp before", "baseline dbp", "diastolic before"),
    ("sessions", "sbp_peak"): ("sbp peak", "peak sbp", "max sbp", "systolic peak", "highest sbp", "sbp max"),
    ("sessions", "dbp_peak"): ("dbp peak", "peak dbp", "max dbp", "diastolic peak", "highest dbp", "dbp max"),
    ("sessions", "hr_peak"): ("hr peak", "peak hr", "max hr", "highest heart rate", "hr max", "peak pulse"),
    ("sessions", "spo2_min"): ("spo2 min", "min spo2", "lowest spo2", "lowest o2", "o2 sat low"),
    ("sessions", "cadss_peak"): ("cadss peak", "peak cadss", "max cadss", "cadss max"),
    ("sessions", "observation_min"): ("observation", "observation time", "monitoring time", "monitored"),
    ("sessions", "completed"): ("completed", "complete", "session completed", "finished", "full dose given"),
    ("sessions", "therapist_present"): ("therapist present", "therapist", "with therapist"),
    ("sessions", "cost_usd"): ("cost", "charge", "price", "fee", "cost usd", "billed"),
    ("sessions", "covered"): ("covered", "insurance covered", "paid by insurance"),
    ("assessments", "day"): (
        *DATE, "assessment date", "survey date", "completed date", "date completed", "score date", "questionnaire date",
        "response date", "assessment day", "date taken",
    ),
    ("assessments", "instrument"): (
        "instrument", "scale", "measure", "questionnaire", "survey", "form name", "assessment", "test", "tool",
    ),
    ("assessments", "score"): ("score", "total", "total score", "result", "value", "points", "sum score"),
    ("assessments", "suicidality_item"): ("suicidality item", "si item", "suicide item", "item 9", "si"),
    ("assessments", "n_items_answered"): ("n items answered", "items answered", "answered"),
    ("assessments", "mode"): ("mode", "rater", "rated by", "completed by", "source of rating"),
    ("therapy_visits", "day"): (*DATE, "therapy date", "session date", "appointment date"),
    ("therapy_visits", "kind"): ("kind", "visit type", "therapy type", "type", "appointment type", "visit kind"),
    ("therapy_visits", "minutes"): ("minutes", "length", "duration", "therapy minutes", "duration min"),
    ("therapy_visits", "modality"): ("modality", "approach", "model", "therapy model"),
    ("adverse_events", "session_number"): ("session number", "session", "infusion number", "session no"),
    ("adverse_events", "day"): (*DATE, "event date", "onset date", "ae date"),
    ("adverse_events", "term"): (
        "term", "adverse event", "ae", "side effect", "ae term", "event", "reaction", "adverse effect",
    ),
    ("adverse_events", "grade"): ("grade", "severity", "ctcae grade", "ae grade", "severity grade"),
    ("adverse_events", "serious"): ("serious", "sae", "is serious", "serious ae"),
    ("adverse_events", "onset_min"): ("onset", "onset minutes", "time to onset"),
    ("adverse_events", "resolved_min"): ("resolved", "resolved minutes", "time to resolution", "resolution minutes"),
    ("adverse_events", "ascertainment"): ("ascertainment", "how reported", "reported how", "elicited"),
    ("adverse_events", "action"): ("action", "action taken", "intervention"),
}  # fmt: skip

BIRTH_DATES = ("dob", "date of birth", "birth date", "birthdate", "birthday", "patient dob", "born")

INSTRUMENT_NAMES: dict[str, tuple[str, ...]] = {
    "PHQ-9": ("phq 9", "phq"),
    "QIDS-SR16": ("qids sr 16", "qids sr", "qids 16", "qids"),
    "MADRS": ("madrs",),
    "HAM-D17": ("ham d 17", "hamd 17", "hdrs 17", "hrsd 17", "ham d", "hamd", "hdrs", "hrsd"),
    "BDI-II": ("bdi ii", "bdi 2", "bdi"),
    "GAD-7": ("gad 7", "gad"),
    "PCL-5": ("pcl 5", "pcl"),
    "PEG": ("peg 3", "peg"),
    "BPI": ("bpi interference", "bpi"),
    "NRS pain": ("nrs pain", "pain nrs", "nrs", "pain score", "pain"),
    "CADSS": ("cadss",),
    "C-SSRS": ("c ssrs", "cssrs", "columbia"),
}

UNIT_WORDS: dict[str, tuple[tuple[str, str], ...]] = {  # the study's own unit: words of a name, the unit they say
    "mg": (("mg kg", "mg/kg"), ("mgkg", "mg/kg"), ("mg per kg", "mg/kg"), ("mcg", "mcg"), ("ug", "mcg"), ("mg", "mg")),
    "kg": (("lb", "lb"), ("lbs", "lb"), ("pounds", "lb"), ("kg", "kg"), ("kgs", "kg"), ("stone", "st")),
    "minutes": (("min", "minutes"), ("mins", "minutes"), ("minutes", "minutes"), ("hours", "hours"), ("hrs", "hours"),
                ("hr", "hours"), ("sec", "seconds")),
    "days": (("week", "weeks"), ("weeks", "weeks"), ("wk", "weeks"), ("hours", "hours"), ("day", "days"),
             ("days", "days")),
}  # fmt: skip

# Words for when a score was taken, in the names of wide columns: days of one unit, and days from the first session.
TIME_UNITS: dict[str, float] = {
    "d": 1, "day": 1, "days": 1, "w": 7, "wk": 7, "wks": 7, "week": 7, "weeks": 7, "m": 30, "mo": 30, "mos": 30,
    "mth": 30, "month": 30, "months": 30, "h": 1 / 24, "hr": 1 / 24, "hrs": 1 / 24, "hour": 1 / 24, "hours": 1 / 24,
    "y": 365, "yr": 365, "year": 365,
}  # fmt: skip
BASELINE_WORDS = ("baseline", "base", "bl", "pre", "intake", "initial", "before", "pretreatment", "start")
SCREENING_WORDS = ("screening", "screen", "scr")
SCORE_WORDS = ("total", "score", "sum", "tot", "scale", "result")
ITEM_WORDS = ("item", "q", "question", "i", "itm")
NO_SCORE_WORDS = (  # beside an instrument's name they say that the column holds something else than a score
    "date", "dt", "time", "by", "rater", "note", "notes", "comment", "comments", "complete", "completed", "status",
    "severity", "category", "band", "change", "version", "language", "difficulty", "remission", "response",
)  # fmt: skip
TIME_NAMES = ("time", "visit time", "session time", "start time", "time of visit", "infusion time", "appointment time")
SUICIDALITY_WORDS = ("si", "suicide", "suicidal", "suicidality")
