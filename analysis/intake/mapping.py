"""The mapping: how foreign files become the five tables, as a closed grammar without expressions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analysis.study import AllowedColumn
from analysis.vocabulary import TABLES

from .column_grammar import read_columns
from .delimited import DELIMITERS, ENCODINGS
from .fhir.settings import FhirRules, fhir_rules
from .findings import FindingLog, StudyDataError, counted, shown_name
from .identifiers.allowed import read_allowed
from .mapping_checks import contradictions, foreign_faults
from .mapping_rules import FilterRule, SourceRule, TableRule
from .mapping_text import toml_of, toml_of_file
from .omop.settings import OmopRules, omop_rules
from .redcap.settings import RedcapRules, redcap_rules
from .toml_section import TomlSection

__all__ = [
    "FilterRule",
    "Mapping",
    "SourceRule",
    "TableRule",
    "mapping_from",
    "mapping_of",
    "read_mapping",
    "without_permissions",
]

SOURCE_KEYS = ("file", "delimiter", "encoding", "decimal", "missing")
DATABASE_KEYS = ("table", "decimal", "missing")
FORM_KEYS = ("form", "missing")
FOREIGN = ("fhir", "omop", "redcap")
TABLE_KEYS = ("source", "columns", "keep", "long", "drop_repeats")
FILTER_KEYS = ("column", "in", "not_in", "blank", "among")
NOT_ALLOWED = (
    "Only an administrator can allow a column: in the mapping that the dashboard or a snapshot is started with, or"
    " where an audit keeps the reason. That was left out, and every column is looked at."
)


@dataclass(frozen=True)
class Mapping:
    """How the files of a folder become the five tables. README.md of this folder explains the file format.

    allowed are the columns that pass the identifier gate by name. A mapping that fills no table and only allows
    columns is for files already named after the tables. fhir and omop are all that such an export needs, redcap
    makes sources of a project's forms.
    """

    sources: dict[str, SourceRule] = field(default_factory=dict)
    tables: tuple[TableRule, ...] = ()
    name: str | None = None
    allowed: tuple[AllowedColumn, ...] = ()
    fhir: FhirRules | None = None
    omop: OmopRules | None = None
    redcap: RedcapRules | None = None

    @classmethod
    def read(cls, path: str | Path) -> Mapping:
        """Read a mapping from a TOML file. Raises StudyDataError with every fault in it."""
        log = FindingLog()
        return _without_faults(read_mapping(Path(path), log), log)

    @classmethod
    def from_toml(cls, content: str | bytes, name: str = "mapping.toml") -> Mapping:
        """Read a mapping from the content of a TOML file. Raises StudyDataError as read does."""
        log = FindingLog()
        return _without_faults(mapping_of(content, name, log), log)


def _without_faults(mapping: Mapping | None, log: FindingLog) -> Mapping:
    if mapping is None or log.has_errors:
        raise StudyDataError(log.findings)
    return mapping


def read_mapping(path: Path, log: FindingLog) -> Mapping | None:
    """Read a mapping, with every fault as a finding; None when the file is no TOML at all."""
    content = toml_of_file(path, log)
    return None if content is None else mapping_from(content, path.name, log)


def mapping_of(content: str | bytes, name: str, log: FindingLog) -> Mapping | None:
    """A mapping from its text, as a browser sends it, with every fault as a finding; None when it is no TOML at all."""
    spelt = toml_of(content, name, log)
    return None if spelt is None else mapping_from(spelt, name, log)


def without_permissions(mapping: Mapping, log: FindingLog) -> Mapping:
    """A mapping that somebody sent, without its [[allow]]: only an administrator lets a column through the gate."""
    if not mapping.allowed:
        return mapping
    columns = counted(len(mapping.allowed), "column")
    log.add("note", "", f"The mapping allows {columns} under [[allow]]. {NOT_ALLOWED}")
    return replace(mapping, allowed=())


def mapping_from(content: dict[str, Any], name: str, log: FindingLog) -> Mapping:
    """The mapping that the content of a TOML file spells, with every fault as a finding under the file's name."""
    top = TomlSection(content, name, log)
    top.only(("name", "missing", "sources", *TABLES, "allow", *FOREIGN))
    sources = _sources(top)
    tables = tuple(
        rule for name in TABLES for section in top.sections(name) if (rule := _table(name, section, sources))
    )
    if not any(name in content for name in (*TABLES, "allow", "fhir", "omop")):
        top.fault("it fills no table. Add sections such as [[patients]], [[sessions]] and [[assessments]].")
    for fault in contradictions(tables):
        top.fault(fault)
    for fault in foreign_faults([name for name in FOREIGN if name in content], sources, tables):
        top.fault(fault)
    return Mapping(
        sources,
        tables,
        top.text("name"),
        read_allowed(top),
        fhir_rules(top.section("fhir")) if "fhir" in content else None,
        omop_rules(top.section("omop")) if "omop" in content else None,
        redcap_rules(top.section("redcap")) if "redcap" in content else None,
    )


def _sources(top: TomlSection) -> dict[str, SourceRule]:
    everywhere = top.words("missing")
    listed_sources = top.section("sources")
    sources = {}
    for name in listed_sources.content:
        section = listed_sources.section(name)
        of_database, form = "table" in section.content, section.one_or_more("form")
        section.only(DATABASE_KEYS if of_database else FORM_KEYS if form else SOURCE_KEYS)
        file = "" if of_database or form else section.needed_text("file") or ""
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
            form,
        )
    return sources


def _table(name: str, section: TomlSection, sources: dict[str, SourceRule]) -> TableRule | None:
    section.only(TABLE_KEYS)
    source = section.needed_text("source")
    if source is not None and source not in sources:
        section.fault(f"the source '{shown_name(source)}' is not described under [sources].")
    columns = read_columns(section.section("columns"), name)
    if not columns:
        section.fault("'columns' is missing: it says which column of the source becomes which column of the table.")
    long = tuple(read_columns(entry, name) for entry in section.sections("long"))
    keep = tuple(rule for entry in section.sections("keep") if (rule := _filter(entry)))
    if source is None:
        return None
    return TableRule(name, source, columns, keep, long, section.flag("drop_repeats"))


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
