"""``python -m analysis.intake snapshot``: read a database into a checked study of Parquet files."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from .findings import Finding, StudyDataError, counted, shown_path
from .snapshot.address import address_from
from .snapshot.command import SECONDS_A_QUERY, Snapshot, SnapshotRequest, take_snapshot
from .snapshot.findings_file import write_findings
from .snapshot.refusal import SnapshotRefused

WRITTEN, HAS_ERRORS, REFUSED = 0, 1, 2


class SilentParser(argparse.ArgumentParser):
    """A parser that does not repeat what it was given, which may hold a password."""

    def error(self, message: str) -> NoReturn:
        del message
        self.exit(REFUSED, f"The command cannot be understood as it was given. See: {self.prog} --help\n")


def main(arguments: Sequence[str]) -> int:
    """0: the snapshot was written. 1: the study has errors, all of them shown. 2: refused, and why."""
    asked = _parser().parse_args(arguments)
    try:
        return _snapshot(asked)
    except SnapshotRefused as refusal:
        sys.stderr.write(f"{refusal}\nNo snapshot was taken.\n")
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = SilentParser(prog="python -m analysis.intake", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, parser_class=SilentParser)
    snapshot = commands.add_parser(
        "snapshot", help="read a database into a study of Parquet files", allow_abbrev=False
    )  # fmt: skip
    where = snapshot.add_mutually_exclusive_group(required=True)
    where.add_argument("--url", help="postgresql://USER@HOST:PORT/DATABASE or duckdb:FILE, without a password")
    where.add_argument("--url-env", metavar="NAME", help="the environment variable that holds the whole address")
    snapshot.add_argument("--mapping", type=Path, required=True, help="the mapping (TOML) whose sources are tables")
    snapshot.add_argument("--out", type=Path, required=True, help="the folder of the study")
    snapshot.add_argument("--replace", action="store_true", help="move anything else that is at --out aside")
    snapshot.add_argument("--findings", type=Path, metavar="FILE", help="write the list of findings as CSV")
    snapshot.add_argument("--time-zone", metavar="ZONE", help="the zone of the clinic's days: America/New_York")
    snapshot.add_argument(
        "--timeout", type=int, metavar="SECONDS", default=SECONDS_A_QUERY, help="the longest that a query may take"
    )
    return parser


def _snapshot(asked: argparse.Namespace) -> int:
    address = address_from(asked.url, asked.url_env, os.environ)
    place = asked.out.absolute()
    request = SnapshotRequest(asked.mapping, place, asked.replace, asked.time_zone, asked.timeout)
    try:
        snapshot = take_snapshot(address, request)
    except StudyDataError as faults:
        _tell(faults.findings, asked.findings)
        sys.stderr.write(f"No snapshot was taken: {_counts(faults.findings)}.\n")
        return HAS_ERRORS
    _tell(snapshot.findings, asked.findings)
    sys.stdout.write(_told(snapshot, place))
    return WRITTEN


def _tell(findings: Sequence[Finding], file: Path | None) -> None:
    """Every finding on the error stream, one a line, and as a file when asked for."""
    for finding in findings:
        sys.stderr.write(f"{finding.level}: {finding.message}\n")
    if file is not None:
        write_findings(findings, file)


def _counts(findings: Iterable[Finding]) -> str:
    levels = [finding.level for finding in findings]
    return f"{counted(levels.count('error'), 'error')} and {counted(levels.count('note'), 'note')}"


def _told(snapshot: Snapshot, place: Path) -> str:
    rows = ", ".join(f"{name} {count:,}" for name, count in snapshot.record.n_rows.items())
    aside = f"What was there before is now {shown_path(snapshot.aside)}.\n" if snapshot.aside else ""
    return f"Snapshot {snapshot.record.digest} in {shown_path(place)}. Rows: {rows}.\n{aside}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
