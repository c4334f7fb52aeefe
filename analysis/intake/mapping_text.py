"""The text of a mapping as TOML: what is too much for it, and why it cannot be read."""

from __future__ import annotations

import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from .findings import FindingLog, shown_name, shown_path
from .folder import SPECIAL
from .limits import LARGEST_MAPPING, MOST_KEY_PARTS

# A part of a key and the point after it. The parser takes time with the square of the number of parts.
_PART = r"""(?:(?<![A-Za-z0-9_-])[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*"""
LONG_KEY = re.compile(f"(?:{_PART}){{{MOST_KEY_PARTS}}}")
TOO_LARGE = f"larger than {LARGEST_MAPPING:,} bytes, and no mapping is. Give the mapping itself."
CLOSED = "the mapping cannot be opened. Check its path."
NO_STUDY = "Correct it; no study needs them."
# What the parser says with the text of a key behind it, which may be a cell's word and of any length.
ECHOES = (
    "Cannot declare",
    "Cannot mutate immutable namespace",
    "Cannot redefine namespace",
    "Duplicate inline table key",
)


def toml_of_file(path: Path, log: FindingLog) -> dict[str, Any] | None:
    """The content of a mapping file; None when it cannot be read, and the log says why."""
    try:
        if path.exists() and not path.is_dir() and not stat.S_ISREG(path.stat().st_mode):
            log.add("error", "", f"{shown_path(path)}: the mapping {SPECIAL}")
            return None
        with path.open("rb") as file:
            content = file.read(LARGEST_MAPPING + 1)
    except (OSError, ValueError):  # ValueError is what a path with NUL gives
        log.add("error", "", f"{shown_path(path)}: {CLOSED}")
        return None
    return toml_of(content, path.name, log)


def toml_of(content: str | bytes, name: str, log: FindingLog) -> dict[str, Any] | None:
    """The content of a mapping's text, as a file or a browser gives it; None when it is none, and the log says why."""
    fault = None
    try:
        text = content if isinstance(content, str) else content[: LARGEST_MAPPING + 1].decode("utf-8")
        fault = _too_much(text, len(content))
        if fault is None:
            return tomllib.loads(text)
    except (ValueError, RecursionError) as failure:
        fault = f"is {TOO_LARGE}" if len(content) > LARGEST_MAPPING else _unread(failure)
    log.add("error", "", f"{shown_name(name)}: the mapping {fault}")
    return None


def _too_much(text: str, size: int) -> str | None:
    if size > LARGEST_MAPPING:
        return f"is {TOO_LARGE}"
    if LONG_KEY.search(text):
        return f"holds a key of more than {MOST_KEY_PARTS} parts. {NO_STUDY}"
    return None


def _unread(failure: Exception) -> str:
    if isinstance(failure, UnicodeError):
        return "is not UTF-8 text. Save it as UTF-8."
    if isinstance(failure, tomllib.TOMLDecodeError):
        said, _, where = str(failure).rpartition(" (at ")
        echoed = next((start for start in ECHOES if said.startswith(start)), None)
        reason = said if echoed is None else "the same key is given twice"
        return f"is not valid TOML: {reason} (at {where}."
    if isinstance(failure, RecursionError):
        return f"holds sections or lists nested too deeply. {NO_STUDY}"
    return f"holds a number with too many digits. {NO_STUDY}"
