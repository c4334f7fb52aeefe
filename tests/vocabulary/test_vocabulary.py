"""The declarations: complete, consistent, and the only source of the dictionary."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.vocabulary import (
    BENCHMARKS,
    CONTROL_ARMS,
    INSTRUMENTS,
    ROUTE_SYNONYMS,
    ROUTES,
    TABLES,
    WINDOWS,
    allowed_values,
    data_dictionary,
    dictionary_markdown,
    instrument,
    nearest,
    route_label,
)

# The five tables as the design states them: * marks a required column.
DESIGN_TABLES = {
    "patients": "patient_id* clinic_id* age sex primary_diagnosis* failed_antidepressants benzodiazepine "
    "antidepressant prior_suicide_attempt payer bmi index_year",
    "sessions": "patient_id* session_number* day* route* molecule dose_mg weight_kg duration_min setting sbp_pre "
    "dbp_pre sbp_peak dbp_peak hr_peak spo2_min cadss_peak observation_min completed "
    "therapist_present cost_usd covered",
    "assessments": "patient_id* day* instrument* score* suicidality_item n_items_answered mode",
    "therapy_visits": "patient_id* day* kind* minutes modality",
    "adverse_events": "patient_id* session_number day term* grade serious onset_min resolved_min ascertainment action",
}
# Published bands of the PHQ-9 (LOINC LL382-3) and MADRS (Snaith), and which instruments have a verified code.
PHQ9_BANDS = [(0, 4), (5, 9), (10, 14), (15, 19), (20, 27)]
VERIFIED_LOINC = {"PHQ-9": "44261-6", "GAD-7": "70274-6", "PCL-5": "101698-9", "C-SSRS": "93293-9"}


@pytest.mark.parametrize("name", list(DESIGN_TABLES))
def test_a_table_has_the_columns_of_the_design(name: str) -> None:
    words = DESIGN_TABLES[name].split()
    assert list(TABLES[name].column_names) == [word.rstrip("*") for word in words]
    assert list(TABLES[name].required_columns) == [word[:-1] for word in words if word.endswith("*")]


def test_every_numeric_column_has_a_unit_and_limits() -> None:
    for table in TABLES.values():
        for column in table.columns:
            if column.kind in ("integer", "number"):
                assert column.unit, column.name
                assert column.name == "score" or column.minimum < column.maximum, column.name  # type: ignore[operator]


@pytest.mark.parametrize("name", list(INSTRUMENTS))
def test_an_instruments_bands_and_cut_offs_lie_inside_its_range_and_do_not_overlap(name: str) -> None:
    item = instrument(name)
    ends = [end for band in item.bands for end in (band.low, band.high)]
    assert ends == sorted(ends)
    assert all(item.minimum <= end <= item.maximum for end in ends)
    assert all(item.minimum <= rule.at_most < item.maximum for rule in item.remission_options)


def test_published_facts_stand_as_published() -> None:
    phq = instrument("PHQ-9")
    assert [(band.low, band.high) for band in phq.bands] == PHQ9_BANDS
    assert [rule.at_most for rule in phq.remission_options] == [4, 5]
    assert phq.meaningful_change == 6
    assert {rule.at_most for rule in instrument("MADRS").remission_options} == {9, 10, 12}
    assert {name: item.loinc for name, item in INSTRUMENTS.items() if item.loinc} == VERIFIED_LOINC


def test_the_old_ptsd_checklist_code_is_not_used() -> None:
    assert "70221-7" not in {item.loinc for item in INSTRUMENTS.values()}


def test_windows_do_not_overlap() -> None:
    ends = [end for window in WINDOWS for end in (window.first_day, window.last_day)]
    assert ends == sorted(ends)
    assert all(window.first_day <= window.target_day <= window.last_day for window in WINDOWS)


def test_every_benchmark_names_a_known_instrument_its_denominator_and_its_source() -> None:
    for row in (*BENCHMARKS, *CONTROL_ARMS):
        assert row.instrument in INSTRUMENTS
        assert row.route in ROUTES or row.route == "control"
        assert row.denominator
        assert row.citation
        assert any(value is not None for value in (row.response, row.remission, row.change))


def test_the_dictionary_on_disk_is_the_generated_one() -> None:
    page = Path(__file__).parents[2] / "analysis" / "vocabulary" / "DATA_DICTIONARY.md"
    assert page.read_text() == dictionary_markdown()


def test_the_dictionary_has_one_row_per_column_with_its_closed_values() -> None:
    rows = data_dictionary()
    assert len(rows) == sum(len(table.columns) for table in TABLES.values())
    route = rows[(rows["table"] == "sessions") & (rows["column"] == "route")].iloc[0]
    assert route["allowed"] == "IV, IM, IN, SL, PO, SC, buccal, rectal"
    assert allowed_values("assessments", TABLES["assessments"].column("instrument")) == tuple(INSTRUMENTS)


@pytest.mark.parametrize(
    ("word", "known"),
    [("iv", "IV"), ("Drip", "IV"), ("nasal-spray", "IN"), ("troche", "SL"), ("sub-cut", "SC"), ("zzz", None)],
)
def test_the_nearest_route_is_found_by_its_synonyms(word: str, known: str | None) -> None:
    assert nearest(word, ROUTES, ROUTE_SYNONYMS) == known


@pytest.mark.parametrize(
    ("word", "known"), [("PHQ9", "PHQ-9"), ("phq 9", "PHQ-9"), ("Madrs", "MADRS"), ("gad7", "GAD-7")]
)
def test_the_nearest_instrument_ignores_case_and_punctuation(word: str, known: str) -> None:
    assert nearest(word, INSTRUMENTS) == known


def test_a_route_is_called_esketamine_only_when_everyone_on_it_had_esketamine() -> None:
    assert route_label("IN", ["esketamine", "esketamine"]) == "Nasal esketamine"
    assert route_label("IN", ["esketamine", "racemic"]) == "Nasal"
    assert route_label("IN") == "Nasal"
