"""The mapping: how foreign files become the five tables, as a closed grammar without expressions."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from analysis.vocabulary import TABLES

from .delimited import DELIMITERS, ENCODINGS
from .findings import FindingLog, StudyDataError, shown_name, shown_path
from .toml_section import TomlSection, as_text

UNLISTED = ("error", "keep", "missing")
SOURCE_KEYS = ("file", "delimiter", "encoding", "decimal", "missing")
DATABASE_KEYS = ("table", "decimal", "missing")
TABLE_KEYS = ("source", "columns", "keep", "long", "drop_repeats")
COLUMN_KEYS = ("column", "constant", "values", "unlisted")
FILTER_KEYS = ("column", "in", "not_in", "blank", "among")


@dataclass(frozen=True)
class SourceRule:
    """One file: how it is written and which words in it mean a missing value.

    table names a table or view of a database in its place; only a snapshot reads one, and file is empty then.
    """

    file: str
    delimiter: str | None = None
    encoding: str = "utf-8"
    decimal: str = "."
    missing: tuple[str, ...] = ()
    table: str | None = None


@dataclass(frozen=True)
class ColumnRule:
    """Where one column of a table comes from: a column of the source, its values renamed or not, or a constant."""

    column: str | None = None
    constant: str | None = None
    values: dict[str, str] | None = None
    unlisted: str = "error"


@dataclass(frozen=True)
class FilterRule:
    """Which rows of the source are used: values in or not in a set, blank or not, or known patients."""

    column: str
    test: str
    words: tuple[str, ...] = ()


Columns = dict[str, ColumnRule]


@dataclass(frozen=True)
class TableRule:
    """One way rows of a table are made from a source. `long` makes one row per entry of each source row."""

    table: str
    source: str
    columns: Columns
    keep: tuple[FilterRule, ...] = ()
    long: tuple[Columns, ...] = ()
    drop_repeats: bool = False

    def source_columns(self) -> set[str]:
        """Every column of the source that the rule reads."""
        rules = [*self.columns.values(), *(rule for entry in self.long for rule in entry.values())]
        return {rule.column for rule in rules if rule.column is not None} | {rule.column for rule in self.keep}


@dataclass(frozen=True)
class Mapping:
    """How the files of a folder become the five tables. README.md of this folder explains the file format."""

    sources: dict[str, SourceRule] = field(default_factory=dict)
    tables: tuple[TableRule, ...] = ()
    name: str | None = None

    @classmethod
    def read(cls, path: str | Path) -> Mapping:
        """Read a mapping from a TOML file. Raises StudyDataError with every fault in it."""
        log = FindingLog()
        mapping = read_mapping(Path(path), log)
        if mapping is None or log.has_errors:
            raise StudyDataError(log.findings)
        return mapping


def read_mapping(path: Path, log: FindingLog) -> Mapping | None:
    """Read a mapping, with every fault as a finding; None when the file is no TOML at all."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as failure:
        log.add("error", "", _unread(path, failure))
        return None
    top = TomlSection(content, path.name, log)
    top.only(("name", "missing", "sources", *TABLES))
    sources = _sources(top)
    tables = tuple(
        rule for name in TABLES for section in top.sections(name) if (rule := _table(name, section, sources))
    )
    if not any(name in content for name in TABLES):
        top.fault("it fills no table. Add sections such as [[patients]], [[sessions]] and [[assessments]].")
    return Mapping(sources, tables, top.text("name"))


def _unread(path: Path, failure: Exception) -> str:
    """Why a mapping could not be read, as a sentence. ValueError is what a path with NUL or a huge number gives."""
    if isinstance(failure, UnicodeError):
        return f"{shown_name(path.name)}: the mapping is not UTF-8 text. Save it as UTF-8."
    if isinstance(failure, tomllib.TOMLDecodeError):
        return f"{shown_name(path.name)}: the mapping is not valid TOML: {failure}."
    if isinstance(failure, OSError) or "\0" in str(path):
        return f"{shown_path(path)}: the mapping cannot be opened. Check its path."
    what = (
        "sections or lists nested too deeply"
        if isinstance(failure, RecursionError)
        else "a number with too many digits"
    )
    return f"{shown_name(path.name)}: the mapping holds {what}. Correct it; no study needs them."


