"""Words that clinics use for the study's words, as closed lists that a mapping may translate by.

A list holds only words with one meaning: "HAM-D" (17, 21 or 24 items), "PCL" (DSM-IV or DSM-5), "BDI" or a
bare "PHQ" are in none, because two studies would read them differently. Case, spaces and punctuation do not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from .instruments import INSTRUMENTS
from .routes import ROUTE_SYNONYMS
from .spelling import plain_spelling

Words = dict[str, tuple[str, ...]]

_SCORE_ENDINGS = ("", " total", " total score", " score", " sum", " sum score")

INSTRUMENT_SYNONYMS: Words = {
    "PHQ-9": ("phq9", "patient health questionnaire", "patient health questionnaire 9", "patient health 9"),
    "QIDS-SR16": ("qids-sr", "qids sr 16", "quick inventory of depressive symptomatology self report"),
    "MADRS": ("montgomery asberg", "montgomery asberg depression rating scale", "montgomery asberg depression scale"),
    "HAM-D17": ("hamd 17", "hdrs 17", "ham-d 17 items", "hamilton depression 17", "hrsd 17"),
    "BDI-II": ("bdi 2", "bdi2", "beck depression inventory ii", "beck depression inventory 2"),
    "GAD-7": ("gad7", "generalized anxiety disorder 7", "generalised anxiety disorder 7", "gad 7 items"),
    "PCL-5": ("pcl5", "ptsd checklist for dsm-5", "ptsd checklist dsm 5", "ptsd checklist 5"),
    "PEG": ("peg 3", "peg pain", "pain enjoyment general activity"),
    "BPI": ("brief pain inventory", "bpi interference"),
    "NRS pain": ("nrs", "pain nrs", "numeric rating of pain", "numeric pain rating", "numeric rating scale pain"),
    "CADSS": ("clinician administered dissociative states scale", "dissociative states scale"),
    "C-SSRS": ("columbia", "columbia suicide severity rating scale", "columbia scale"),
}

_MORE_ROUTES: Words = {
    "IV": ("i.v.", "iv drip", "intravenously", "iv push", "ivpb", "intravenous infusion"),
    "IM": ("i.m.", "im injection", "im shot", "intramuscularly", "intramuscular injection"),
    "IN": ("i.n.", "nasal esketamine", "esketamine nasal spray", "nasally", "intranasal spray", "nose spray"),
    "SL": ("s.l.", "troches", "lozenges", "odt", "rapid dissolve tablet", "rapidly dissolving tablet", "sublingually"),
    "PO": ("p.o.", "orally", "capsules", "tablets", "swallowed"),
    "SC": ("s.c.", "subq injection", "subcutaneously", "sub q", "subcutaneous injection", "under the skin"),
    "buccal": ("buccally", "buccal tablet"),
    "rectal": ("p.r.", "rectally", "suppositories"),
}

WORD_LISTS: dict[str, Words] = {
    "routes": {code: (*words, *_MORE_ROUTES[code]) for code, words in ROUTE_SYNONYMS.items()},
    "instruments": {
        name: tuple(f"{word}{ending}" for word in (name, *INSTRUMENT_SYNONYMS[name]) for ending in _SCORE_ENDINGS)
        for name in INSTRUMENTS
    },
    "molecules": {
        "racemic": ("ketamine", "racemic ketamine", "ketamine hcl", "ketamine hydrochloride", "ketalar"),
        "esketamine": ("spravato", "s-ketamine", "esketamine nasal spray", "es-ketamine"),
    },
    "yes_no": {
        "true": ("yes", "y", "t", "1", "checked", "done"),
        "false": ("no", "n", "f", "0", "unchecked", "not done"),
    },
    "sex": {
        "female": ("f", "woman", "fem"),
        "male": ("m", "man"),
        "other": ("o", "x", "non-binary", "nonbinary", "nb", "intersex", "diverse"),
    },
    "payers": {
        "self-pay": ("self pay", "cash", "cash pay", "out of pocket", "private pay", "oop"),
        "commercial": ("commercial insurance", "private insurance", "employer insurance", "ppo", "hmo"),
        "Medicare": ("medicare part b", "medicare advantage"),
        "Medicaid": ("state medicaid", "managed medicaid"),
        "VA": ("veterans affairs", "veterans administration", "veterans health", "va benefits"),
    },
    "settings": {
        "clinic": ("in clinic", "office", "in office", "on site", "onsite", "infusion center", "infusion centre"),
        "home": ("at home", "home use", "telehealth", "remote"),
    },
    "visit_kinds": {
        "preparation": ("prep", "prep session", "preparation session", "preparatory", "prep visit"),
        "integration": ("integration session", "integration visit", "integrative"),
    },
    "raters": {
        "self": ("self report", "self reported", "self rated", "patient", "patient reported"),
        "clinician": ("clinician rated", "clinician administered", "provider", "rater", "physician"),
    },
    "ascertainment": {
        "solicited": ("asked", "prompted", "checklist"),
        "spontaneous": ("volunteered", "unprompted", "unsolicited"),
    },
    # The four answers of PHQ-9 and GAD-7, free to use, with their LOINC answer codes (list LL358-3).
    "phq_answers": {
        "0": ("not at all", "LA6568-5"),
        "1": ("several days", "LA6569-3"),
        "2": ("more than half the days", "over half the days", "LA6570-1"),
        "3": ("nearly every day", "LA6571-9"),
    },
}

LIST_OF_COLUMN: dict[tuple[str, str], str] = {
    ("patients", "sex"): "sex",
    ("patients", "payer"): "payers",
    ("sessions", "route"): "routes",
    ("sessions", "molecule"): "molecules",
    ("sessions", "setting"): "settings",
    ("assessments", "instrument"): "instruments",
    ("assessments", "mode"): "raters",
    ("therapy_visits", "kind"): "visit_kinds",
    ("adverse_events", "ascertainment"): "ascertainment",
}


@cache
def meanings(name: str) -> Mapping[str, str]:
    """The words of one list: plain spelling to the study's word."""
    found: dict[str, str] = {}
    for known, words in WORD_LISTS[name].items():
        for word in (known, *words):
            found.setdefault(plain_spelling(word), known)
    return MappingProxyType(found)
