"""One pass over the bytes of a text file before anything is parsed: is it text, in its encoding, in lines?"""

from __future__ import annotations

import codecs
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .findings import counted
from .limits import LONGEST_LINE

CHUNK = 1 << 22
SINGLE_BYTE = ("latin-1", "cp1252")  # encodings in which almost any bytes are text
SAVE_AS = "Save it as 'CSV UTF-8'"
EXPORT_AGAIN = "Export it again."


@dataclass(frozen=True)
class TextScan:
    """What one pass over the bytes told: why the file cannot be read (in words), and how many line ends it has."""

    fault: str | None
    n_lines: int


class _Lines:
    """Counts line ends, and the bytes since the last one."""

    def __init__(self) -> None:
        self.count = 0
        self._open = 0

    def too_long(self, chunk: bytes) -> int | None:
        """Take a chunk in; the line that is longer than a line may be, if one is."""
        data = np.frombuffer(chunk, dtype=np.uint8)
        ends = np.flatnonzero((data == ord("\n")) | (data == ord("\r")))
        lengths = np.diff(ends, prepend=-1 - self._open, append=len(chunk))
        self._open = int(lengths[-1]) - 1
        long = int(lengths.argmax())
        if lengths[long] > LONGEST_LINE:
            before = int(ends[long - 1]) + 1 if long else 0
            return self.line_at(chunk, before)
        self.count += chunk.count(b"\n")
        return None

    def line_at(self, chunk: bytes, place: int) -> int:
        """The number of the line that a place in the next chunk lies in."""
        return self.count + chunk[:place].count(b"\n") + 1


class _Decoding:
    """Decodes chunk by chunk, and remembers whether anything but blanks and anything but ASCII was seen."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self.blank = True
        self.plain = True

    def take(self, chunk: bytes) -> None:
        """Decode a chunk, the last of which is empty. Raises UnicodeError."""
        text = self._decoder.decode(chunk, final=not chunk)
        self.blank = self.blank and not text.strip("\ufeff \t\r\n")
        self.plain = self.plain and text.isascii()


def scan_text(path: Path, encoding: str) -> TextScan:
    """Whether a file is text in its encoding, without NUL bytes and endless lines; stops at the first fault."""
    lines, text = _Lines(), _Decoding(encoding)
    other: _Decoding | None = _Decoding("utf-8") if encoding in SINGLE_BYTE else None
    for chunk in _chunks(path):
        fault = _fault_of(chunk, lines, text, encoding, path)
        if fault is not None:
            return TextScan(fault, lines.count)
        other = _still_decodes(other, chunk)
    if text.blank:
        return TextScan("is empty. Export it again, or remove it when there is nothing to tell.", lines.count)
    if other is not None and not other.plain:
        fault = f"is UTF-8 text, not {encoding.upper()}. Name its true encoding in the mapping."
        return TextScan(fault, lines.count)
    return TextScan(None, lines.count)


def _chunks(path: Path) -> Iterator[bytes]:
    """The file in pieces, the last of them empty."""
    with path.open("rb") as file:
        yield from itertools.chain(iter(lambda: file.read(CHUNK), b""), (b"",))


def _fault_of(chunk: bytes, lines: _Lines, text: _Decoding, encoding: str, path: Path) -> str | None:
    if encoding != "utf-16" and b"\0" in chunk:
        line = lines.line_at(chunk, chunk.index(b"\0"))
        return f"holds NUL bytes (first in line {line}), so it is damaged or not text. {EXPORT_AGAIN}"
    before = lines.count
    long = lines.too_long(chunk)
    if long is not None:
        most = f"a line longer than {LONGEST_LINE:,} bytes (line {long})"
        return f"has {most}, which no row of a table is. Look for missing line ends, or export it again."
    try:
        text.take(chunk)
    except UnicodeDecodeError as failure:
        line = before + failure.object[: failure.start].count(b"\n") + 1
        return _not_decoded(path, encoding, line)
    except UnicodeError:  # what the decoder of UTF-16 says of a missing mark
        return f"is not marked as {encoding.upper()} at its start. {SAVE_AS}, or name its true encoding."
    return None


def _still_decodes(other: _Decoding | None, chunk: bytes) -> _Decoding | None:
    if other is None:
        return None
    try:
        other.take(chunk)
    except UnicodeError:
        return None
    return other


def _not_decoded(path: Path, encoding: str, line: int) -> str:
    """Tells a file in another encoding from one that mixes two: of the latter no name of an encoding is right."""
    if encoding == "utf-8":
        n_foreign, n_accented = _lines_by_encoding(path)
        if n_accented:
            mixed = f"mixes UTF-8 with another encoding ({counted(n_foreign, 'line')} not UTF-8, first line {line})"
            return f"{mixed}. Save each of its parts as 'CSV UTF-8' before joining them."
    return f"is not {encoding.upper()} text (first in line {line}). {SAVE_AS}, or name its encoding in a mapping."


def _lines_by_encoding(path: Path) -> tuple[int, int]:
    """How many lines are no UTF-8, and how many are UTF-8 beyond ASCII."""
    n_foreign = n_accented = 0
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(LONGEST_LINE), b""):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                n_accented += 1
            except UnicodeDecodeError:
                n_foreign += 1
    return n_foreign, n_accented
