"""A REDCap export (CSV, raw or with labels) and its data dictionary to the tables of a study, as a mapping says."""

from __future__ import annotations

from analysis.vocabulary import TABLES

from ..column_rules import ColumnRule
from ..delimited import TextFormat, default_format, read_delimited
from ..files import StudyFile, StudyFiles
from ..findings import FindingLog, listed, shown_name
from ..foreign.recode import with_new_codes
from ..mapping import Mapping
from ..mapping_rules import SourceRule
from ..mapping_steps import map_sources, read_source
from ..source import SourceTable
from .dictionary import Dictionary, as_dictionary
from .forms import Export, as_export, form_source
from .header import variable_names
from .recognise import dictionary_files, holds_column
from .settings import RedcapRules

ENDING = ".csv"
NUMBERS = ("integer", "number")


def read_redcap(files: StudyFiles, rules: Mapping, keep_ids: bool, log: FindingLog) -> dict[str, SourceTable]:
    """The tables that the mapping makes of the forms of a project; empty when something stands in the way.

    The record's own number is replaced by a new code, unless the mapping allows it by name.
    """
    assert rules.redcap is not None
    export = _export(files, rules.redcap, log)
    if export is None:
        return {}
    marked = _marked_fields(export, rules)
    for form, name in marked:
        what = f"The mapping reads the field '{shown_name(name)}' of the form '{shown_name(form)}'"
        repair = "Map another field; a date may be counted from when 'identifier_dates' in [redcap] names it."
        log.add("error", "", f"{what}, which the dictionary marks as an identifier. {repair}")
    if marked or (keep_ids and _record_is_marked(export, log)):
        return {}
    used = {rule.source for rule in rules.tables}
    sources = {name: _source(files, export, name, rules, log) for name in rules.sources if name in used}
    faults = log if None in sources.values() else FindingLog()  # odd cells do not keep the mapping from being tried
    tables = map_sources(rules, sources, faults)
    log.extend(faults.findings if faults is not log else ())
    return tables if keep_ids else with_new_codes(tables)


def _source(files: StudyFiles, export: Export, name: str, rules: Mapping, log: FindingLog) -> SourceTable | None:
    rule = rules.sources[name]
    return form_source(export, rule.form, _numbers(name, rules), log) if rule.form else read_source(files, rule, log)


def _numbers(source: str, rules: Mapping) -> frozenset[str]:
    """The columns of a source that the mapping reads as numbers without translating them by a list of its own."""
    found: set[str] = set()
    for rule in rules.tables:
        if rule.source == source:
            kinds = {column.name: column.kind for column in TABLES[rule.table].columns}
            for columns in (rule.columns, *rule.long):
                for target, column in columns.items():
                    if kinds.get(target) in NUMBERS and column.values is None and column.vocabulary is None:
                        found |= _plainly_read(column)
    return frozenset(found)


def _plainly_read(column: ColumnRule) -> set[str]:
    return set(column.items.columns) if column.items else {column.column} if column.column is not None else set()


def _marked_fields(export: Export, rules: Mapping) -> list[tuple[str, str]]:
    """Fields that the mapping reads although the dictionary marks them as identifiers, with their forms."""
    read: dict[str, set[str]] = {name: set() for name in rules.sources}
    for rule in rules.tables:
        read[rule.source] |= rule.source_columns()
    found = []
    for name, columns in read.items():
        forms: SourceRule = rules.sources[name]
        for form in forms.form:
            for item in export.dictionary.of_form(form):
                if columns & set(item.columns) - export.readable:
                    found.append((form, item.name))
    return found


def _record_is_marked(export: Export, log: FindingLog) -> bool:
    record = export.dictionary.record
    if record.is_identifier:
        what = (
            f"The mapping allows patient_id, and the dictionary marks the record's number '{shown_name(record.name)}'"
        )
        log.add("error", "", f"{what} as an identifier. Remove the section [[allow]] so that it is replaced.")
    return record.is_identifier


def _export(files: StudyFiles, rules: RedcapRules, log: FindingLog) -> Export | None:
    dictionary_file = _file(files, rules.dictionary, dictionary_files(files), "dictionary", "data dictionary", log)
    dictionary = _dictionary(dictionary_file, log)
    if dictionary is None:
        return None
    record = dictionary.record
    others = [file for file in files.top if file.ending == ENDING and file is not dictionary_file]
    fitting = [file for file in others if holds_column(file, record.name, record.label)]
    data = _file(files, rules.data, fitting, "data", "export of the records", log)
    if data is None:
        return None
    table = read_delimited(data, default_format(data), "", log, lambda header: variable_names(header, dictionary))
    if table is None:
        return None
    if record.name not in table.cells.column_names:
        log.add("error", "", f"{data.label}: the column '{shown_name(record.name)}', the record's number, is missing.")
        return None
    return as_export(table, dictionary, rules.missing, rules.identifier_dates, log)


def _dictionary(file: StudyFile | None, log: FindingLog) -> Dictionary | None:
    source = None if file is None else read_delimited(file, TextFormat(","), "", log)
    return None if source is None else as_dictionary(source, log)


def _file(
    files: StudyFiles, name: str | None, fitting: list[StudyFile], key: str, what: str, log: FindingLog
) -> StudyFile | None:
    """The file that a setting names, or the only one that fits."""
    if name is not None:
        found = files.find(name)
        if found is None:
            log.add("error", "", f"The mapping names '{shown_name(name)}' as the {what}, which is not there.")
        return _open_to_reading(found, log)
    if len(fitting) != 1:
        seen = (
            f"several files could be it: {listed(file.name for file in fitting)}"
            if fitting
            else "no file looks like it"
        )
        log.add("error", "", f"The {what} of the REDCap project is needed, and {seen}. Name it as '{key}' in [redcap].")
        return None
    return _open_to_reading(fitting[0], log)


def _open_to_reading(file: StudyFile | None, log: FindingLog) -> StudyFile | None:
    if file is not None and file.refusal is not None:
        log.add("error", "", f"{file.label}: {file.refusal}")
        return None
    return file
