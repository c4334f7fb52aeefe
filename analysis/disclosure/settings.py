"""The administrator's settings: who may see what, the limit on small cells, where the audit is kept. One TOML file.

Without a file the person at this machine is the holder and every other address is refused.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from .audience import RIGHTS, Audience, Right, holder, viewer
from .cells import MIN_CELL

LOCAL_ADDRESSES = ("127.0.0.1", "::1", "::ffff:127.0.0.1", "localhost")
KEYS = ("min_cell", "at_this_machine", "elsewhere", "audit_log", "released_cohorts", "viewers")
VIEWER_KEYS = ("rights",)
Elsewhere = Literal["refused", "viewer"]


class SettingsError(Exception):
    """The settings file cannot be used; ``faults`` are sentences, all of them."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Settings:
    """Who is who. ``viewers`` maps a signed-in address to its rights; ``everyone_else`` is what others on the network
    get. ``audit_log`` is None when nothing is kept (no settings file)."""

    min_cell: int = MIN_CELL
    at_this_machine: Literal["holder", "viewer"] = "holder"
    elsewhere: Elsewhere = "refused"
    audit_log: Path | None = None
    released_cohorts: Path | None = None
    viewers: dict[str, frozenset[Right]] = field(default_factory=dict)

    def audience(self, address: str | None, email: str | None = None) -> Audience | None:
        """Who is looking from an address (None: this machine's own); None when nobody may look from there."""
        here = address is None or address in LOCAL_ADDRESSES
        if here and self.at_this_machine == "holder":
            return holder(self.min_cell)
        if not here and self.elsewhere == "refused":
            return None
        always: frozenset[Right] = frozenset({"aggregate"})
        return viewer(self.min_cell, always | self.viewers.get(email or "", frozenset()))


def read_settings(path: Path) -> Settings:
    """Read a settings file. Raises SettingsError with every fault in it; nothing unknown is passed over."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as failure:
        raise SettingsError(
            [f"{path.name}: the settings cannot be read as TOML ({type(failure).__name__})."]
        ) from failure
    faults: list[str] = [
        f"{path.name}: there is no setting '{name}'. The settings are {', '.join(KEYS)}."
        for name in content
        if name not in KEYS
    ]
    settings = Settings(
        _limit(content, path.name, faults),
        _one_of(content, "at_this_machine", ("holder", "viewer"), path.name, faults),
        _one_of(content, "elsewhere", ("refused", "viewer"), path.name, faults),
        _file(content, "audit_log", path, faults),
        _file(content, "released_cohorts", path, faults),
        _viewers(content, path.name, faults),
    )
    if settings.elsewhere == "viewer" and settings.audit_log is None:
        faults.append(f"{path.name}: with viewers elsewhere an audit_log is needed. Name a file for it.")
    if faults:
        raise SettingsError(faults)
    return settings


def _limit(content: dict[str, Any], file: str, faults: list[str]) -> int:
    value = content.get("min_cell", MIN_CELL)
    if isinstance(value, int) and not isinstance(value, bool) and value >= MIN_CELL:
        return value
    faults.append(f"{file}: 'min_cell' should be a whole number of at least {MIN_CELL}.")
    return MIN_CELL


def _one_of(content: dict[str, Any], name: str, words: tuple[str, ...], file: str, faults: list[str]) -> Any:
    value = content.get(name, words[0])
    if value not in words:
        faults.append(f"{file}: '{name}' should be {' or '.join(repr(word) for word in words)}.")
        return words[0]
    return value


def _file(content: dict[str, Any], name: str, path: Path, faults: list[str]) -> Path | None:
    value = content.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value or "\0" in value:
        faults.append(f"{path.name}: '{name}' should be the path of a file.")
        return None
    return (path.parent / value).resolve()


def _viewers(content: dict[str, Any], file: str, faults: list[str]) -> dict[str, frozenset[Right]]:
    given = content.get("viewers", {})
    if not isinstance(given, dict):
        faults.append(f"{file}: 'viewers' should be sections such as [viewers.\"name@clinic.example\"].")
        return {}
    found: dict[str, frozenset[Right]] = {}
    for email, section in given.items():
        rights = section.get("rights", []) if isinstance(section, dict) else None
        if not isinstance(rights, list) or any(right not in RIGHTS for right in rights) or set(section) - {"rights"}:
            faults.append(f"{file}: a viewer has 'rights' only, a list out of {', '.join(RIGHTS)}.")
            continue
        found[email] = frozenset(rights)
    return found
