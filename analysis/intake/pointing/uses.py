"""Where a mapping uses the columns of its sources."""

from __future__ import annotations

from dataclasses import dataclass

from ..column_rules import ColumnRule
from ..mapping import Mapping


@dataclass(frozen=True)
class Use:
    """One rule of a mapping: the place of its section among the tables, of its entry in `long` (None: the section's
    own columns), the column of the table that it fills, and the rule."""

    section: int
    entry: int | None
    target: str
    rule: ColumnRule

    @property
    def column(self) -> str | None:
        """The column of the source that the rule is about; None for a constant and for what the sessions say."""
        return column_of(self.rule)


def column_of(rule: ColumnRule) -> str | None:
    """The column of the source that a rule is about: of several items the first."""
    if rule.items is not None:
        return rule.items.columns[0] if rule.items.columns else None
    return rule.date.column if rule.date is not None else rule.column


def uses(mapping: Mapping) -> tuple[Use, ...]:
    """Every rule of a mapping, section by section, the entries of `long` after the section's own columns."""
    found = []
    for place, section in enumerate(mapping.tables):
        found += [Use(place, None, target, rule) for target, rule in section.columns.items()]
        for entry, columns in enumerate(section.long):
            found += [Use(place, entry, target, rule) for target, rule in columns.items()]
    return tuple(found)
