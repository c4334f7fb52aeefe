"""Calendar dates of a database become days on the way: none of them is in what is written."""

from __future__ import annotations

import pytest

from analysis.intake import read_study

from .conftest import MAPPING, ClinicDatabase

GIVEN = """
CREATE TABLE clinic.given (nr integer, given_at timestamp with time zone, how text);
INSERT INTO clinic.given VALUES
    (1, '2019-03-01 01:00:00+00', 'drip'), (1, '2019-03-08 14:00:00+00', 'drip'), (2, '2019-07-04 23:30:00+00', 'shot'),
    (3, '2018-12-31 12:00:00+00', 'drip');
CREATE TABLE clinic.asked (nr integer, on_day date, at_noon timestamp, phq smallint);
INSERT INTO clinic.asked VALUES
    (1, '2019-02-27', '2019-02-27 12:00:00', 19), (1, '2019-03-28', '2019-03-28 12:00:00', 8),
    (2, '2019-07-04', '2019-07-04 12:00:00', 21), (3, '2019-01-07', '2019-01-07 12:00:00', 4);
"""
TABLES = """\
[sources.given]
table = "clinic.given"
[sources.asked]
table = "clinic.asked"

[[sessions]]
source = "given"
[sessions.columns]
patient_id = "nr"
session_number = { in_order_of = "day" }
day = { date = "given_at", from = "first session" }
route = { column = "how", values = { drip = "IV", shot = "IM" } }

[[assessments]]
source = "asked"
[assessments.columns]
patient_id = "nr"
day = { date = "on_day", from = "first session" }
instrument = { constant = "PHQ-9" }
score = "phq"
"""
DATED = MAPPING[: MAPPING.index("[sources.visits]")] + MAPPING[MAPPING.index("[[patients]]") : MAPPING.index("[[sess")]


@pytest.fixture
def dated(clinic: ClinicDatabase) -> ClinicDatabase:
    """The clinic with sessions and scores by calendar date."""
    clinic.execute(GIVEN)
    if clinic.kind == "postgresql":
        clinic.execute("GRANT SELECT ON ALL TABLES IN SCHEMA clinic TO reader")
    clinic.mapping = DATED + TABLES
    return clinic


@pytest.mark.parametrize(("zone", "days"), [("America/New_York", [-1, 28, 0, 7]), ("UTC", [-2, 27, 0, 7])])
def test_days_are_counted_as_the_clinic_counts_them(dated: ClinicDatabase, zone: str, days: list[float]) -> None:
    """The first session of patient 1 was on 1 March in UTC, and on the evening of 28 February in New York."""
    done = dated.snapshot("--time-zone", zone)
    assert done.code == 0, done.err
    study = read_study(dated.place)
    assert study.sessions["session_number"].tolist() == [1, 2, 1, 1]
    assert study.sessions["day"].tolist() == pytest.approx([0, 7 + 13 / 24, 0, 0], abs=1e-6)
    assert study.assessments["day"].tolist() == days


def test_a_moment_without_a_zone_is_read_like_a_date(dated: ClinicDatabase) -> None:
    dated.mapping = dated.mapping.replace('date = "on_day"', 'date = "at_noon"')
    done = dated.snapshot("--time-zone", "UTC")
    assert done.code == 0, done.err
    days = read_study(dated.place).assessments["day"].tolist()
    assert days == pytest.approx([-1 - 13 / 24, 27 + 11 / 24, -11.5 / 24, 7], abs=1e-6)


def test_no_date_is_in_what_was_written_or_said(dated: ClinicDatabase) -> None:
    done = dated.snapshot("--time-zone", "UTC")
    assert done.code == 0
    written = "".join(path.read_text("latin-1") for path in dated.place.iterdir())
    assert not [word for word in ("2019-", "2018-", "given_at", "on_day") if word in written]
    assert not [word for word in ("2019-", "2018-") if word in done.out + done.err]


def test_a_date_that_becomes_nothing_is_refused(dated: ClinicDatabase) -> None:
    dated.mapping = dated.mapping.replace('score = "phq"', 'score = "phq"\nasked_on = "on_day"')
    done = dated.snapshot("--time-zone", "UTC")
    assert done.code == 1
    assert [line for line in done.err.splitlines() if line.startswith("error") and "'asked_on'" in line]
    assert "2019-" not in done.err
    assert not dated.place.exists()
