"""The files of a study read before any mapping is there: each as a source, with how its text is written."""

from __future__ import annotations

import codecs
from pathlib import Path

from analysis.vocabulary import plain_spelling

from ..delimited import DELIMITERS, TextFormat, default_format
from ..files import StudyFile, StudyFiles
from ..findings import FindingLog, listed, unreadable
from ..mapping_rules import SourceRule
from ..source import SourceTable
from ..table_files import ENDINGS, read_file

TEXT_ENDINGS = (".csv", ".tsv", ".txt")
HEADER_BYTES = 1 << 16  # the header of the widest export ends well before
CHUNK = 1 << 20
NONE_TO_READ = "No file can be read as a table. Give files that end in .csv, .tsv, .txt, .parquet or .xlsx."


def read_sources(files: StudyFiles, log: FindingLog) -> tuple[dict[str, SourceTable], dict[str, SourceRule]]:
    """Every table-like file as a source, and the rule by which a mapping reads it the same way again.

    The delimiter is the one that is most often in the first line, the encoding one that the whole file has.
    """
    tables: dict[str, SourceTable] = {}
    rules: dict[str, SourceRule] = {}
    readable = [file for file in files.files if file.sheet is not None or file.ending in (*ENDINGS, ".txt")]
    for file in readable:
        form = _form(file, log)
        table = None if form is None else read_file(file, "", log, form)
        if table is not None and form is not None:
            name = _free_name(file.stem, rules)
            own = form != default_format(file)
            tables[name] = table
            rules[name] = SourceRule(file.name, form.delimiter if own else None, form.encoding)
    others = [file.name for file in files.files if file not in readable]
    if others:
        log.add("note", "", f"Not read, because the ending is not that of a table: {listed(others)}.")
    if not readable:
        log.add("error", "", NONE_TO_READ)
    return tables, rules


def _form(file: StudyFile, log: FindingLog) -> TextFormat | None:
    """How a file of text is written; the default for all else, which does not use it."""
    if file.sheet is not None or file.ending not in TEXT_ENDINGS or file.refusal is not None:
        return default_format(file)
    try:
        encoding = _encoding(file.path)
        with file.path.open("rb") as opened:
            start = opened.read(HEADER_BYTES)
    except OSError as failure:
        log.add("error", "", unreadable(f"{file.label}: the file", failure))
        return None
    header = start.decode(encoding, errors="replace").splitlines()
    return TextFormat(_delimiter(header[0] if header else "", default_format(file).delimiter), encoding)


def _delimiter(header: str, default: str) -> str:
    """The delimiter that stands most often in the header, outside quotation marks."""
    bare = "".join(header.split('"')[::2])
    counts = {delimiter: bare.count(delimiter) for delimiter in (default, *DELIMITERS.values())}
    best = max(counts, key=lambda delimiter: counts[delimiter])
    return best if counts[best] else default


def _encoding(path: Path) -> str:
    """UTF-16 by its mark, UTF-8 when the whole file is, else the one that Windows programs write."""
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _free_name(stem: str, taken: dict[str, SourceRule]) -> str:
    """A short name for a source that no other has."""
    name = plain_spelling(stem.rsplit("/", 1)[-1]) or "source"
    return next(each for place in range(len(taken) + 1) if (each := f"{name}_{place}" if place else name) not in taken)
