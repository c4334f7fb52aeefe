"""Columns that an administrator allowed although they may identify, with the reason written down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AllowedColumn:
    """One column of one table that the identifier gate lets pass, and why; the audit keeps all three."""

    table: str
    column: str
    reason: str
