"""What a person uploaded, looked at before anybody says what it means: a study, a known export, or other files."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from typing import Literal

from analysis.vocabulary import TABLES

from .delimited import DELIMITERS, UTF_16, TextFormat, default_format
from .files import StudyFile, StudyFiles
from .findings import Finding, FindingLog, listed
from .foreign.dispatch import NEEDS, study_format
from .mapping import Mapping, mapping_of
from .mapping_rules import SourceRule
from .opening import Upload, open_upload
from .source import SourceTable
from .table_files import ENDINGS, read_file

IncomingKind = Literal["study", "export", "foreign", "refused"]

TEXT_ENDINGS = (".csv", ".tsv", ".txt")
LOOKED_AT = 1 << 16  # bytes of a file from which its delimiter and encoding are suggested
FALLBACK = "cp1252"  # what spreadsheets on Windows write when they do not write UTF-8
_UNSAFE = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, eq=False)
class Incoming:
    """What was uploaded. kind "study": files named after the tables; "export": of a record system that is recognised,
    and needs says what its mapping has to name; "foreign": other files, read as sources; "refused": see findings.

    sources are the files read, by the name that a mapping gives them; forms say how each was read.
    """

    kind: IncomingKind
    name: str = ""
    needs: str = ""
    sources: dict[str, SourceTable] = field(default_factory=dict)
    forms: dict[str, SourceRule] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def look_at(
    uploads: Iterable[Upload], written: Dictionary[str, TextFormat] | None = None, as_foreign: bool = False
) -> Incoming:
    """Open what a browser sent, and read it when nobody but a person can say what it is.

    written says how a file of delimited text is written, by its name; without it the first bytes suggest it.
    as_foreign: read files as sources although they are named after the tables.
    """
    log = FindingLog()
    with open_upload(uploads, log) as files:
        if files is None:
            return Incoming("refused", findings=log.findings)
        export = study_format(files)
        if export is not None:
            return Incoming("export", files.name, NEEDS[export])
        if not as_foreign and any(file.stem.lower() in TABLES for file in files.top):
            return Incoming("study", files.name)
        return _as_sources(files, written or {}, log)


def _as_sources(files: StudyFiles, written: Dictionary[str, TextFormat], log: FindingLog) -> Incoming:
    sources: dict[str, SourceTable] = {}
    forms: dict[str, SourceRule] = {}
    passed_over = [file.name for file in files.files if not _is_readable(file)]
    for file in files.files:
        if not _is_readable(file):
            continue
        form = (written.get(file.name) or suggested_format(file)) if file.ending in TEXT_ENDINGS else None
        table = read_file(file, "", log, form)
        if table is not None:
            name = _source_name(file, sources)
            sources[name] = table
            forms[name] = SourceRule(file.name, *((form.delimiter, form.encoding) if form else ()))
    if passed_over:
        endings = ", ".join((*ENDINGS, ".txt"))
        log.add("note", "", f"Not read, because the ending is none of {endings}: {listed(passed_over)}.")
    if not sources:
        if not log.has_errors:
            log.add("error", "", "No file that could hold a table was uploaded. Send CSV, TSV, Parquet or Excel files.")
        return Incoming("refused", files.name, findings=log.findings)
    return Incoming("foreign", files.name, "", sources, forms, log.findings)


def _is_readable(file: StudyFile) -> bool:
    return file.sheet is not None or file.ending in (*ENDINGS, *TEXT_ENDINGS)


def _source_name(file: StudyFile, taken: Iterable[str]) -> str:
    """A plain name for a source in a mapping, from its file's."""
    plain = _UNSAFE.sub("_", file.stem.lower()).strip("_") or "source"
    used, name, number = set(taken), plain, 2
    while name in used:
        name, number = f"{plain}_{number}", number + 1
    return name


def suggested_format(file: StudyFile) -> TextFormat:
    """The delimiter that row 1 holds most of, and the encoding that its first bytes allow."""
    if file.refusal is not None:
        return default_format(file)
    try:
        with file.path.open("rb") as opened:
            start = opened.read(LOOKED_AT)
    except OSError:  # reading the whole of it reports why
        return default_format(file)
    encoding = _encoding(start)
    row = start.decode(encoding, errors="replace").splitlines()[:1]
    usual = default_format(file).delimiter
    counts = {letter: row[0].count(letter) if row else 0 for letter in (usual, *DELIMITERS.values())}
    return TextFormat(max(counts, key=lambda letter: counts[letter]), encoding)


def _encoding(start: bytes) -> str:
    if start.startswith(UTF_16):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)  # a letter cut off at the end is no fault
    except UnicodeDecodeError:
        return FALLBACK
    return "utf-8"


def read_saved_mapping(content: bytes, log: FindingLog) -> Mapping | None:
    """A mapping from what a browser sent, with every fault as a finding; None when it cannot be read at all."""
    return mapping_of(content, "mapping.toml", log)
