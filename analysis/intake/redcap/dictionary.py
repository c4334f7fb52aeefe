"""The data dictionary of a REDCap project: its fields, their forms, types, choices and marks.

As the Online Designer of REDCap 14 downloads it (headings such as "Variable / Field Name"), or as its API exports
the same columns (field_name, form_name, ...). The first field is the record's own number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..findings import FindingLog, counted, listed
from ..source import SourceTable

# The columns that are read, by both of their names.
HEADINGS = {
    "name": ("Variable / Field Name", "field_name"),
    "form": ("Form Name", "form_name"),
    "kind": ("Field Type", "field_type"),
    "label": ("Field Label", "field_label"),
    "choices": ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
    "validation": ("Text Validation Type OR Show Slider Number", "text_validation_type_or_show_slider_number"),
    "identifier": ("Identifier?", "identifier"),
}
RECOGNISED_BY = ("name", "form", "kind")

LISTS = ("radio", "dropdown", "checkbox")
KINDS = (*LISTS, "yesno", "truefalse", "text", "notes", "calc", "slider", "sql", "file", "signature", "descriptive")
NOT_EXPORTED = ("file", "signature", "descriptive")  # a file's name may be a person's
YES_NO = {"1": "Yes", "0": "No"}
TRUE_FALSE = {"1": "True", "0": "False"}
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Field:
    """One field. choices are code and label of a list, empty for other kinds."""

    name: str
    form: str
    kind: str
    label: str = ""
    choices: dict[str, str] = field(default_factory=dict)
    validation: str = ""
    is_identifier: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of an export that hold the field: one for each choice of a checkbox."""
        if self.kind != "checkbox":
            return () if self.kind in NOT_EXPORTED else (self.name,)
        return tuple(checkbox_column(self.name, code) for code in self.choices)

    @property
    def has_comma(self) -> bool:
        """Whether the field's numbers are written with a decimal comma."""
        return "comma_decimal" in self.validation


@dataclass(frozen=True)
class Dictionary:
    """The fields of a project in their order, by name."""

    fields: dict[str, Field]

    @property
    def record(self) -> Field:
        """The field that holds the record's own number: always the first."""
        return next(iter(self.fields.values()))

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.form for item in self.fields.values()))

    def of_form(self, form: str) -> list[Field]:
        """The fields of a form, without the record's own number."""
        return [item for item in self.fields.values() if item.form == form and item is not self.record]


def checkbox_column(name: str, code: str) -> str:
    """The column of one choice of a checkbox: two names joined by three underscores, in small letters."""
    return f"{name}___{re.sub(r'[^a-z0-9]', '_', code.lower())}"


def is_dictionary(header: list[str]) -> bool:
    """Whether the column names of a file are those of a data dictionary."""
    return all(any(name in header for name in HEADINGS[key]) for key in RECOGNISED_BY)


def as_dictionary(source: SourceTable, log: FindingLog) -> Dictionary | None:
    """Read the fields of a dictionary; None when it is not one that can be relied on, and the log says why."""
    label = source.origin.labels[0]
    columns = {
        key: next((name for name in names if name in source.cells.column_names), None)
        for key, names in HEADINGS.items()
    }
    absent = [HEADINGS[key][0] for key in HEADINGS if columns[key] is None and key != "label"]
    if absent:
        log.add(
            "error", "", f"{label}: the data dictionary lacks {listed(absent)}. Download it again, with all columns."
        )
        return None
    cells = {
        key: [text or "" for text in source.cells.column(name).to_pylist()] if name else [""] * source.cells.num_rows
        for key, name in columns.items()
    }
    rows = [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]
    fields = [_field(row) for row in rows]
    repeated = len(fields) - len({item.name for item in fields})
    unknown = sum(item.kind not in KINDS for item in fields)
    for count, what in (
        (repeated, "field named like an earlier one"),
        (unknown, "field of a type that REDCap does not have"),
    ):
        if count:
            log.add("error", "", f"{label}: the data dictionary has {counted(count, what)}. Download it again.")
    if not fields:
        log.add("error", "", f"{label}: the data dictionary has no fields. Download it again.")
    return Dictionary({item.name: item for item in fields}) if fields and not (repeated or unknown) else None


def _field(row: dict[str, str]) -> Field:
    kind = row["kind"].strip().lower()
    return Field(
        row["name"].strip(),
        row["form"].strip(),
        kind,
        plain(row["label"]),
        _choices(kind, row["choices"]),
        row["validation"].strip().lower(),
        row["identifier"].strip().lower() in ("y", "yes", "1", "true"),
    )


def _choices(kind: str, text: str) -> dict[str, str]:
    """Codes and labels: "1, Female | 2, Male"."""
    if kind in ("yesno", "truefalse"):
        return YES_NO if kind == "yesno" else TRUE_FALSE
    if kind not in LISTS:
        return {}
    pairs = (choice.partition(",") for choice in text.split("|") if choice.strip())
    return {code.strip(): plain(label) or code.strip() for code, _, label in pairs}


def plain(label: str) -> str:
    """A label without HTML tags, its spaces made single."""
    return " ".join(_TAG.sub(" ", label).split())
