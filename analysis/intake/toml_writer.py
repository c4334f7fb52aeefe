"""A mapping as the text of a TOML file that reads back equal: to be saved, read by a person and used again."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .column_rules import ColumnRule, Columns, DateRule
from .delimited import DELIMITERS
from .foreign.toml import fhir_blocks, omop_blocks, redcap_blocks
from .mapping import Mapping
from .mapping_rules import FilterRule, SourceRule, TableRule

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
UNSAFE = re.compile(r"[^A-Za-z0-9]+")
LONGEST_FILE_NAME = 60  # letters; far below what any file system takes
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_BECOMES = {"days": ("from", "first session"), "age": ("age_at", "first session"), "year": ("part", "year")}


def mapping_toml(mapping: Mapping) -> str:
    """The TOML text of a mapping. Reading it gives an equal mapping."""
    blocks = [[f"name = {_text(mapping.name)}"]] if mapping.name is not None else []
    blocks += fhir_blocks(mapping.fhir) if mapping.fhir is not None else []
    blocks += omop_blocks(mapping.omop) if mapping.omop is not None else []
    blocks += redcap_blocks(mapping.redcap) if mapping.redcap is not None else []
    blocks += [_source(name, rule) for name, rule in mapping.sources.items()]
    for rule in mapping.tables:
        blocks += _table(rule)
    blocks += [_allowed(allowed.table, allowed.column, allowed.reason) for allowed in mapping.allowed]
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def mapping_file_name(name: str | None) -> str:
    """A file name for a mapping made of plain letters, digits and underscores of a study's name, whatever it holds."""
    plain = UNSAFE.sub("_", name or "").strip("_")[:LONGEST_FILE_NAME].strip("_").lower()
    return f"{plain or 'study'}_mapping.toml"


def _source(name: str, rule: SourceRule) -> list[str]:
    lines = [f"[sources.{_key(name)}]"]
    if rule.table is not None:
        lines.append(f"table = {_text(rule.table)}")
    elif rule.form:
        lines.append(f"form = {_list(rule.form)}")
    else:
        lines.append(f"file = {_text(rule.file)}")
        words = {letter: word for word, letter in DELIMITERS.items()}
        lines += [f"delimiter = {_text(words[rule.delimiter])}"] if rule.delimiter else []
        lines += [f"encoding = {_text(rule.encoding)}"] if rule.encoding != "utf-8" else []
    lines += [f"decimal = {_text(rule.decimal)}"] if rule.decimal != "." else []
    return lines + ([f"missing = {_list(rule.missing)}"] if rule.missing else [])


def _table(rule: TableRule) -> list[list[str]]:
    head = [f"[[{rule.table}]]", f"source = {_text(rule.source)}"]
    head += ["drop_repeats = true"] if rule.drop_repeats else []
    if rule.keep:
        head += ["keep = [", *(f"    {_filter(test)}," for test in rule.keep), "]"]
    blocks = [head, [f"[{rule.table}.columns]", *_columns(rule.columns)]]
    return blocks + [[f"[[{rule.table}.long]]", *_columns(entry)] for entry in rule.long]


def _filter(rule: FilterRule) -> str:
    test = {
        "blank": "blank = true",
        "filled": "blank = false",
        "among": 'among = "patients"',
    }.get(rule.test, f"{rule.test} = {_list(rule.words)}")
    return f"{{ column = {_text(rule.column)}, {test} }}"


def _columns(columns: Columns) -> list[str]:
    return [f"{_key(target)} = {_column(rule)}" for target, rule in columns.items()]


def _column(rule: ColumnRule) -> str:
    if rule == ColumnRule(column=rule.column) and rule.column is not None:
        return _text(rule.column)
    pairs = [*_origin(rule), *_meaning(rule)]
    return f"{{ {', '.join(f'{key} = {value}' for key, value in pairs)} }}"


def _origin(rule: ColumnRule) -> list[tuple[str, str]]:
    """Where the values come from."""
    if rule.items is not None:
        prorating = rule.items.prorate_up_to
        limit = [("prorate_up_to", str(prorating))] if prorating is not None else []
        return [("items", _list(rule.items.columns)), ("instrument", _text(rule.items.instrument)), *limit]
    if rule.date is not None:
        return _date(rule.date)
    if rule.from_sessions is not None:
        return (
            [("year_of", _text("first session"))] if rule.from_sessions == "year" else [("in_order_of", _text("day"))]
        )
    return [("column", _text(rule.column))] if rule.column is not None else [("constant", _text(rule.constant))]


def _date(rule: DateRule) -> list[tuple[str, str]]:
    key, word = _BECOMES[rule.becomes]
    pairs = [("date", _text(rule.column)), (key, _text(word))]
    pairs += [("format", _text(rule.format))] if rule.format != "iso" else []
    return pairs + ([("time", _text(rule.time))] if rule.time is not None else [])


def _meaning(rule: ColumnRule) -> list[tuple[str, str]]:
    """What becomes of the values."""
    pairs = []
    if rule.values is not None:
        listed = ", ".join(f"{_key(word)} = {_text(meaning)}" for word, meaning in rule.values.items())
        pairs.append(("values", f"{{ {listed} }}" if listed else "{}"))
    if rule.vocabulary is not None:
        pairs.append(("vocabulary", _text(rule.vocabulary)))
    if rule.unlisted != "error":
        pairs.append(("unlisted", _text(rule.unlisted)))
    if rule.unit is not None:
        pairs.append(("unit", _text(rule.unit.unit)))
        pairs += [("weight", _text(rule.unit.weight))] if rule.unit.weight is not None else []
        pairs += [("weight_unit", _text(rule.unit.weight_unit))] if rule.unit.weight_unit != "kg" else []
    return pairs


def _allowed(table: str, column: str, reason: str) -> list[str]:
    return ["[[allow]]", f"table = {_text(table)}", f"column = {_text(column)}", f"reason = {_text(reason)}"]


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else _text(name)


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(_text(word) for word in words)}]"


def _text(text: str | None) -> str:
    letters = (_ESCAPES.get(letter) or _printed(letter) for letter in text or "")
    return f'"{"".join(letters)}"'


def _printed(letter: str) -> str:
    """A letter as it is; a control character by its number, which is how TOML takes one."""
    return f"\\u{ord(letter):04X}" if ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0 else letter
