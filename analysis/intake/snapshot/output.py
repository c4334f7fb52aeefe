"""The folder of a snapshot: written beside its place, read back, and only then moved there as a whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pyarrow as arrow
import pyarrow.parquet as arrow_parquet

from analysis.study import Study
from analysis.vocabulary import TABLES

from ..findings import shown_path, unreadable
from .record import ALLOWED, RECORD, is_record
from .refusal import SnapshotRefused

OWN_FILES = {RECORD, ALLOWED, *(f"{table}.parquet" for table in TABLES)}


def check_place(place: Path, replace: bool) -> None:
    """Whether a snapshot may go to a place: a new folder, an empty one, or that of an earlier snapshot.

    Raises SnapshotRefused otherwise, unless whatever is there may be replaced.
    """
    name = shown_path(place)
    try:
        is_free = not place.exists() or (place.is_dir() and not any(place.iterdir()))
        has_parent = place.parent.is_dir()
        is_earlier = is_snapshot(place)
    except OSError as failure:
        fault = unreadable(f"{name}: the folder", failure)
    else:
        if not has_parent:
            raise SnapshotRefused(f"{name}: there is no folder to put it in. Make {shown_path(place.parent)} first.")
        if is_free or is_earlier or replace:
            return
        fault = (
            f"{name}: there is something else than an earlier snapshot. Give another folder for --out, "
            "or add --replace: what is there is then moved aside, not deleted."
        )
    raise SnapshotRefused(fault)


def is_snapshot(folder: Path) -> bool:
    """Whether a folder holds a snapshot and nothing else."""
    if not folder.is_dir() or not is_record(folder / RECORD):
        return False
    return {path.name for path in folder.iterdir()} <= OWN_FILES


@contextmanager
def folder_beside(place: Path) -> Iterator[Path]:
    """A new folder on the same disk that only this user can enter; gone at the end, unless it was moved."""
    folder = Path(mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_tables(study: Study, folder: Path) -> None:
    """One Parquet file for each table, without the notes that pandas likes to add."""
    for name, frame in study.tables.items():
        cells = arrow.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        arrow_parquet.write_table(cells, folder / f"{name}.parquet", compression="zstd")


def move_into_place(folder: Path, place: Path) -> Path | None:
    """Put a finished folder where it belongs. An earlier snapshot goes; where anything else is now is returned."""
    if not place.exists():
        folder.rename(place)
        return None
    shutil.copymode(place, folder)
    aside = Path(mkdtemp(prefix=f"{place.name}.before-", dir=place.parent))
    was_snapshot = is_snapshot(place) or (place.is_dir() and not any(place.iterdir()))
    os.replace(place, aside / place.name)
    folder.rename(place)
    if not was_snapshot:
        return aside / place.name
    shutil.rmtree(aside)
    return None
