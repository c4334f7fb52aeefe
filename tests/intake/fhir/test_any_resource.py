"""Whatever JSON stands in a resource: the export is read or refused in sentences, and nothing of it is echoed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake import StudyDataError, read_study

from .drawn_export import LOINC, MAPPING, dose, observation, patient, procedure, response, value, write

SECRET = "Okonkwo"
DAY = "2023-06-14"
WORDS = (SECRET, DAY, "completed", "", "Patient/ada")
KEYS = ("coding", "code", "system", "value", "item", "answer", "linkId", SECRET)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS)
JSON = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
)
WHOLE: tuple[dict[str, Any], ...] = (
    patient("ada"),
    dose("m1", "ada", (DAY, DAY)),
    procedure("q1", "ada", DAY),
    observation("o1", "ada", DAY, (LOINC, "44261-6"), **value(12)),
    response("r1", "ada", DAY, [1] * 9, 9),
)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_part_may_be_anything(data: st.DataObject) -> None:
    changed = []
    for resource in WHOLE:
        names = data.draw(st.sets(st.sampled_from(sorted(set(resource) - {"resourceType"})), max_size=3))
        changed.append(resource | {name: data.draw(JSON) for name in names})
    with tempfile.TemporaryDirectory() as room:
        folder, mapping = Path(room) / "export", Path(room) / "mapping.toml"
        folder.mkdir()
        mapping.write_text(MAPPING.split("[[allow]]")[0], encoding="utf-8")
        write(folder, "all.ndjson", changed)
        try:
            told = " ".join(read_study(folder, mapping).notes)
        except StudyDataError as refused:
            told = str(refused)
    assert SECRET not in told
