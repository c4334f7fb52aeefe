"""The sections [fhir], [omop] and [redcap] of a mapping as lines of TOML that read back equal."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ..fhir.settings import FhirRules
from ..omop.settings import ConceptRule, OmopRules
from ..redcap.settings import RedcapRules
from .settings import CodeRule, RecordRules

Block = list[str]


def fhir_blocks(rules: FhirRules) -> list[Block]:
    """The section [fhir], one block of lines for each of its parts."""
    lists = {
        "medications": rules.medications,
        "procedures": rules.procedures,
        "scores": rules.scores,
        "conditions": rules.conditions,
    }
    blocks = _record_blocks("fhir", rules.records, [])
    return blocks + [_code_block(f"fhir.{name}", rule) for name, group in lists.items() for rule in group]


def omop_blocks(rules: OmopRules) -> list[Block]:
    """The section [omop]."""
    lists = {"drugs": rules.drugs, "scores": rules.scores, "conditions": rules.conditions}
    blocks = _record_blocks("omop", rules.records, _words("item_9", rules.item_9))
    return blocks + [_concept_block(f"omop.{name}", rule) for name, group in lists.items() for rule in group]


def redcap_blocks(rules: RedcapRules) -> list[Block]:
    """The section [redcap]."""
    lines = [*_pairs({"data": rules.data, "dictionary": rules.dictionary}), *_words("missing", rules.missing)]
    return [["[redcap]", *lines, *_words("identifier_dates", rules.identifier_dates)]]


def _record_blocks(section: str, rules: RecordRules, more: Block) -> list[Block]:
    given = {"clinic": rules.clinic, "diagnosis": rules.diagnosis, "same_day": rules.same_day}
    blocks = [[f"[{section}]", *_pairs(given), *more]]
    for name, words in (("clinics", rules.clinics), ("routes", rules.routes)):
        if words:
            blocks.append([f"[{section}.{name}]", *(f"{quoted(word)} = {quoted(words[word])}" for word in words)])
    return blocks


def _code_block(section: str, rule: CodeRule) -> Block:
    return [f"[[{section}]]", f"system = {quoted(rule.system)}", *_words("codes", rule.codes), *_pairs(rule.meaning)]


def _concept_block(section: str, rule: ConceptRule) -> Block:
    size = [] if rule.mg_per_unit is None else [f"mg_per_unit = {rule.mg_per_unit!r}"]
    codes = [*_words("concepts", rule.concepts), *_words("source_values", rule.source_values)]
    return [f"[[{section}]]", *codes, *_pairs(rule.meaning), *size]


def _pairs(given: dict[str, str | None] | dict[str, str]) -> Block:
    return [f"{name} = {quoted(text)}" for name, text in given.items() if text is not None]


def _words(name: str, words: Iterable[str]) -> Block:
    listed = ", ".join(quoted(word) for word in words)
    return [f"{name} = [{listed}]"] if listed else []


def quoted(text: str) -> str:
    """A text as TOML spells it: as JSON does, with the one control character escaped that JSON leaves."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
