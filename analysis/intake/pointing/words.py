"""The words of a column that a vocabulary translates, to be confirmed, and those that only a person can translate.

Words are cells: they are for a person who may see individual data, and never part of a finding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow.compute as compute

from analysis.vocabulary import TABLES, WORD_LISTS, allowed_values, meanings, plain_spelling

from ..column_rules import ColumnRule
from ..findings import FindingLog
from ..mapping_rules import SourceRule
from ..source import SourceTable
from ..source_rows import column_text

MOST_WORDS = 40  # distinct words to translate by pointing; a column with more is no closed list


@dataclass(frozen=True)
class Word:
    """One distinct word of a column and the study's word for it: None when no list has it, "" when left blank."""

    word: str
    meaning: str | None
    n_cells: int


def words_in(source: SourceTable, form: SourceRule, rule: ColumnRule) -> tuple[Word, ...] | None:
    """The words of the column that a rule translates, the most frequent first; None when there are too many."""
    if rule.column is None or rule.column not in source.cells.column_names:
        return ()
    counts = compute.value_counts(column_text(source, rule.column, form, "", FindingLog()).drop_null())
    if len(counts) > MOST_WORDS:
        return None
    pairs = sorted(((str(one["values"]), int(one["counts"])) for one in counts.to_pylist()), key=lambda one: -one[1])
    return tuple(Word(word, _meaning(word, rule), n) for word, n in pairs)


def _meaning(word: str, rule: ColumnRule) -> str | None:
    if rule.values is not None and word in rule.values:
        return rule.values[word].strip()
    return meanings(rule.vocabulary).get(plain_spelling(word)) if rule.vocabulary else None


def choices_of(table: str, target: str, rule: ColumnRule) -> tuple[str, ...]:
    """The study's words that a cell may become; () for a column that keeps any word."""
    declared = TABLES[table].column(target) if target in TABLES[table].column_names else None
    if declared is not None and declared.kind == "yes_no":
        return ("true", "false")
    if declared is not None and allowed_values(table, declared):
        return allowed_values(table, declared)
    return tuple(WORD_LISTS[rule.vocabulary]) if rule.vocabulary else ()


def translated(rule: ColumnRule, word: str, meaning: str | None) -> ColumnRule:
    """The rule with one word translated by hand; None leaves it to the vocabulary again."""
    values = {known: meant for known, meant in (rule.values or {}).items() if known != word}
    if meaning is not None:
        values[word] = meaning
    return replace(rule, values=values or None)
