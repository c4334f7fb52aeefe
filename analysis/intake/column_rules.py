"""What a mapping can say about one column of a table, as frozen values that a page edits and TOML spells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Becomes = Literal["days", "age", "year"]
FromSessions = Literal["year", "order"]


@dataclass(frozen=True)
class UnitRule:
    """The unit of bare numbers in a column; a dose per kilogram names the column with the weight and its unit."""

    unit: str
    weight: str | None = None
    weight_unit: str = "kg"


@dataclass(frozen=True)
class ItemRule:
    """Columns with the items of an instrument, in the order of its form, to be scored.

    prorate_up_to is how many may be missing; None leaves it to the instrument's own rule, mostly none.
    """

    columns: tuple[str, ...]
    instrument: str
    prorate_up_to: int | None = None


@dataclass(frozen=True)
class DateRule:
    """A column of calendar dates and what it becomes before it is discarded.

    days and age count from the patient's first session. format is "iso", "us" (month first), "european"
    (day first) or directives such as "%d.%m.%Y"; time names a column with the time of day.
    """

    column: str
    becomes: Becomes
    format: str = "iso"
    time: str | None = None


@dataclass(frozen=True)
class ColumnRule:
    """Where one column of a table comes from.

    Exactly one of: a column of the source (its values renamed by a list or a vocabulary, its numbers
    converted from a unit), a constant, items to score, a date, or what the sessions say (from_sessions:
    the year of the first one, or their order by day).
    """

    column: str | None = None
    constant: str | None = None
    values: dict[str, str] | None = None
    unlisted: str = "error"
    vocabulary: str | None = None
    unit: UnitRule | None = None
    items: ItemRule | None = None
    date: DateRule | None = None
    from_sessions: FromSessions | None = None

    def reads(self) -> tuple[str, ...]:
        """The columns of the source that the rule reads."""
        named = [self.column, self.unit.weight if self.unit else None]
        if self.items:
            named += self.items.columns
        if self.date:
            named += [self.date.column, self.date.time]
        return tuple(name for name in named if name is not None)

    def needs_first_session(self) -> bool:
        """Whether the rule cannot be carried out without the date of each patient's first session."""
        return self.from_sessions == "year" or (self.date is not None and self.date.becomes != "year")


Columns = dict[str, ColumnRule]
