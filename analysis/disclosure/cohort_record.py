"""Which cohorts of a study were released, to anyone, kept in a file between runs and shared by several processes.

One JSON line per cohort: the study's digest, and its patients as bits in the study's order. Without a file the record
lasts as long as the program.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .cells import MIN_CELL
from .guard import REST, Mask, ReleasedCohorts, Verdict


class CohortRecord:
    """The cohorts of one study released so far. ``groups`` holds every patient's group, in the study's order; ``also``
    holds other partitions of the patients that pages show numbers of, by their word ("clinic"), with which the names of
    their groups begin ("clinic C01")."""

    def __init__(
        self,
        path: Path | None,
        digest: str,
        groups: Sequence[str],
        min_cell: int = MIN_CELL,
        also: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._path, self._digest, self._n, self._min_cell = path, digest, len(groups), min_cell
        self._released = ReleasedCohorts(groups, min_cell)
        self._also = {word: ReleasedCohorts(groups, min_cell) for word, groups in (also or {}).items()}
        self._read_to = 0

    def __len__(self) -> int:
        return len(self._released)

    def admit(self, keep: Mask) -> Verdict:
        """Whether a cohort may be shown to a viewer; one that may is remembered. One of fewer than min_cell patients
        shows nothing that could be subtracted, and is neither judged nor remembered.

        Raises OSError when the record cannot be read or written: what cannot be remembered must not be shown.
        """
        if int(keep.sum()) < self._min_cell:
            return Verdict(True)
        with self._up_to_date() as file:
            verdict = self._released.judge(keep)
            if verdict.allowed:
                verdict = replace(verdict, others=self._others(keep))
                if self._take(keep):
                    self._append(file, keep)
        return verdict

    def remember(self, keep: Mask) -> None:
        """Keep a cohort that was taken away by somebody who may have all of them (the holder's export)."""
        if int(keep.sum()) < self._min_cell:
            return
        with self._up_to_date() as file:
            if self._take(keep):
                self._append(file, keep)

    def _others(self, keep: Mask) -> tuple[str, ...]:
        """The groups of the other partitions of which nothing may be said. Their names begin with the partition's word,
        which REST gets too."""
        found: list[str] = []
        for word, one in self._also.items():
            found += one.judge(keep).groups
            found += [f"{word} {REST}"] if one.is_rest_near(keep) else []
        return tuple(found)

    def _take(self, keep: Mask) -> bool:
        """Remember a cohort in every partition. False when it was known already."""
        for one in self._also.values():
            one.remember(keep)
        return self._released.remember(keep)

    @contextmanager
    def _up_to_date(self) -> Iterator[BinaryIO | None]:
        """The file locked, and what other processes wrote since the last look taken in."""
        import fcntl

        if self._path is None:
            yield None
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(self._read_to)
            for line in file:
                self._take_in(line)
            self._read_to = file.tell()
            yield file

    def _take_in(self, line: bytes) -> None:
        try:
            entry = json.loads(line)
            study, bits = entry["study"], base64.b64decode(entry["patients"], validate=True)
        except (ValueError, KeyError, TypeError, binascii.Error) as damage:
            raise OSError("the record of released cohorts is damaged") from damage
        if study == self._digest:
            keep = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), count=self._n).astype(bool)
            self._take(keep)

    def _append(self, file: BinaryIO | None, keep: Mask) -> None:
        if file is None:
            return
        bits = base64.b64encode(np.packbits(keep).tobytes()).decode("ascii")
        file.seek(0, os.SEEK_END)
        file.write((json.dumps({"study": self._digest, "patients": bits}) + "\n").encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
        self._read_to = file.tell()
