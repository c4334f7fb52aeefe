"""A mapping of a record system is saved as TOML and reads back equal."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.intake.findings import FindingLog
from analysis.intake.foreign.toml import quoted
from analysis.intake.mapping import Mapping, mapping_from
from analysis.intake.toml_writer import mapping_toml
from tests.intake.fhir.drawn_export import MAPPING as FHIR
from tests.intake.omop.conftest import MAPPING as OMOP
from tests.intake.redcap.conftest import MAPPING as REDCAP

MORE_REDCAP = REDCAP.replace(
    "[redcap]\n", '[redcap]\ndata = "a.csv"\ndictionary = "b.csv"\nidentifier_dates = ["dob"]\n'
)
MORE_OMOP = OMOP.replace("[omop]\n", '[omop]\nitem_9 = [850001]\nsame_day = "one session"\n', 1)


def mapping(text: str) -> Mapping:
    log = FindingLog()
    made = mapping_from(tomllib.loads(text), "mapping.toml", log)
    assert log.findings == ()
    return made


@pytest.mark.parametrize("text", [FHIR, OMOP, REDCAP, MORE_OMOP, MORE_REDCAP])
def test_a_saved_mapping_reads_back_equal(text: str) -> None:
    before = mapping(text)
    assert (before.fhir, before.omop, before.redcap) != (None, None, None)
    assert mapping(mapping_toml(before)) == before


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_its_quotes(text: str) -> None:
    assert tomllib.loads(f"{quoted(text)} = {quoted(text)}") == {text: text}
