"""What a mapping makes of its sources, to look at before it is used: counts, first rows and every finding."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from analysis.vocabulary import TABLES

from .column_rules import ColumnRule
from .findings import Finding, FindingLog, StudyDataError
from .mapping import Mapping, mapping_from
from .mapping_rules import SourceRule
from .mapping_steps import map_sources
from .reading import checked_study
from .source import SourceTable
from .source_rows import column_text
from .toml_writer import mapping_file_name, mapping_toml
from .translation import renamed

ROWS_SHOWN = 20
WORDS_SHOWN = 50  # more distinct words than that are no closed list


@dataclass(frozen=True)
class TablePreview:
    """One table: how many rows it gets and its first ones, as text before any check.

    first_rows are data of individual patients: to be shown only to a person with that right, and never exported.
    """

    n_rows: int
    first_rows: pd.DataFrame


@dataclass(frozen=True)
class Preview:
    """The tables by name (none when the mapping itself has a fault) and what reading the study would report."""

    tables: dict[str, TablePreview]
    findings: tuple[Finding, ...]

    @property
    def is_ready(self) -> bool:
        """Whether the study would load."""
        return not any(finding.level == "error" for finding in self.findings)


def preview_mapping(mapping: Mapping, sources: Dictionary[str, SourceTable], rows: int = ROWS_SHOWN) -> Preview:
    """Carry a mapping out on sources already read and check what comes out, without keeping a study.

    The mapping is judged as its TOML text would be, so that what previews well also loads when saved.
    """
    log = FindingLog()
    rules = mapping_from(tomllib.loads(mapping_toml(mapping)), mapping_file_name(mapping.name), log)
    _check_sources(rules, sources, log)
    if log.has_errors:
        return Preview({}, log.findings)
    made = map_sources(rules, dict(sources), log)
    tables = {name: TablePreview(table.cells.num_rows, _first(name, table, rows)) for name, table in made.items()}
    if not made:
        return Preview({}, log.findings)
    try:
        study = checked_study(rules.name or "preview", made.items(), log, rules.allowed)
    except StudyDataError as refused:
        return Preview(tables, refused.findings)
    counts = {name: len(frame) for name, frame in study.tables.items()}  # repeats that the checks left out are gone
    kept = {name: TablePreview(counts.get(name, 0), table.first_rows) for name, table in tables.items()}
    return Preview(kept, log.findings)


def words_to_translate(
    source: SourceTable, rule: ColumnRule, form: SourceRule, most: int = WORDS_SHOWN
) -> list[tuple[str, int]]:
    """The words of a column that its rule knows no meaning of, the most frequent first, with how often each occurs.

    They are data of individual patients: to be shown only to a person with that right, who says what they mean.
    """
    if rule.column is None:
        return []
    strict = replace(rule, unlisted="error")
    cells = column_text(source, rule.column, form, "", FindingLog())
    _, unlisted = renamed(cells, strict)
    unknown = cells if unlisted is None else cells.filter(arrow.array(unlisted))
    counts = [(pair["values"], pair["counts"]) for pair in compute.value_counts(unknown.drop_null()).to_pylist()]
    return sorted(counts, key=lambda pair: (-pair[1], pair[0]))[:most]


def _check_sources(rules: Mapping, sources: Dictionary[str, SourceTable], log: FindingLog) -> None:
    for name in dict.fromkeys(rule.source for rule in rules.tables):
        if name not in sources:
            log.add("error", "", f"The mapping reads the source '{name}', which was not read. Upload its file too.")


def _first(name: str, table: SourceTable, rows: int) -> pd.DataFrame:
    cells = table.cells.slice(0, rows)
    text = [compute.cast(column, arrow.large_string()) for column in cells.columns]
    frame = arrow.table(text, cells.column_names).to_pandas().fillna("")
    declared = TABLES[name].column_names
    order = [column for column in declared if column in frame]
    shown: pd.DataFrame = frame[[*order, *frame.columns.difference(declared, sort=False)]]
    return shown
