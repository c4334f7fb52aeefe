"""What the sections [fhir] and [omop] of a mapping have in common."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.vocabulary import MOLECULES, ROUTES
from analysis.vocabulary.codes import SYSTEMS

from ..toml_section import TomlSection

SAME_DAY = ("separate", "one session")
RECORD_KEYS = ("clinic", "clinics", "diagnosis", "same_day", "routes")
MEDICATION_MEANING: dict[str, tuple[str, ...]] = {"molecule": MOLECULES, "route": tuple(ROUTES)}


@dataclass(frozen=True)
class RecordRules:
    """What health records do not say in a way that could be read without being told.

    clinic is every patient's, or clinics names that of each organisation or care site; diagnosis is that of
    patients without a listed condition; same_day says whether several administrations on one day are parts of
    one session; routes translates codes of routes.
    """

    clinic: str | None = None
    clinics: dict[str, str] = field(default_factory=dict)
    diagnosis: str | None = None
    same_day: str = "separate"
    routes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CodeRule:
    """Codes of one system that mean one thing: a medication, a procedure, an instrument's total, a condition."""

    system: str
    codes: tuple[str, ...]
    meaning: dict[str, str]


def record_rules(section: TomlSection) -> RecordRules:
    """Read the settings that FHIR and OMOP share; every fault is a finding."""
    clinic, clinics = section.text("clinic"), translations(section, "clinics")
    if (clinic is None) == (not clinics):
        section.fault("give either 'clinic', one code for all, or a section 'clinics' with a code for each.")
    return RecordRules(
        clinic,
        clinics,
        section.text("diagnosis"),
        section.text("same_day", SAME_DAY) or "separate",
        translations(section, "routes", tuple(ROUTES)),
    )


def translations(section: TomlSection, key: str, meanings: tuple[str, ...] = ()) -> dict[str, str]:
    """A section of words and what they mean, of a closed set when meanings are given."""
    inner = section.section(key)
    return {word: meaning for word in inner.content if (meaning := inner.text(word, meanings)) is not None}


def code_rules(
    section: TomlSection, key: str, meanings: dict[str, tuple[str, ...]], needed: str = ""
) -> tuple[CodeRule, ...]:
    """A list of sections that each name codes of a system and what they mean.

    meanings gives the keys that a section may hold besides 'system' and 'codes', and their closed sets.
    """
    rules = []
    for entry in section.sections(key):
        entry.only(("system", "codes", *meanings))
        system = entry.needed_text("system")
        codes = entry.words("codes")
        if not codes:
            entry.fault("'codes' is missing: it lists the codes, such as [\"12345\"].")
        if needed:
            entry.needed_text(needed)
        meaning = {name: word for name, choices in meanings.items() if (word := entry.text(name, choices)) is not None}
        if system is not None:
            rules.append(CodeRule(SYSTEMS.get(system, system), codes, meaning))
    return tuple(rules)


def as_lookup(rules: tuple[CodeRule, ...]) -> dict[tuple[str, str], CodeRule]:
    """Each code's rule, by system and code; the first rule that names a code holds."""
    found: dict[tuple[str, str], CodeRule] = {}
    for rule in rules:
        for code in rule.codes:
            found.setdefault((rule.system, code), rule)
    return found
