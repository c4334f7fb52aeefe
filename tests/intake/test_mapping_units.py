"""Units of a mapping: doses per kilogram, pounds, hours and weeks become the study's own unit."""

from __future__ import annotations

import pytest

from .mapping_cases import Foreign

PLACE = "sessions 1, columns, dose_mg: "


def test_a_dose_per_kilogram_is_multiplied_by_the_weight_of_its_row(foreign: Foreign) -> None:
    doses = foreign.study().sessions["dose_mg"].tolist()
    assert doses == [40.0, 40.0, 70.0]  # 0.5 x 80; "40 mg" says its own unit; 1 x 70


def test_a_pound_is_the_exact_pound(foreign: Foreign) -> None:
    assert foreign.study().sessions["weight_kg"].tolist() == [79.832257, 79.832257, 69.853225]


def test_the_weight_beside_a_dose_may_be_in_pounds(foreign: Foreign) -> None:
    foreign.remap('weight = "kilos"', 'weight = "pounds", weight_unit = "lb"')
    assert foreign.study().sessions["dose_mg"].tolist() == [39.916128, 40.0, 69.853225]  # 0.5 x 79.832257


@pytest.mark.parametrize(
    ("unit", "cell", "dose_mg"),
    [("g", "0.04", 40.0), ("mcg", "40000", 40.0), ("mg", "40", 40.0), ("mg", "0.04 grams", 40.0), ("g", "40 MG", 40.0)],
)
def test_other_units_of_mass(foreign: Foreign, unit: str, cell: str, dose_mg: float) -> None:
    foreign.remap('unit = "mg/kg", weight = "kilos"', f'unit = "{unit}"')
    for old in ("drip,0.5,", "drip,40 mg,", "shot,1,"):
        foreign.change("visits.csv", old, f"{old.split(',')[0]},{cell},")
    assert foreign.study().sessions["dose_mg"].tolist() == [dose_mg] * 3


def test_hours_become_minutes_and_weeks_days(foreign: Foreign) -> None:
    foreign.remap(
        'weight_kg = { column = "pounds", unit = "lb" }', 'duration_min = { column = "amount", unit = "hours" }'
    )
    foreign.remap('dose_mg = { column = "amount", unit = "mg/kg", weight = "kilos" }', "")
    foreign.change("visits.csv", "40 mg", "45 min")
    assert foreign.study().sessions["duration_min"].tolist() == [30.0, 45.0, 60.0]
    foreign.change("forms.csv", "2024-02-28", "-1")
    for number, date in enumerate(("2024-03-15", "2024-04-30", "2024-05-01")):
        foreign.change("forms.csv", date, str(number))
    foreign.remap('{ date = "filled", from = "first session" }', '{ column = "filled", unit = "weeks" }')
    assert foreign.study().assessments["day"].tolist() == [-7.0, 0.0, 7.0, 14.0]


def test_a_decimal_comma_is_read_before_the_unit(foreign: Foreign) -> None:
    foreign.remap('file = "visits.csv"', 'file = "visits.csv"\ndecimal = ","')
    foreign.change("visits.csv", "drip,0.5,80", 'drip,"0,5","80,0"')
    assert foreign.study().sessions["dose_mg"].tolist() == [40.0, 40.0, 70.0]


def test_a_dose_without_a_weight_stays_blank_and_is_counted(foreign: Foreign) -> None:
    foreign.change("visits.csv", "shot,1,70", "shot,1,")
    study = foreign.study()
    assert study.sessions["dose_mg"].isna().tolist() == [False, False, True]
    assert (
        "visits.csv (as sessions): column 'amount' has 1 dose per kilogram without a weight (row 4). "
        "They were left blank." in study.notes
    )


def test_an_impossible_weight_makes_no_dose(foreign: Foreign) -> None:
    foreign.change("visits.csv", "shot,1,70", "shot,1,7")
    assert foreign.errors() == [
        "visits.csv (as sessions): column 'kilos' has 1 weight outside 20 to 400 kg (row 4). "
        "Correct them or leave them blank."
    ]


def test_a_unit_in_a_cell_that_is_not_known_is_an_error_and_not_shown(foreign: Foreign) -> None:
    foreign.change("visits.csv", "40 mg", "4 ampoules")
    assert foreign.errors() == [
        "visits.csv (as sessions): column 'amount' has 1 cell with a unit that is none of 'mg', 'g', 'mcg', 'mg/kg', "
        "'mcg/kg' (row 3). Correct them or leave them blank."
    ]


def test_a_dose_per_kilogram_in_a_cell_needs_a_weight(foreign: Foreign) -> None:
    foreign.remap('unit = "mg/kg", weight = "kilos"', 'unit = "mg"')
    foreign.change("visits.csv", "40 mg", "0.5mg/kg")
    assert foreign.errors() == [
        "visits.csv (as sessions): column 'amount' has 1 dose per kilogram and no weight beside it (row 3). "
        'Name the column with the body weight: unit = "mg/kg", weight = "...".'
    ]


def test_text_in_place_of_a_number_is_reported_once_under_the_column_of_the_file(foreign: Foreign) -> None:
    foreign.change("visits.csv", "shot,1,70", "shot,much,heavy")
    repair = "Correct them or leave them blank."
    assert foreign.errors() == [
        f"visits.csv (as sessions): column 'kilos' has 1 cell with text in place of a number (row 4). {repair}",
        f"visits.csv (as sessions): column 'amount' has 1 cell with text in place of a number (row 4). {repair}",
    ]


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (
            '{ column = "amount", unit = "ml" }',
            "'unit' should be one of 'mg', 'g', 'mcg', 'mg/kg', 'mcg/kg'.",
        ),
        (
            '{ column = "amount", unit = "mg/kg" }',
            "unit = \"mg/kg\" needs 'weight', the column with the body weight (in kg, or say weight_unit).",
        ),
        (
            '{ column = "amount", weight = "kilos" }',
            "'weight' and 'weight_unit' belong to a dose per kilogram: give unit = \"mg/kg\" with them.",
        ),
        (
            '{ column = "amount", unit = "mg/kg", weight = "kilos", weight_unit = "oz" }',
            "'weight_unit' should be one of 'kg', 'lb', 'st'.",
        ),
    ],
)
def test_faults_of_a_unit(foreign: Foreign, rule: str, fault: str) -> None:
    foreign.remap('{ column = "amount", unit = "mg/kg", weight = "kilos" }', rule)
    assert foreign.faults() == [PLACE + fault]


def test_a_column_without_a_unit_takes_none(foreign: Foreign) -> None:
    foreign.remap('clinic_id = "site"', 'clinic_id = { column = "site", unit = "kg" }')
    assert foreign.faults() == [
        "patients 1, columns, clinic_id: 'unit' converts to mg, kg, minutes or days, and clinic_id is in none of them. "
        "Leave it out."
    ]


def test_a_weight_belongs_to_a_dose(foreign: Foreign) -> None:
    foreign.remap('{ column = "pounds", unit = "lb" }', '{ column = "pounds", unit = "lb", weight = "kilos" }')
    assert foreign.faults() == [
        "sessions 1, columns, weight_kg: 'weight' belongs to a dose per kilogram, and weight_kg is no dose. "
        "Leave it out."
    ]
