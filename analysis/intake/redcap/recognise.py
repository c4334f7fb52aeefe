"""Which files of a study are a REDCap data dictionary, by the names in their first row."""

from __future__ import annotations

import csv
import io

from ..files import StudyFile, StudyFiles
from .dictionary import is_dictionary, plain

ENDING = ".csv"
START = 1 << 16  # bytes in which the first row ends; a dictionary's are 300
MOST_FILES = 200  # looked into


def dictionary_files(files: StudyFiles) -> list[StudyFile]:
    """The files whose first row is that of a data dictionary."""
    looked_at = [file for file in files.top if file.ending == ENDING][:MOST_FILES]
    return [file for file in looked_at if is_dictionary(first_row(file))]


def holds_column(file: StudyFile, name: str, label: str) -> bool:
    """Whether a file has a column of that name, or of that label."""
    header = first_row(file)
    return name in header or (label != "" and label in [plain(column) for column in header])


def first_row(file: StudyFile) -> list[str]:
    """The cells of the first row; none when the file cannot be read or does not begin with a row of text."""
    if file.refusal is not None:
        return []
    try:
        with file.path.open("rb") as opened:
            start = opened.read(START).decode("utf-8-sig", errors="replace")
        return [cell.strip() for cell in next(csv.reader(io.StringIO(start, newline="")), [])]
    except (OSError, csv.Error):  # the file is looked at again when it is read, and reported then
        return []
