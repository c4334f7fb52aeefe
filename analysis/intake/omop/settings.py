"""The section [omop] of a mapping: which concepts are ketamine, which are instruments, what a quantity is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.vocabulary import INSTRUMENTS, MOLECULES, ROUTES

from ..findings import shown_name
from ..foreign.settings import RECORD_KEYS, RecordRules, record_rules
from ..toml_section import TomlSection

DRUG_KEYS = ("concepts", "source_values", "molecule", "route", "mg_per_unit")
SCORE_KEYS = ("concepts", "source_values", "instrument")
CONDITION_KEYS = ("concepts", "source_values", "diagnosis")


@dataclass(frozen=True)
class ConceptRule:
    """Standard concepts (by *_concept_id) and source codes (by *_source_value) that mean one thing.

    mg_per_unit is how many mg one unit of 'quantity' is; None leaves the dose unknown.
    """

    concepts: tuple[str, ...]
    source_values: tuple[str, ...]
    meaning: dict[str, str]
    mg_per_unit: float | None = None


@dataclass(frozen=True)
class OmopRules:
    """What an OMOP extract needs told. No drug counts as ketamine unless a rule names its concept or source code."""

    records: RecordRules
    drugs: tuple[ConceptRule, ...]
    scores: tuple[ConceptRule, ...]
    item_9: tuple[str, ...]
    conditions: tuple[ConceptRule, ...]


def omop_rules(section: TomlSection) -> OmopRules:
    """Read the section; every fault in it is a finding."""
    section.only((*RECORD_KEYS, "drugs", "scores", "item_9", "conditions"))
    drugs = tuple(_drug(entry) for entry in section.sections("drugs"))
    if not drugs:
        section.fault("give at least one section 'drugs' with the concepts or source codes that are ketamine.")
    scores = tuple(_rule(entry, SCORE_KEYS, "instrument", tuple(INSTRUMENTS)) for entry in section.sections("scores"))
    conditions = tuple(_rule(entry, CONDITION_KEYS, "diagnosis") for entry in section.sections("conditions"))
    return OmopRules(record_rules(section), drugs, scores, section.words("item_9"), conditions)


def _drug(entry: TomlSection) -> ConceptRule:
    entry.only(DRUG_KEYS)
    choices = {"molecule": MOLECULES, "route": tuple(ROUTES)}
    meaning = {key: word for key, words in choices.items() if (word := entry.text(key, words)) is not None}
    return ConceptRule(*_codes(entry), meaning, _size(entry))


def _rule(entry: TomlSection, keys: tuple[str, ...], key: str, choices: tuple[str, ...] = ()) -> ConceptRule:
    entry.only(keys)
    entry.needed_text(key)
    word = entry.text(key, choices)
    return ConceptRule(*_codes(entry), {} if word is None else {key: word})


def _codes(entry: TomlSection) -> tuple[tuple[str, ...], tuple[str, ...]]:
    concepts, source_values = entry.words("concepts"), entry.words("source_values")
    if not concepts and not source_values:
        entry.fault("give 'concepts' or 'source_values', the codes as the extract writes them.")
    for word in concepts:
        if not word.isdecimal() or word == "0":
            entry.fault(f"the concept '{shown_name(word)}' is no concept id; 0 means that no concept was found.")
    return concepts, source_values


def _size(entry: TomlSection) -> float | None:
    value = entry.content.get("mg_per_unit")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        entry.fault("'mg_per_unit' should be a number above 0: how many mg one unit of 'quantity' is.")
        return None
    return float(value)
