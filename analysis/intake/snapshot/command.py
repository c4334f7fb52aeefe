"""``python -m analysis.intake snapshot``: from a database to a checked study, or to sentences that say why not."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

from analysis.study import AllowedColumn, Study

from ..findings import Finding, FindingLog, StudyDataError, shown_path
from ..mapping import Mapping, read_mapping
from ..mapping_steps import map_sources
from ..reading import checked_study, read_study
from .address import DatabaseAddress
from .database import Database
from .duckdb_file import open_duckdb
from .extract import read_sources
from .output import check_place, folder_beside, move_into_place, write_tables
from .postgresql import open_postgresql
from .record import ALLOWED, RECORD, Record, allowed_text
from .refusal import SnapshotRefused, unwritable

SECONDS_A_QUERY = 600  # a million patients take well under a minute


@dataclass(frozen=True)
class SnapshotRequest:
    """What an administrator asks for. The address of the database is not part of it."""

    mapping: Path
    place: Path
    replace: bool = False
    zone: str | None = None
    seconds: int = SECONDS_A_QUERY


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that was written. aside is where something that was in its place is now."""

    record: Record
    findings: tuple[Finding, ...]
    aside: Path | None


def take_snapshot(address: DatabaseAddress, request: SnapshotRequest) -> Snapshot:
    """Read the tables that a mapping names, check them as any study is checked, and write them as Parquet.

    Raises StudyDataError with every finding when the study has errors, and SnapshotRefused when the
    database, the mapping or the place does not allow it. Nothing is written then.
    """
    _check_request(request)
    log = FindingLog()
    rules = read_mapping(request.mapping, log)
    if rules is None or log.has_errors:
        raise StudyDataError(log.findings)
    try:
        with folder_beside(request.place) as folder:
            record, allowed = _filled(folder, address, rules, request, log)
            _check_read_back(folder, allowed, record.digest)
            return Snapshot(record, log.findings, move_into_place(folder, request.place))
    except OSError as failure:
        fault = unwritable(f"{shown_path(request.place)}: the folder", failure)
    raise SnapshotRefused(fault)


def _check_request(request: SnapshotRequest) -> None:
    if request.zone is not None and request.zone not in available_timezones():
        raise SnapshotRefused("There is no such time zone. Give one such as America/New_York, or UTC.")
    if request.seconds < 1:
        raise SnapshotRefused("The limit of --timeout is a whole number of seconds, 1 or more.")
    check_place(request.place, request.replace)


def _read(address: DatabaseAddress, rules: Mapping, request: SnapshotRequest, log: FindingLog) -> Study:
    """The checked study. The database is left as soon as its rows are here."""
    with _opened(address, request) as database:
        sources = read_sources(database, rules, request.zone, log)
    tables = map_sources(rules, sources, log) if not log.has_errors else {}
    del sources  # the cells as they came; the tables hold their own
    parts = ((table, tables.pop(table)) for table in tuple(tables))
    return checked_study(rules.name or request.place.name, parts, log, rules.allowed)


def _opened(address: DatabaseAddress, request: SnapshotRequest) -> AbstractContextManager[Database]:
    opened = open_duckdb if address.kind == "duckdb" else open_postgresql
    return opened(address, request.seconds, request.zone)


def _filled(
    folder: Path, address: DatabaseAddress, rules: Mapping, request: SnapshotRequest, log: FindingLog
) -> tuple[Record, tuple[AllowedColumn, ...]]:
    """Write the study and what a snapshot says of itself into a folder. The study is not kept in memory after that."""
    study = _read(address, rules, request, log)
    for sentence in study.notes[len(log.notes) :]:  # of names that the study itself set apart
        log.add("note", "", sentence)
    write_tables(study, folder)
    record = Record.of(study, request.mapping)
    (folder / RECORD).write_text(record.text(), encoding="utf-8")
    if study.allowed:
        (folder / ALLOWED).write_text(allowed_text(study.allowed), encoding="utf-8")
    return record, study.allowed


def _check_read_back(folder: Path, allowed: tuple[AllowedColumn, ...], digest: str) -> None:
    """Whether the files give the same study: a digest that nobody can find again would be worth nothing."""
    if read_study(folder, Mapping(allowed=allowed)).digest != digest:
        raise SnapshotRefused(
            "The files written are not the study that was read, and were not kept. Please report this."
        )
