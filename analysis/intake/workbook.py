"""Excel workbooks (.xlsx): looked through part by part, and copied without what is no table, before they are read."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path

from .archive import DAMAGED, UNPACKING_FAILURES, WORKBOOK, OpenArchive, open_archive
from .files import Sheet, StudyFile
from .findings import FindingLog, listed, unreadable
from .workbook_scan import PartFacts, PartScan, Totals, WorkbookRefused

MAIN, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
NOT_EXCEL = "is a ZIP archive but not an Excel workbook (.xlsx). Give it its own file ending, or save it again."
WITHOUT_THEM = "Save a copy as 'Excel Workbook (.xlsx)' without them, or each sheet as 'CSV UTF-8'."

# Parts that can run, fetch or carry something. None is ever opened; a workbook with one is no export of data.
UNWANTED: tuple[tuple[tuple[str, ...], str], ...] = (
    (("xl/vbaproject", "xl/macrosheets/", "xl/dialogsheets/", "customui/"), "macros"),
    (("xl/externallinks/",), "links to other files or programs"),
    (("xl/connections.xml", "xl/querytables/", "xl/model/"), "connections to databases or web pages"),
    (("xl/embeddings/", "xl/activex/", "xl/webextensions/"), "embedded objects"),
)


def workbook_sheets(path: Path, label: str, room: Path, log: FindingLog) -> tuple[StudyFile, ...] | None:
    """The sheets of a workbook, to be read from a copy in a private folder; None when something is refused."""
    copy = room / "workbook.xlsx"
    with open_archive(path, label, WORKBOOK, log) as archive:
        if archive is None:
            return None
        faults = _part_faults(archive)
        try:
            facts = {} if faults else _copied(archive, copy)
        except WorkbookRefused as refusal:
            faults.append(str(refusal))
        except UNPACKING_FAILURES:
            faults.append(f"the file {DAMAGED}")
        except OSError as failure:
            faults.append(unreadable("the file", failure))
    for fault in faults:
        log.add("error", "", f"{label}: {fault}")
    return None if faults else tuple(_sheets(copy, facts))


def _part_faults(archive: OpenArchive) -> list[str]:
    names = [member.orig_filename for member in archive.members]
    if MAIN not in names:
        return [NOT_EXCEL]
    faults = []
    for starts, what in UNWANTED:
        found = [name for name in names if name.lower().startswith(starts)]
        if found:
            faults.append(f"the workbook holds {what} ({listed(found, 3)}). {WITHOUT_THEM}")
    return faults


def _copied(archive: OpenArchive, copy: Path) -> dict[str, PartFacts]:
    """Copy the XML of a workbook while looking through it, so that what was checked is what is read."""
    totals, facts = Totals(), {}
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as made:
        for member in archive.members:
            if not member.orig_filename.lower().endswith((".xml", ".rels")):
                continue
            scan = PartScan(totals)
            with made.open(member.orig_filename, "w") as part:
                for piece in archive.pieces(member):
                    scan.feed(piece)
                    part.write(piece)
            facts[member.orig_filename] = scan.close()
    return facts


def _sheets(copy: Path, facts: dict[str, PartFacts]) -> Iterator[StudyFile]:
    """Each sheet by its name, with what was counted in its part."""
    relations = facts.get(RELATIONS, PartFacts()).entries
    targets = {entry.get("Id", ""): entry.get("Target", "") for entry in relations}
    for entry in facts[MAIN].entries:
        key = next((value for name, value in entry.items() if name.rpartition(":")[2] == "id"), "")
        part = posixpath.normpath(posixpath.join("/xl", targets.get(key, ""))).lstrip("/")
        found = facts.get(part, PartFacts())
        name = entry.get("name", "")
        sheet = Sheet(name, found.n_formulas, found.n_uncached, found.n_errors, tuple(found.error_rows))
        yield StudyFile(name, copy, sheet)
