"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

from pathlib import Path

START = 512  # bytes that are looked at
PICKLE = "a Python pickle, which is never opened because it can run programs"
PROGRAM = "a program"

# Longer marks stand before shorter ones that they begin with.
MARKS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "an Excel workbook or ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"PAR1\x15", "Parquet"),  # with the byte that always follows: a column may be named PAR1
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "a formatted text document"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"BZh91AY&SY", "compressed (bzip2)"),
    (b"\xfd7zXZ\x00", "compressed (xz)"),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd)"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", PROGRAM),
    (b"#!/", PROGRAM),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"$FL2", "an SPSS file"),
    (b"<stata_dta>", "a Stata file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF89a", "a picture"),
)
PAGES = ((b"<!doctype html", "a web page"), (b"<html", "a web page"), (b"<?xml", "an XML document"))
PICKLE_PROTOCOLS = range(2, 6)  # older ones are plain text, and are read as such: nothing here unpickles


def format_of(path: Path) -> str | None:
    """What a file is when it is not delimited text, in words; None when nothing speaks against that."""
    with path.open("rb") as file:
        start = file.read(START)
    found = next((words for mark, words in MARKS if start.startswith(mark)), None)
    if found is not None:
        return found
    if len(start) > 1 and start[0] == 0x80 and start[1] in PICKLE_PROTOCOLS:
        return PICKLE
    if start.startswith(b"MZ") and b"\0" in start:
        return PROGRAM
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((words for mark, words in PAGES if text.startswith(mark)), None)
