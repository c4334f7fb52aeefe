"""The gate on one column at a time, without a file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as arrow

from analysis.intake.conversion import convert_table
from analysis.intake.findings import Finding, FindingLog, Origin
from analysis.intake.identifiers import check_identifiers, without_telling_names
from analysis.intake.source import SourceTable
from analysis.study import AllowedColumn

Cells = Sequence[object]


def random_codes(n: int, seed: int = 5) -> list[str]:
    """Codes of patients as they should be: drawn at random."""
    letters = np.array(list("ABCDEFGHJKMNPQRSTUVWXYZ23456789"))
    return ["".join(row) for row in np.random.default_rng(seed).choice(letters, (n, 8))]


def gate(
    name: str, cells: Cells, table: str = "patients", allowed: Sequence[AllowedColumn] = (), rows_each: int = 1
) -> list[Finding]:
    """What the gate says of a table with one column of these cells beside the patient's code."""
    n_patients = -(-len(cells) // rows_each)
    codes = [code for code in random_codes(n_patients) for _ in range(rows_each)][: len(cells)]
    return gate_columns({"patient_id": codes, name: cells}, table, allowed)


def gate_codes(codes: Sequence[str], column: str = "patient_id") -> list[Finding]:
    """What the gate says of codes of patients or clinics."""
    others = {} if column == "patient_id" else {"patient_id": random_codes(len(codes))}
    return gate_columns({**others, column: codes})


def gate_columns(
    columns: dict[str, Cells], table: str = "patients", allowed: Sequence[AllowedColumn] = ()
) -> list[Finding]:
    """What the gate says of a table: without its words on columns beyond the dictionary."""
    made = {}
    for name, cells in columns.items():
        is_text = all(cell is None or isinstance(cell, str) for cell in cells)
        made[name] = arrow.chunked_array([arrow.array(list(cells), arrow.large_string() if is_text else None)])
    log = FindingLog()
    source = without_telling_names(table, SourceTable(arrow.table(made), Origin((f"{table}.csv",))), log)
    check_identifiers({table: convert_table(table, source, FindingLog())}, log, tuple(allowed))
    return list(log.findings)


def refused(name: str, cells: Cells, table: str = "patients") -> list[str]:
    """The errors that the gate gives for a column, as sentences."""
    return [finding.message for finding in gate(name, cells, table) if finding.level == "error"]
