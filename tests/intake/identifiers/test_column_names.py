"""Which column names stand for an identifier, in which spellings, and which only sound like one."""

from __future__ import annotations

import pytest

from analysis.intake.identifiers.names import kind_of_name, name_words
from analysis.vocabulary import TABLES

from .conftest import refused

NAMED: dict[str, str] = {
    "name": (
        "name Name pt_name PatientName patient.name last_nm first_nm LASTNAME FirstName lname fname middle_name "
        "pt_last_name name_last maiden_name initials patient_initials client_name next_of_kin emergency_contact "
        "ReferringPhysician therapist_name mother_maiden_name employer legalName surname first last"
    ),
    "record": (
        "mrn MRN pt_mrn med_rec_no MedicalRecordNumber chart_number chart_id epic_id MRNumber csn encounter_id "
        "accession_no rems_id hospital_no nhs_number patient_no mrn_hash"
    ),
    "ssn": "ssn SSN pt_ssn social_security SocialSecurityNumber ssn4 last4_ssn tax_id national_id",
    "phone": "phone phone_home home_phone PhoneNumber phone2 tel mobile cell_phone fax fax_number emergency_phone",
    "email": "email e_mail E-Mail email_address patientEmail emailAddr",
    "address": "address addr1 addr_2 street street_address home_address address_line_1 mailing_address apt po_box",
    "place": "city City home_city town county county_name CountyFIPS city_code birthplace place_of_birth precinct lat "
    "longitude gps_coords census_tract",
    "zip": "zip ZIP zip_code zip5 zipcode postal_code postcode zcta home_zip",
    "date": (
        "dob DOB date_of_birth birth_date BirthDate visit_date date_of_service dos admit_date discharge_dt session_dt "
        "death_date created_at timestamp start_date_time date2"
    ),
    "month": "birth_month month_of_birth day_of_week",
    "age": "age current_age age_at_intake ageYears spouse_age",
    "birth_year": "birth_year year_of_birth yob",
    "account": "account account_no acct_number AccountID iban credit_card claim_id invoice_no guarantor_id",
    "plan": "member_id policy_no PolicyNumber subscriber_id insurance_id medicare_number mbi health_plan_id",
    "licence": "license_no drivers_license driver_licence_number npi dea_number passport certificate_no",
    "vehicle": "vin license_plate plate_number vehicle_id",
    "device": "device_id serial_number SerialNo imei udi mac_address lot_no pump_serial",
    "url": "url website web_url facebook home_page",
    "ip": "ip ip_address IPAddress ipv4 hostname",
    "image": "photo photo_id headshot fingerprint voice_print signature face_image",
    "text": "notes note comments Clinical_Notes remarks free_text progress_note chief_complaint specify narrative",
}  # fmt: skip
FALSE_FRIENDS = (
    "instrument term action setting route mode payer modality kind molecule visit_name drug_name instrument_name "
    "site_name study_name event_name device region state country site ward clinic arm update candidate mandate dosage "
    "percentage stage page average language engagement package triage image_quality cell_count unit location provider "
    "provider_type referral visit serious minutes contact_mode telehealth hotel policy plan certification_level "
    "description chip trip zipper velocity capacity namely notebook emailed streetwise phonetic_fluency initial_score "
    "first_dose last_dose tract scan face_scale bmi recordings_heard"
)


@pytest.mark.parametrize("kind", NAMED)
def test_a_name_stands_for_its_kind_in_every_spelling(kind: str) -> None:
    assert {name: kind_of_name(name) for name in NAMED[kind].split()} == dict.fromkeys(NAMED[kind].split(), kind)


def test_false_friends_stand_for_nothing() -> None:
    assert {name: kind_of_name(name) for name in FALSE_FRIENDS.split() if kind_of_name(name)} == {}


def test_no_column_of_the_dictionary_but_the_age_sounds_like_an_identifier() -> None:
    names = {column.name for table in TABLES.values() for column in table.columns}
    assert {name for name in names if kind_of_name(name)} == {"age"}


def test_the_longest_known_run_of_words_decides() -> None:
    assert [kind_of_name(name) for name in ("email_address", "ip_address", "mac_address", "web_address")] == [
        "email",
        "ip",
        "device",
        "url",
    ]


def test_names_are_cut_at_capitals_digits_and_punctuation() -> None:
    assert name_words("PatientDOB2") == ("patient", "dob", "2")
    assert name_words("pt.last-nm") == ("pt", "last", "nm")
    assert name_words("IPAddress") == ("ip", "address")


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("last_nm", ["Zz", "Yy"]),
        ("pt_initials", ["JS", "KT"]),
        ("mrn", ["12", "77"]),
        ("ssn4", ["0123", "9876"]),
        ("phone_home", ["555-0123", None]),
        ("email", ["x@y", "no"]),
        ("addr1", ["12 Elm", "9 Oak"]),
        ("city", ["Q", "R"]),
        ("city_code", [3, 4]),
        ("CountyFIPS", ["48453", "48"]),
        ("home_zip", ["78701", "787"]),
        ("home_zip", [78701, 787]),
        ("postcode", ["SW1A 1AA", "SW1"]),
        ("dob", ["1/2", "3/4/70"]),
        ("session_dt", [45021, 45022]),
        ("visit_date", ["2021", "March"]),
        ("birth_month", [4, 12]),
        ("account_no", ["123", "no"]),
        ("member_id", ["A123", "none"]),
        ("npi", ["1234567893", None]),
        ("vin", ["1HGCM826", None]),
        ("lot_no", ["AB123", None]),
        ("website", ["example.org", None]),
        ("ip", ["10.0.0.1", None]),
        ("photo", ["x/y.bin", None]),
        ("notes", ["seen with spouse", "ok"]),
        ("current_age", [93, 40]),
        ("current_age", ["90-94", "40-44"]),
        ("age_months", [1100, 480]),
        ("birth_year", [1930, 1980]),
        ("lat", [30.267, 30.26]),
    ],
)
def test_cells_under_a_telling_name_are_refused_and_only_those(name: str, cells: list) -> None:
    [message] = refused(name, cells)
    assert "filled cell" in message
    assert f"column '{name}'" in message


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("phone_home", ["yes", "no"]),
        ("zip3", ["787", "000"]),
        ("zip3", [787, 0]),
        ("visit_date", ["2021", "2022"]),
        ("visit_date", [0, 7, 14.5, -3]),
        ("email", ["declined", None]),
        ("notes", ["ok", "see below"]),
        ("current_age", [90, 40]),
        ("current_age", ["90+", "85-89"]),
        ("state_fips", [48, 6]),
        ("mrn", [None, None]),
        ("name_known", [True, False]),
        ("licence_type", ["LCSW", "MD"]),
        ("lat", [3, 4]),
    ],
)
def test_a_telling_name_over_harmless_cells_is_not_refused(name: str, cells: list) -> None:
    assert refused(name, cells) == []


def test_a_column_of_the_study_is_named_by_its_own_declaration() -> None:
    assert refused("age", [44, 90]) == []
