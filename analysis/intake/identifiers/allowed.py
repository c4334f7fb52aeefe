"""The [[allow]] sections of a mapping: columns let through the identifier gate by name, with a written reason."""

from __future__ import annotations

from analysis.study import AllowedColumn
from analysis.vocabulary import TABLES

from ..findings import shown_name
from ..toml_section import TomlSection

ALLOW_KEYS = ("table", "column", "reason")
FEWEST_WORDS, LONGEST_REASON = 3, 500  # enough words to be a reason, and few enough letters for one line of a log


def read_allowed(top: TomlSection) -> tuple[AllowedColumn, ...]:
    """Every allowed column of a mapping; what is wrong with a section is recorded and the section left out."""
    allowed: dict[tuple[str, str], AllowedColumn] = {}
    for section in top.sections("allow"):
        one = _read_one(section)
        if one is None:
            continue
        if (one.table, one.column) in allowed:
            section.fault(f"the column '{shown_name(one.column)}' of {one.table} is allowed twice. Give one reason.")
        allowed[one.table, one.column] = one
    return tuple(allowed.values())


def _read_one(section: TomlSection) -> AllowedColumn | None:
    section.only(ALLOW_KEYS)
    given = [section.needed_text(key) for key in ALLOW_KEYS]
    table, column, reason = given
    if table is not None:
        table = section.text("table", tuple(TABLES))
    if reason is not None and not _is_reason(reason):
        section.fault(
            f"'reason' should say in {FEWEST_WORDS} words or more, on one line of at most {LONGEST_REASON} letters, "
            "why the column may stay."
        )
        return None
    if table is None or column is None or reason is None:
        return None
    return AllowedColumn(table, column, " ".join(reason.split()))


def _is_reason(text: str) -> bool:
    return len(text.split()) >= FEWEST_WORDS and len(text) <= LONGEST_REASON and text.isprintable()
