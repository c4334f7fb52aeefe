"""What a snapshot says about itself: which data, by which mapping, when; nothing about the database."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from analysis.study import AllowedColumn, Study

from ..foreign.toml import quoted
from ..mapping import Mapping
from ..table_files import RECORDS
from ..toml_writer import mapping_toml

RECORD, ALLOWED = RECORDS
PROJECT = Path(__file__).parents[3] / "pyproject.toml"  # where the version is declared

HEAD = """\
# Written by python -m analysis.intake snapshot. It names no database, no host and no user.
# read_study on this folder gives a study with this digest; another digest means that a file was changed.
"""
ALLOWED_HEAD = """\
# Columns that the mapping of the snapshot lets through the identifier gate, with the reasons it gives.
# Open the snapshot with this file as its mapping: --mapping allowed.toml
"""


@dataclass(frozen=True)
class Record:
    """digest is the study's; taken the day of the snapshot (UTC); n_rows counts the rows of each table."""

    digest: str
    taken: date
    version: str
    mapping_sha256: str
    n_rows: dict[str, int]

    @classmethod
    def of(cls, study: Study, mapping: Path) -> Record:
        """The record of a study read now by a mapping file."""
        version = str(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"])
        seal = hashlib.sha256(mapping.read_bytes()).hexdigest()
        n_rows = {name: len(frame) for name, frame in study.tables.items()}
        return cls(study.digest, datetime.now(UTC).date(), version, seal, n_rows)

    def text(self) -> str:
        """The record as a TOML file."""
        lines = [
            f"digest = {quoted(self.digest)}",
            f"taken = {self.taken.isoformat()}",
            f"version = {quoted(self.version)}",
            f"mapping_sha256 = {quoted(self.mapping_sha256)}",
            "",
            "[rows]",
            *(f"{name} = {count}" for name, count in self.n_rows.items()),
        ]
        return HEAD + "\n".join(lines) + "\n"


def allowed_text(allowed: Iterable[AllowedColumn]) -> str:
    """Allowed columns as the mapping file that lets them through again."""
    return f"{ALLOWED_HEAD}\n{mapping_toml(Mapping(allowed=tuple(allowed)))}"


def is_record(path: Path) -> bool:
    """Whether a file is the record of a snapshot."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not there, or no TOML
        return False
    return {"digest", "taken", "mapping_sha256", "rows"} <= set(content)
