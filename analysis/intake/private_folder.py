"""A folder of this process alone, gone when it is done with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder that only this user can enter; it and all in it are removed at the end."""
    with TemporaryDirectory(prefix="kat-study-") as name:
        yield Path(name)
