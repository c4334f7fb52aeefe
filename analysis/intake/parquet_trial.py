"""A first look at a Parquet file from a process of its own.

Arrow is written in C++, and a damaged file can end the process that opens it. It ends a process that is there for
nothing else, and the file is refused; the process is started once and asked about each file.
"""

from __future__ import annotations

import atexit
import json
import select
import subprocess
import sys
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from . import parquet_pages
from .limits import LONGEST_LOOK, LONGEST_PAGE_HEADER, MOST_PAGES, PARQUET_RATIO_FROM, TRIAL_READ
from .parquet_pages import DamagedPages


class _Looker:
    """The process that looks, kept between files; one question at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None

    def ask(self, request: dict[str, Any]) -> str:
        """The line it answers; empty when it ended or took too long, and then it is started anew next time."""
        with self._lock:
            process = self._running()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(json.dumps(request) + "\n")
                process.stdin.flush()
                ready, _, _ = select.select([process.stdout], [], [], LONGEST_LOOK)
                line = process.stdout.readline() if ready else ""
            except BrokenPipeError:
                line = ""
            if not line:
                self._end()
            return line

    def close(self) -> None:
        """End the process; a later question starts another."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(Path(parquet_pages.__file__))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:  # what was not yet written has no reader any more
                    continue


_LOOKER = _Looker()
atexit.register(_LOOKER.close)


class Claims(NamedTuple):
    """What a file says of itself: rows, columns, and the bytes of all its pages once unpacked."""

    num_rows: int
    num_columns: int
    unpacked: int


def claims_of(path: Path, reading: dict[str, Any]) -> Claims:
    """What the footer and the page headers of a file claim; ``reading`` are Arrow's own limits.

    A file that claims little is read once as a trial. Raises DamagedPages when there is nothing to be made of it, or
    when looking at the file ended the process that looked.
    """
    request = {
        "path": str(path.resolve()),
        "reading": reading,
        "limits": [LONGEST_PAGE_HEADER, MOST_PAGES],
        "trial": [PARQUET_RATIO_FROM, TRIAL_READ],
    }
    line = _LOOKER.ask(request)
    found = json.loads(line) if line else None
    if found is None:
        raise DamagedPages
    return Claims(*found)
