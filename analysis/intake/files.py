"""The files of a study, whatever they came in: names that are only shown, places that are only opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from .findings import shown_name

Kind = Literal["folder", "archive", "workbook", "upload", "file"]

LONGEST_STUDY_NAME = 60
NAMELESS = "Study"
PLAIN = " -_.,()&'"  # what a study's name may hold besides letters and digits


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, and what was counted in it before it is read.

    n_uncached are the formulas without a stored result, error_rows the first rows with an error such as #N/A.
    """

    name: str
    n_formulas: int = 0
    n_uncached: int = 0
    n_errors: int = 0
    error_rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class StudyFile:
    """One file, or one sheet of a workbook.

    name is what its sender called it; it is compared and shown, and no path is made of it. path is where
    this program found or put the bytes. refusal says why the file is never opened, when it is not.
    """

    name: str
    path: Path
    sheet: Sheet | None = None
    refusal: str | None = None

    @property
    def label(self) -> str:
        """The name as it stands in sentences."""
        is_sheet = self.sheet is not None and self.sheet.name == self.name
        return f"sheet {shown_name(self.name)}" if is_sheet else shown_name(self.name)

    @property
    def stem(self) -> str:
        """The name without its ending; a sheet has none."""
        return self.name.strip() if self.sheet is not None else PurePosixPath(self.name).stem

    @property
    def ending(self) -> str:
        """The ending in lower case, with its point; empty for a sheet."""
        return "" if self.sheet is not None else PurePosixPath(self.name).suffix.lower()


@dataclass(frozen=True)
class StudyFiles:
    """All that can be read of what was given. name is the study's, until a mapping gives another."""

    name: str
    kind: Kind
    files: tuple[StudyFile, ...]

    @property
    def top(self) -> tuple[StudyFile, ...]:
        """The files that do not lie in a folder of their own."""
        return tuple(file for file in self.files if file.sheet is not None or "/" not in file.name)

    @property
    def top_names(self) -> tuple[str, ...]:
        """What a person sees on opening it: files, sheets, and the folders inside a folder."""
        first = (file.name if file.sheet is not None else file.name.split("/")[0] for file in self.files)
        return tuple(sorted(dict.fromkeys(first)))

    def find(self, name: str) -> StudyFile | None:
        """The file of that name; None when there is none. A name is compared, never followed."""
        plain = PurePosixPath(name).as_posix()
        return next((file for file in self.files if file.name in (name, plain)), None)


def study_name(text: str) -> str:
    """A name for a study from the name of a file or folder, safe to show, save and put in a spreadsheet.

    Letters, digits and a few marks stay, and the first of them is a letter or a digit.
    """
    kept = "".join(letter if letter.isalnum() or letter in PLAIN else " " for letter in text)
    words = " ".join(kept.split()).lstrip(PLAIN)[:LONGEST_STUDY_NAME].rstrip()
    return words or NAMELESS
