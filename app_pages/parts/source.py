"""Which study the dashboard was started on: command line first, then environment, else the sample."""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample_data" / "study"
MOST_LOOKED_AT = 2000  # files and folders: each page asks for the stamp, and the study may lie in a home folder


@dataclass(frozen=True)
class Source:
    """A folder of tables and, when its files are foreign, the mapping that explains them."""

    study: Path
    mapping: Path | None

    @property
    def is_sample(self) -> bool:
        return self.study == SAMPLE

    def stamp(self) -> str:
        """Changes whenever a file of the study or its mapping is written, replaced or made readable.

        Files in subfolders count, as a mapping may read them. Names, sizes, times and the numbers that
        the file system gives out, no content: a copy may keep size and time, but not those.
        """
        inside = itertools.islice(_below(self.study), MOST_LOOKED_AT)
        looked_at = (*inside, self.mapping) if self.mapping else inside
        return "|".join(_mark(path) for path in looked_at)


def _below(study: Path) -> Iterator[Path]:
    """The folder itself and all in it, its own files first. A folder that cannot be listed is left to the reading."""
    yield study
    if "\0" in str(study):  # no file system can hold it, and os.walk raises
        return
    for folder, folders, files in os.walk(study):
        folders.sort()
        for name in (*sorted(files), *folders):
            yield Path(folder, name)


def _mark(path: Path) -> str:
    try:
        seen = path.stat()
    except (OSError, ValueError):  # ValueError: NUL in the path
        return f"{path}:not there"
    return f"{path}:{seen.st_size}:{seen.st_mtime_ns}:{seen.st_ctime_ns}:{seen.st_ino}"


def source() -> Source:
    """The study asked for with `-- --study PATH [--mapping FILE]`, KAT_STUDY and KAT_MAPPING, or the sample."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--study", default=os.environ.get("KAT_STUDY"))
    parser.add_argument("--mapping", default=os.environ.get("KAT_MAPPING"))
    asked, _ = parser.parse_known_args(sys.argv[1:])
    study = Path(asked.study) if asked.study else SAMPLE
    return Source(study, Path(asked.mapping) if asked.mapping else None)
