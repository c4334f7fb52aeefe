"""One section of a mapping file, read key by key against what is allowed there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analysis.vocabulary import nearest

from .findings import FindingLog, counted, listed, shown_name
from .limits import MOST_FAULTS_A_SECTION

LONGEST_NUMBER = 1024  # bits, as many as the largest float has


class TomlSection:
    """The keys of one TOML table. Wrong types and unknown keys become findings that name the place."""

    def __init__(self, content: dict[str, Any], place: str, log: FindingLog) -> None:
        self.content = content
        self.place = place
        self._log = log

    def fault(self, message: str) -> None:
        """Record an error about this section."""
        self._log.add("error", "", f"{self.place}: {message}")

    def only(self, allowed: Iterable[str]) -> None:
        """Record every key that is not allowed here."""
        known = tuple(allowed)
        unknown = [key for key in self.content if key not in known]
        for key in unknown[:MOST_FAULTS_A_SECTION]:
            near = nearest(key, known)
            hint = f" Is '{near}' meant?" if near else f" Allowed: {', '.join(known)}."
            self.fault(f"the key '{shown_name(key)}' means nothing here.{hint}")
        if len(unknown) > MOST_FAULTS_A_SECTION:
            self.fault(f"{counted(len(unknown) - MOST_FAULTS_A_SECTION, 'more key')} mean nothing here.")

    def text(self, key: str, choices: Iterable[str] = (), default: str | None = None) -> str | None:
        """A text, of a closed set when choices are given; the default when absent or wrong."""
        value = self.content.get(key)
        allowed = tuple(choices)
        if value is None:
            return default
        if not isinstance(value, str):
            self.fault(f"'{shown_name(key)}' should be text in quotation marks.")
        elif allowed and value not in allowed:
            self.fault(f"'{shown_name(key)}' should be one of {listed(allowed)}.")
        else:
            return value
        return default

    def needed_text(self, key: str) -> str | None:
        """A text that has to be there."""
        if key not in self.content:
            self.fault(f"'{key}' is missing.")
        return self.text(key)

    def flag(self, key: str) -> bool:
        """true or false; false when absent."""
        value = self.content.get(key, False)
        if not isinstance(value, bool):
            self.fault(f"'{shown_name(key)}' should be true or false.")
            return False
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts or numbers, all as text; () when absent."""
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(_is_plain(item) for item in value):
            self.fault(f'\'{shown_name(key)}\' should be a list of texts or numbers, such as ["n/a", "-99"].')
            return ()
        return tuple(as_text(item) for item in value)

    def one_or_more(self, key: str) -> tuple[str, ...]:
        """A text or a list of texts; () when absent."""
        value = self.content.get(key)
        return (value,) if isinstance(value, str) else self.words(key)

    def section(self, key: str) -> TomlSection:
        """A section inside this one; empty when absent or no section."""
        value = self.content.get(key, {})
        if not isinstance(value, dict):
            self.fault(f"'{shown_name(key)}' should be a section of keys and values.")
            value = {}
        return TomlSection(value, f"{self.place}, {shown_name(key)}", self._log)

    def sections(self, key: str) -> list[TomlSection]:
        """A list of sections inside this one; empty when absent or no such list."""
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fault(f"'{shown_name(key)}' should be a list of sections.")
            return []
        return [TomlSection(item, f"{self.place}, {key} {place}", self._log) for place, item in enumerate(value, 1)]


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float)


def as_text(value: Any) -> str:
    """A TOML value as a cell of a CSV file would spell it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER:
        return hex(value)  # Python writes no decimal number of thousands of digits; no column takes it as a number
    return str(value)
