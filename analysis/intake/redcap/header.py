"""Column names of an export with labels, as the names of the variables they stand for."""

from __future__ import annotations

from collections import defaultdict

from .dictionary import Dictionary, Field, plain

EVENT, INSTRUMENT, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
GROUP = "redcap_data_access_group"
OWN_LABELS = {
    "Event Name": EVENT,
    "Repeat Instrument": INSTRUMENT,
    "Repeat Instance": INSTANCE,
    "Data Access Group": GROUP,
    "Survey Identifier": "redcap_survey_identifier",
}
OWN_COLUMNS = tuple(OWN_LABELS.values())
COMPLETE = "Complete?"  # the status of every form bears this label


def variable_names(header: list[str], dictionary: Dictionary) -> list[str]:
    """The names of the variables that the columns of an export hold.

    An export with raw headings holds the record's own name, and stays as it is. Labels are looked up; one that
    several fields share is given to them in their order, when the export has all of them: REDCap writes columns
    in the order of the dictionary. What is not found keeps its label.
    """
    if dictionary.record.name in header:
        return header
    wanted = _labels(dictionary)
    places: dict[str, list[int]] = defaultdict(list)
    for place, label in enumerate(header):
        places[plain(label)].append(place)
    names = list(header)
    for label, found in places.items():
        if label in wanted and len(wanted[label]) == len(found):
            for place, name in zip(found, wanted[label], strict=True):
                names[place] = name
    return names


def _labels(dictionary: Dictionary) -> dict[str, list[str]]:
    """The variables behind each label, in the order of an export."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for label, name in OWN_LABELS.items():
        wanted[label].append(name)
    for form in dictionary.forms:
        for item in dictionary.fields.values():
            if item.form == form:
                for label, name in _of_field(item):
                    wanted[label].append(name)
        wanted[COMPLETE].append(f"{form}_complete")
    return wanted


def _of_field(item: Field) -> list[tuple[str, str]]:
    if item.kind == "checkbox":
        labels = [f"{item.label} (choice={choice})" for choice in item.choices.values()]
        return list(zip(labels, item.columns, strict=True))
    return [(item.label, name) for name in item.columns]
