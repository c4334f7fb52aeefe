"""A small extract of the OMOP CDM, drawn by hand with the column names of version 5.4."""

from __future__ import annotations

from pathlib import Path

import pytest

PERSON = """\
person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,birth_datetime,race_concept_id,location_id,provider_id,care_site_id,person_source_value,gender_source_value
1001,8532,1980,6,15,1980-06-15 00:00:00,0,77,5,11,MRN-00417,F
1002,8507,1930,,,,0,78,5,12,MRN-00418,M
1003,0,1990,12,31,,0,78,5,11,MRN-00419,
1004,8532,1999,1,1,,0,78,5,11,MRN-00420,F
"""

DRUG_EXPOSURE = """\
drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,drug_exposure_start_datetime,drug_type_concept_id,quantity,sig,route_concept_id,lot_number,drug_source_value,route_source_value,dose_unit_source_value
1,1001,700001,2023-06-14,2023-06-14 09:00:00,32818,40,drip for Ada,900001,L-1,,IV drip,mg
2,1001,700001,2023-06-18,2023-06-18 15:00:00,32818,45,,900001,L-1,,IV drip,mg
3,1002,0,2024-02-01,2024-02-01 00:00:00,32818,2,,0,L-2,SPRAVATO,46713006,device
4,1003,700001,2022-12-30,,32818,,,0,,,,
5,1004,1125315,2023-01-01,,32818,500,,0,,,,mg
"""

MEASUREMENT = """\
measurement_id,person_id,measurement_concept_id,measurement_date,measurement_datetime,value_as_number,value_as_concept_id,unit_concept_id,measurement_source_value
1,1001,0,2023-06-12,,19,0,0,44261-6
2,1001,0,2023-06-14,2023-06-14 18:00:00,15,0,0,70274-6
3,1001,0,2023-06-14,,120,0,0,8480-6
4,1002,800001,2024-02-01,,33,0,0,madrs
"""

OBSERVATION = """\
observation_id,person_id,observation_concept_id,observation_date,observation_datetime,value_as_number,value_as_string,observation_source_value
1,1001,0,2023-06-12,,2,,44260-8
2,1003,0,2023-01-13,,48,,101698-9
3,1004,0,2023-01-13,,48,,101698-9
4,1001,0,2023-06-12,,,says she feels better,note
"""

CONDITION = """\
condition_occurrence_id,person_id,condition_concept_id,condition_start_date,condition_source_value
1,1001,600001,2020-01-01,F33.2
2,1003,0,2020-01-01,F43.1
3,1003,600001,2020-01-01,F33.2
"""

MAPPING = """\
name = "Extract"

[omop]
diagnosis = "other"

[omop.clinics]
11 = "North"
12 = "South"

[omop.routes]
900001 = "IV"

[[omop.drugs]]
concepts = [700001]
molecule = "racemic"
route = "IM"
mg_per_unit = 1

[[omop.drugs]]
source_values = ["SPRAVATO"]
molecule = "esketamine"
mg_per_unit = 28

[[omop.scores]]
concepts = [800001]
instrument = "MADRS"

[[omop.conditions]]
source_values = ["F43.1"]
diagnosis = "PTSD"

[[omop.conditions]]
concepts = [600001]
diagnosis = "MDD"

[[allow]]
table = "patients"
column = "patient_id"
reason = "the person ids of this extract were drawn at random"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "extract"
    path.mkdir()
    tables = {
        "person": PERSON,
        "drug_exposure": DRUG_EXPOSURE,
        "measurement": MEASUREMENT,
        "observation": OBSERVATION,
        "condition_occurrence": CONDITION,
    }
    for name, text in tables.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path
