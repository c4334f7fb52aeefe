"""Events by dose, term, grade and seriousness of the sample, counted by walking over its rows."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.outcomes.safety import KINDS, NO_SESSION, Safety, safety
from analysis.outcomes.safety.session_rows import session_rows
from analysis.study import Study

from .test_event_rates import counts, slow_counts, slow_risk


@pytest.fixture(scope="module")
def sample_safety(sample_study: Study) -> Safety:
    return safety(sample_study)


@pytest.mark.parametrize("kind", KINDS[:2])
def test_events_of_every_dose_are_those_of_a_slow_walk(sample_study: Study, sample_safety: Safety, kind: str) -> None:
    rows = session_rows(sample_study)
    words = [rows.dose.names[place] for place in rows.dose.place]
    keys = zip(sample_study.sessions["patient_id"], sample_study.sessions["session_number"], strict=True)
    dose = dict(zip(keys, words, strict=True))
    asked = sample_safety.by_dose[sample_safety.by_dose["kind"] == kind].to_dict("records")
    for one in [row for row in asked if row["route"] != NO_SESSION][::3]:
        of = (one["route"], one["dose"])
        slow = slow_counts(
            sample_study, kind, lambda at, of=of: (at["route"], dose[at["patient_id"], at["session_number"]]) == of
        )
        assert counts(pd.Series(one)) == slow


@pytest.mark.parametrize("kind", KINDS[:2])
@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("by_term", "term", lambda event: event["term"]),
        ("by_severity", "grade", lambda event: "not recorded" if pd.isna(event["grade"]) else str(event["grade"])),
        (
            "by_seriousness", "seriousness",
            lambda event: "not recorded" if pd.isna(event["serious"]) else ("not serious", "serious")[event["serious"]],
        ),
    ],
)  # fmt: skip
def test_marks_of_events_are_those_of_a_slow_walk(
    sample_study: Study, sample_safety: Safety, kind: str, name: str, column: str, value
) -> None:
    sessions, events = slow_risk(sample_study, kind)
    n, n_clinics = len({one["patient_id"] for one in sessions}), len({one["clinic"] for one in sessions})
    frame = getattr(sample_safety, name)
    for row in frame[frame["kind"] == kind].to_dict("records"):
        mine = [one["patient_id"] for one in events if value(one) == row[column]]
        assert (row["n_events"], row["n_with_event"], row["n_sessions"], row["n_patients"], row["n_clinics"]) == (
            len(mine), len(set(mine)), len(sessions), n, n_clinics,
        )  # fmt: skip
        assert row["per_100_sessions"] == pytest.approx(100 * len(mine) / len(sessions))
        assert row["share"] == pytest.approx(len(set(mine)) / n)
