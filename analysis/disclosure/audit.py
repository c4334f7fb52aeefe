"""The audit: an append-only log of what was loaded, refused and exported, each line sealed by a hash of all before it.

One JSON object a line: what happened, when (UTC), by whom, on which study (digest) and cohort (its question, not its
patients), and about how many patients, rounded. No patient's value is ever written.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

Event = Literal["load", "denial", "individual data", "export", "allowed column"]
EVENTS: tuple[Event, ...] = ("load", "denial", "individual data", "export", "allowed column")
FIRST = "0" * 64  # what the first line is chained to
ROUNDED_TO = 10  # patients: a log read by many must not count anyone
LONGEST = 500  # characters of one entry's text; a longer reason is cut, which the entry shows by its last sign


@dataclass(frozen=True)
class Verification:
    """What became of a log: ``sound``, or the line and the reason at which the chain breaks, as a sentence."""

    sound: bool
    n_lines: int
    sentence: str


class AuditLog:
    """An append-only log file. Several processes may write to it; each line is written whole, under a lock."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, event: Event, who: str, details: Mapping[str, str | int | None]) -> None:
        """Append one entry. ``n_patients`` among the details is rounded; texts are cut to 500 characters.

        Raises OSError when the log cannot be written: what cannot be audited must not happen.
        """
        if event not in EVENTS:
            raise ValueError(f"there is no audit event '{event}'")
        with _locked(self._path) as file:
            entry = {
                "event": event,
                "when": datetime.now(UTC).isoformat(timespec="seconds"),
                "who": _cut(who),
                **{name: _recorded(name, value) for name, value in details.items()},
                "previous": _last_seal(file),
            }
            line = json.dumps({**entry, "seal": _seal(entry)}, ensure_ascii=False, sort_keys=True) + "\n"
            file.seek(0, os.SEEK_END)
            file.write(line.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def _locked(path: Path) -> Iterator[Any]:
    """The log opened for reading and appending, with other writers kept waiting."""
    import fcntl

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _last_seal(file: Any) -> str:
    """The seal of the last line. Raises ValueError when that line is none of ours: nothing is added to it."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        return FIRST
    file.seek(max(0, size - 64 * 1024))
    last = file.read().splitlines()[-1]
    try:
        return str(json.loads(last)["seal"])
    except (ValueError, KeyError, TypeError) as damage:
        raise ValueError("The audit log is damaged: its last line has no seal.") from damage


def _seal(entry: Mapping[str, Any]) -> str:
    text = json.dumps(entry, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _recorded(name: str, value: str | int | None) -> str | int | None:
    if isinstance(value, int) and name.startswith("n_"):
        return rounded(value)
    return _cut(value) if isinstance(value, str) else value


def rounded(count: int) -> int:
    """A count to the nearest ten, so that the log counts no one exactly."""
    return ROUNDED_TO * round(count / ROUNDED_TO)


def _cut(text: str) -> str:
    clean = "".join(letter if letter.isprintable() else " " for letter in text)
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1] + "…"


def verify(path: Path) -> Verification:
    """Follow the chain from the first line to the last. An entry changed, removed, added or reordered breaks it."""
    previous, number = FIRST, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            fault = _fault(line, previous)
            if fault is not None:
                return Verification(False, number, f"Line {number} {fault}. Lines before it are sound.")
            previous = str(json.loads(line)["seal"])
    noun = "entry" if number == 1 else "entries"
    return Verification(True, number, f"The log is sound: {number:,} {noun}, the last sealed {previous[:12]}.")


def _fault(line: bytes, previous: str) -> str | None:
    try:
        entry = json.loads(line)
        seal = entry.pop("seal")
    except (ValueError, KeyError, AttributeError):
        return "is no entry of an audit log"
    if not line.endswith(b"\n"):
        return "was not written to its end"
    if entry.get("previous") != previous:
        return "does not follow the line before it: something was removed, added or moved"
    return None if seal == _seal(entry) else "was changed after it was written"
