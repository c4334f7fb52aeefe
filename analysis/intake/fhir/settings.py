"""The section [fhir] of a mapping: which codes are ketamine, which are instruments, whose clinic and diagnosis."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.vocabulary import INSTRUMENTS

from ..foreign.settings import (
    MEDICATION_MEANING,
    RECORD_KEYS,
    CodeRule,
    RecordRules,
    code_rules,
    record_rules,
)
from ..toml_section import TomlSection

KEYS = (*RECORD_KEYS, "medications", "procedures", "scores", "conditions")


@dataclass(frozen=True)
class FhirRules:
    """What a FHIR export needs told. No medication or procedure counts as ketamine unless a rule names its code."""

    records: RecordRules
    medications: tuple[CodeRule, ...]
    procedures: tuple[CodeRule, ...]
    scores: tuple[CodeRule, ...]
    conditions: tuple[CodeRule, ...]


def fhir_rules(section: TomlSection) -> FhirRules:
    """Read the section; every fault in it is a finding."""
    section.only(KEYS)
    rules = FhirRules(
        record_rules(section),
        code_rules(section, "medications", MEDICATION_MEANING),
        code_rules(section, "procedures", MEDICATION_MEANING),
        code_rules(section, "scores", {"instrument": tuple(INSTRUMENTS)}, "instrument"),
        code_rules(section, "conditions", {"diagnosis": ()}, "diagnosis"),
    )
    if not section.content.get("medications") and not section.content.get("procedures"):
        section.fault("give at least one section 'medications' or 'procedures' with the codes that are ketamine.")
    return rules