def _sources(top: TomlSection) -> dict[str, SourceRule]:
    everywhere = top.words("missing")
    listed_sources = top.section("sources")
    sources = {}
    for name in listed_sources.content:
        section = listed_sources.section(name)
        of_database = "table" in section.content
        section.only(DATABASE_KEYS if of_database else SOURCE_KEYS)
        file = "" if of_database else section.needed_text("file") or ""
        if file and (Path(file).is_absolute() or ".." in Path(file).parts):
            section.fault("'file' should be inside the folder of the study, without '..'.")
        delimiter = section.text("delimiter", DELIMITERS)
        sources[name] = SourceRule(
            file,
            DELIMITERS[delimiter] if delimiter else None,
            section.text("encoding", ENCODINGS) or "utf-8",
            section.text("decimal", (".", ",")) or ".",
            (*everywhere, *section.words("missing")),
            section.text("table"),
        )
    return sources


def _table(name: str, section: TomlSection, sources: dict[str, SourceRule]) -> TableRule | None:
    section.only(TABLE_KEYS)
    source = section.needed_text("source")
    if source is not None and source not in sources:
        section.fault(f"the source '{shown_name(source)}' is not described under [sources].")
    columns = _columns(section.section("columns"))
    if not columns:
        section.fault("'columns' is missing: it says which column of the source becomes which column of the table.")
    long = tuple(_columns(entry) for entry in section.sections("long"))
    keep = tuple(rule for entry in section.sections("keep") if (rule := _filter(entry)))
    if source is None:
        return None
    return TableRule(name, source, columns, keep, long, section.flag("drop_repeats"))


def _columns(section: TomlSection) -> Columns:
    rules = {target: _column(section, target) for target in section.content}
    return {target: rule for target, rule in rules.items() if rule is not None}


def _column(parent: TomlSection, target: str) -> ColumnRule | None:
    if isinstance(parent.content[target], str):
        return ColumnRule(parent.content[target])
    section = parent.section(target)
    section.only(COLUMN_KEYS)
    constant = section.content.get("constant")
    if ("column" in section.content) == ("constant" in section.content):
        section.fault("give either 'column' or 'constant'.")
        return None
    if constant is not None:
        if isinstance(constant, dict | list) or len(section.content) > 1:
            section.fault("'constant' should be a text, a number, true or false, and stand alone.")
        return ColumnRule(constant=as_text(constant))
    values = _values(section.section("values")) if "values" in section.content else None
    return ColumnRule(section.text("column"), None, values, section.text("unlisted", UNLISTED) or "error")


def _values(section: TomlSection) -> dict[str, str]:
    renamed = {}
    for word, meaning in section.content.items():
        if isinstance(meaning, dict | list):
            section.fault(f"the value of '{shown_name(word)}' should be a text, a number, true or false.")
        else:
            renamed[word] = as_text(meaning)
    return renamed


def _filter(section: TomlSection) -> FilterRule | None:
    section.only(FILTER_KEYS)
    column = section.needed_text("column")
    tests = [key for key in FILTER_KEYS[1:] if key in section.content]
    if len(tests) != 1:
        section.fault("give exactly one of 'in', 'not_in', 'blank' and 'among'.")
    if column is None or len(tests) != 1:
        return None
    return FilterRule(column, *_filter_test(section, tests[0]))


def _filter_test(section: TomlSection, test: str) -> tuple[str, tuple[str, ...]]:
    if test == "blank":
        return ("blank" if section.flag("blank") else "filled"), ()
    if test == "among":
        section.text("among", ("patients",))
        return "among", ()
    return test, section.words(test)
