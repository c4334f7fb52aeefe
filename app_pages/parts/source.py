"""Which study the dashboard was started on: command line first, then environment, else the sample."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample_data" / "study"


@dataclass(frozen=True)
class Source:
    """A folder of tables and, when its files are foreign, the mapping that explains them."""

    study: Path
    mapping: Path | None

    @property
    def is_sample(self) -> bool:
        return self.study == SAMPLE

    def stamp(self) -> str:
        """Changes whenever a file of the study or its mapping is written: names, sizes and times, no content."""
        return "|".join(f"{path.name}:{stat.st_size}:{stat.st_mtime_ns}" for path, stat in self._files())

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        inside = sorted(self.study.iterdir()) if self.study.is_dir() else [self.study]
        for path in (*inside, self.mapping):
            if path is not None and path.is_file():
                yield path, path.stat()


def source() -> Source:
    """The study asked for with `-- --study PATH [--mapping FILE]`, KAT_STUDY and KAT_MAPPING, or the sample."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--study", default=os.environ.get("KAT_STUDY"))
    parser.add_argument("--mapping", default=os.environ.get("KAT_MAPPING"))
    asked, _ = parser.parse_known_args(sys.argv[1:])
    study = Path(asked.study) if asked.study else SAMPLE
    return Source(study, Path(asked.mapping) if asked.mapping else None)
