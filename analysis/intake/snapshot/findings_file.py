"""The list of findings as a CSV file that no spreadsheet runs as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from ..findings import Finding, findings_frame, shown_path
from .refusal import SnapshotRefused, unwritable


def write_findings(findings: Iterable[Finding], path: Path) -> None:
    """One row per finding. Raises SnapshotRefused when the file cannot be written."""
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(findings_frame([]).columns)
            rows.writerows([_plain(cell) for cell in finding.as_row().values()] for finding in findings)
        return
    except OSError as failure:
        fault = unwritable(f"{shown_path(path)}: the file for the findings", failure)
    raise SnapshotRefused(fault)


def _plain(cell: object) -> str:
    """A cell as text that begins with a letter or a digit, or with an apostrophe before anything else."""
    text = "" if cell is None else str(cell)
    return text if not text or text[0].isalnum() else "'" + text
