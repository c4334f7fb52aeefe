"""The section [redcap] of a mapping: which file is the export, which the dictionary, which dates are counted from."""

from __future__ import annotations

from dataclasses import dataclass

from ..toml_section import TomlSection

KEYS = ("data", "dictionary", "missing", "identifier_dates")


@dataclass(frozen=True)
class RedcapRules:
    """What a REDCap export needs told besides which form is which table.

    data and dictionary are only needed when they cannot be told apart; missing lists the project's missing data
    codes. identifier_dates are date fields that the dictionary marks as identifiers and that may be read all the
    same, to be turned into days, an age or a year; nothing else of a marked field is ever read.
    """

    data: str | None = None
    dictionary: str | None = None
    missing: tuple[str, ...] = ()
    identifier_dates: tuple[str, ...] = ()


def redcap_rules(section: TomlSection) -> RedcapRules:
    """Read the section; every fault in it is a finding."""
    section.only(KEYS)
    return RedcapRules(
        section.text("data"), section.text("dictionary"), section.words("missing"), section.words("identifier_dates")
    )
