"""The simulator against published figures: each fact names its source and how near it has to be.

Measured on 20,000 simulated patients, whose own sampling error is far below every tolerance. A
tolerance is as wide as the published studies differ among themselves, or as the note says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import pytest

from sample_data import SimulatedStudy


@dataclass(frozen=True)
class Cohorts:
    """The frames a fact may need; `last` holds each patient's last PHQ-9 row, `form` how events were asked."""

    starters: pd.DataFrame
    rows: pd.DataFrame
    tables: dict[str, pd.DataFrame]

    @property
    def last(self) -> pd.DataFrame:
        return self.rows.sort_values("day").groupby("patient_id").tail(1)

    @property
    def induction(self) -> pd.DataFrame:
        """Last row within 45 days after at least three sessions."""
        return self.last_of(self.rows[(self.rows["day"] <= 45) & (self.rows["sessions_so_far"] >= 3)])

    @staticmethod
    def last_of(rows: pd.DataFrame) -> pd.DataFrame:
        return rows.sort_values("day").groupby("patient_id").tail(1)

    def on(self, route: str) -> pd.DataFrame:
        return self.starters[self.starters["route"] == route]

    def change(self, route: str, rows: pd.DataFrame) -> pd.Series:
        return rows.loc[rows["route"] == route, "change"]

    def events(self, route: str, asked: str) -> pd.DataFrame:
        keys = ["patient_id", "session_number", "route"]
        events = self.tables["adverse_events"].query("ascertainment == @asked").dropna(subset="session_number")
        return events.merge(self.tables["sessions"].query("route == @route")[keys])

    def per_session(self, route: str, term: str) -> float:
        return len(self.events(route, "solicited").query("term == @term")) / len(self.on_sessions(route))

    def on_sessions(self, route: str) -> pd.DataFrame:
        return self.tables["sessions"].query("route == @route")

    def instrument(self, name: str) -> pd.DataFrame:
        """Baseline and last score on an instrument, one row per patient with both, and the index route."""
        rows = self.tables["assessments"].query("instrument == @name").sort_values("day")
        first = rows[rows["day"] <= 0].groupby("patient_id")["score"].last()
        last = rows[rows["day"] > 0].groupby("patient_id")["score"].last()
        frame = pd.DataFrame({"first": first, "last": last, "route": self.starters["route"]})
        return frame.dropna().assign(change=lambda f: f["last"] - f["first"])


@pytest.fixture(scope="module")
def cohorts(large: SimulatedStudy, starters: pd.DataFrame, phq9_rows: pd.DataFrame) -> Cohorts:
    return Cohorts(starters, phq9_rows, large.tables)


@dataclass(frozen=True)
class Fact:
    """One published figure (or the middle of a published range), and how near the simulator has to come."""

    what: str
    source: str
    published: float
    within: float
    why: str
    measure: Callable[[Cohorts], float]


def _response(c: Cohorts, route: str) -> float:
    rows = c.induction[c.induction["route"] == route]
    return float((rows["change"] <= -0.5 * rows["baseline"]).mean())


def _remission(c: Cohorts, route: str) -> float:
    rows = c.induction[c.induction["route"] == route]
    return float((rows["score"] < 5).mean())


def _reaching(c: Cohorts, route: str, number: int) -> float:
    return float((c.on(route)["n_sessions"] >= number).mean())


def _early_drop_out(c: Cohorts, route: str, through: int) -> float:
    """Mean share of patients who stop per session, sessions 1 to `through`."""
    n = c.on(route)["n_sessions"]
    return float(1 - (n > through).mean() ** (1 / through))


def _unusable(c: Cohorts, route: str) -> float:
    starters = c.on(route)
    return float(1 - starters.index.isin(c.rows["patient_id"].unique()).mean())


def _sessions_by(c: Cohorts, route: str, day: int) -> float:
    sessions = c.tables["sessions"]
    kept = sessions["patient_id"].isin(c.on(route).index) & (sessions["day"] <= day)
    return float(sessions[kept].groupby("patient_id").size().mean())


def _any_event(c: Cohorts, route: str) -> float:
    events = c.events(route, "spontaneous").drop_duplicates(["patient_id", "session_number"])
    return len(events) / len(c.on_sessions(route))


def _patients_with(c: Cohorts, term: str, through: int) -> float:
    events = c.events("IN", "solicited").query("term == @term and session_number <= @through")
    return float(events["patient_id"].nunique() / len(c.on("IN")))


def _rise(c: Cohorts, route: str, which: str) -> float:
    sessions = c.on_sessions(route)
    return float((sessions[f"{which}_peak"] - sessions[f"{which}_pre"]).mean())


def _ideation(c: Cohorts) -> pd.DataFrame:
    """Item 9 at baseline and last, patients with ideation at baseline."""
    rows = c.tables["assessments"].query("instrument == 'PHQ-9'").sort_values("day")
    first = rows[rows["day"] <= 0].groupby("patient_id")["suicidality_item"].last()
    last = rows[rows["day"] > 0].groupby("patient_id")["suicidality_item"].last()
    both = pd.DataFrame({"first": first, "last": last}).dropna()
    return both[both["first"] >= 1]


def _cadss(c: Cohorts, route: str, low: int, high: int) -> float:
    return float(c.on_sessions(route).query("@low <= session_number <= @high")["cadss_peak"].mean())


def _therapy_visits(c: Cohorts) -> float:
    """Visits per patient on IM or SL."""
    on_kap = c.starters[c.starters["route"].isin(["IM", "SL"])]
    return float(c.tables["therapy_visits"].groupby("patient_id").size().reindex(on_kap.index).fillna(0).mean())


RANGE = "published or synthesised range"
STUDY = "one study, one clinic's case mix"
FACTS = (
    Fact("IV PHQ-9 baseline mean", "synthesis (Pfeiffer 2024 18.6)", 17.5, 0.6, RANGE,
         lambda c: c.on("IV")["baseline"].mean()),
    Fact("IV PHQ-9 baseline SD", "synthesis", 5.0, 0.5, RANGE, lambda c: c.on("IV")["baseline"].std()),
    Fact("IM PHQ-9 baseline mean", "Ahuja 2022, 16.3 (6.7)", 16.3, 0.4, STUDY, lambda c: c.on("IM")["baseline"].mean()),
    Fact("IM PHQ-9 baseline SD", "Ahuja 2022, 16.3 (6.7)", 6.7, 0.5, "clipping at 27 narrows it",
         lambda c: c.on("IM")["baseline"].std()),
    Fact("IN PHQ-9 baseline mean", "SUSTAIN-2 17.7, enTRD 18.5, Brendle 2022 16.7", 17.7, 0.8, RANGE,
         lambda c: c.on("IN")["baseline"].mean()),
    Fact("IN PHQ-9 baseline SD", "SUSTAIN-2 4.58, enTRD 4.7, Brendle 2022 5.8", 5.0, 0.6, RANGE,
         lambda c: c.on("IN")["baseline"].std()),
    Fact("SL PHQ-9 baseline mean", "synthesis", 15.5, 0.4, RANGE, lambda c: c.on("SL")["baseline"].mean()),
    Fact("IV change at the end of induction", "synthesis, -7 to -8", -7.5, 0.5, RANGE,
         lambda c: c.change("IV", c.induction).mean()),
    Fact("IM change at the last score", "Ahuja 2022, -5.5", -5.5, 0.7, STUDY,
         lambda c: c.change("IM", c.last).mean()),
    Fact("IN change at the last score", "Brendle 2022 -4.7; synthesis to -7", -5.9, 1.1, RANGE,
         lambda c: c.change("IN", c.last).mean()),
    Fact("SL change at the end of induction", "synthesis, -7 to -8 in completers", -7.0, 1.4,
         "ours are not completers only, and start lower", lambda c: c.change("SL", c.induction).mean()),
    Fact("IV SD of change", "synthesis, 6 to 6.5", 6.0, 0.6, RANGE, lambda c: c.change("IV", c.last).std()),
    Fact("IM SD of change", "synthesis, 6", 6.0, 0.6, RANGE, lambda c: c.change("IM", c.last).std()),
    Fact("IV response at the end of induction", "VA 26 %, Oliver 50 %, McInnes 54 %", 0.45, 0.08, RANGE,
         lambda c: _response(c, "IV")),
    Fact("IV remission (below 5)", "VA 15 %, Oliver 20 %, McInnes 29 %", 0.21, 0.08, RANGE,
         lambda c: _remission(c, "IV")),
    Fact("IV PHQ-9 higher than at baseline", "McInnes 2022, 8.4 %", 0.084, 0.03, STUDY,
         lambda c: (c.change("IV", c.induction) > 0).mean()),
    Fact("SL response", "Hassan 2022 47.6 %, Hull 2022 62.8 % of completers", 0.476, 0.12,
         "ours are not completers only", lambda c: _response(c, "SL")),
    Fact("IM median sessions", "Ahuja 2022, 4 (1 to 48)", 4, 0.5, STUDY, lambda c: c.on("IM")["n_sessions"].median()),
    Fact("IV sessions in the first 90 days", "synthesis, 6 to 8", 7.0, 1.0, RANGE, lambda c: _sessions_by(c, "IV", 90)),
    Fact("SL sessions in the first 90 days", "synthesis, 4 to 6", 5.0, 1.0, RANGE, lambda c: _sessions_by(c, "SL", 90)),
    Fact("IN starters reaching session 9", "US REMS, 75.1 %", 0.751, 0.03, STUDY, lambda c: _reaching(c, "IN", 9)),
    Fact("IN starters reaching session 13", "US REMS, 60.3 %", 0.603, 0.03, STUDY, lambda c: _reaching(c, "IN", 13)),
    Fact("IV drop-out per session, 1 to 5", "synthesis, 4 to 6 %", 0.05, 0.01, RANGE,
         lambda c: _early_drop_out(c, "IV", 5)),
    Fact("IM drop-out per session, 1 to 3", "synthesis, 8 to 10 %", 0.09, 0.01, RANGE,
         lambda c: _early_drop_out(c, "IM", 3)),
    Fact("SL drop-out per session, 1 to 3", "synthesis, 8 to 10 %", 0.09, 0.01, RANGE,
         lambda c: _early_drop_out(c, "SL", 3)),
    Fact("IN starters without usable follow-up", "trial 10 % to clinic 40 %", 0.12, 0.04, "near the trial end",
         lambda c: _unusable(c, "IN")),
    Fact("IN women", "SUSTAIN-1, 66.3 %", 0.663, 0.04, STUDY, lambda c: (c.on("IN")["sex"] == "female").mean()),
    Fact("IM women", "Ahuja 2022, 51 %", 0.51, 0.04, STUDY, lambda c: (c.on("IM")["sex"] == "female").mean()),
    Fact("SL age", "Hull 2022, 40 (9)", 40, 2, STUDY, lambda c: c.on("SL")["age"].astype(float).mean()),
    Fact("IM prior suicide attempt", "Ahuja 2022, 37 %", 0.37, 0.04, STUDY,
         lambda c: c.on("IM")["prior_suicide_attempt"].astype(float).mean()),
    Fact("IM GAD-7 change", "Ahuja 2022, 12.8 to 8.4", -4.4, 1.0, STUDY,
         lambda c: c.instrument("GAD-7").query("route == 'IM'")["change"].mean()),
    Fact("GAD-7 baseline", "Ahuja 2022 12.8, Brendle 2022 12.0", 12.4, 0.5, RANGE,
         lambda c: c.instrument("GAD-7")["first"].mean()),
    Fact("IN MADRS baseline", "enTRD 31.5 (6.4), SUSTAIN-2 31.1", 31.3, 1.0, RANGE,
         lambda c: c.instrument("MADRS").query("route == 'IN'")["first"].mean()),
    Fact("IN MADRS change", "enTRD, -12.5 (-14.1 to -11.0)", -12.5, 1.6, "its 95 % interval",
         lambda c: c.instrument("MADRS").query("route == 'IN'")["change"].mean()),
    Fact("PEG change on IV", "Orhurhu 2019, NRS pain -1.83 (-2.35 to -1.31)", -1.83, 0.52, "its 95 % interval",
         lambda c: c.instrument("PEG").query("route == 'IV'")["change"].mean()),
    Fact("ideation gone at the last score", "Oliver 2022 half, Hull 2022 62 %", 0.56, 0.07, RANGE,
         lambda c: (_ideation(c)["last"] == 0).mean()),
    Fact("ideation item lower at the last score", "McInnes 2022, 73.0 %", 0.73, 0.04, STUDY,
         lambda c: (_ideation(c)["last"] < _ideation(c)["first"]).mean()),
    Fact("IN dissociation per session", "US REMS, 41.0 %", 0.41, 0.02, STUDY,
         lambda c: c.per_session("IN", "Dissociation")),
    Fact("IN sedation per session", "US REMS, 34.7 %", 0.347, 0.02, STUDY, lambda c: c.per_session("IN", "Sedation")),
    Fact("IN blood pressure increased per session", "US REMS, 0.9 %", 0.009, 0.005, STUDY,
         lambda c: c.per_session("IN", "Blood pressure increased")),
    Fact("IN patients with dissociation, sessions 1 to 8", "US REMS 34 months, 64.8 %", 0.648, 0.07, STUDY,
         lambda c: _patients_with(c, "Dissociation", 8)),
    Fact("IN patients with sedation, sessions 1 to 8", "US REMS 34 months, 61.2 %", 0.612, 0.07, STUDY,
         lambda c: _patients_with(c, "Sedation", 8)),
    Fact("IM sessions with any charted event", "Ahuja 2022, 59 of 2,532 = 2.3 %", 0.023, 0.006, STUDY,
         lambda c: _any_event(c, "IM")),
    Fact("serious events per session", "US REMS, below 0.1 %", 0.0005, 0.0005, "its upper limit",
         lambda c: c.tables["adverse_events"]["serious"].sum() / len(c.tables["sessions"])),
    Fact("IV systolic rise to the peak, mmHg", "741 infusions, 7.4", 7.4, 0.8, STUDY, lambda c: _rise(c, "IV", "sbp")),
    Fact("IV diastolic rise to the peak, mmHg", "741 infusions, 6.0", 6.0, 0.5, STUDY,
         lambda c: _rise(c, "IV", "dbp")),
    Fact("IV peak CADSS", "110 patients, 7.7 (SD 9.2)", 7.7, 1.0, STUDY, lambda c: _cadss(c, "IV", 1, 48)),
    Fact("SC peak CADSS at the first session", "Glue 2018, 20", 20, 5, "20 patients", lambda c: _cadss(c, "SC", 1, 1)),
    Fact("SC peak CADSS after habituation", "Glue 2018, 8.8", 8.8, 2, "20 patients", lambda c: _cadss(c, "SC", 6, 48)),
    Fact("IV median charge, US dollars", "clinic pages, 590", 590, 30, RANGE,
         lambda c: c.on_sessions("IV")["cost_usd"].median()),
    Fact("IM median charge, US dollars", "clinic pages, 425", 425, 30, RANGE,
         lambda c: c.on_sessions("IM")["cost_usd"].median()),
    Fact("therapy visits per patient on IM or SL", "Yermus 2024, 3 (SD 2)", 3.0, 0.6, STUDY, _therapy_visits),
)  # fmt: skip


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.what)
def test_the_simulated_figure_is_near_the_published_one(cohorts: Cohorts, fact: Fact) -> None:
    assert fact.measure(cohorts) == pytest.approx(fact.published, abs=fact.within), f"{fact.source}; {fact.why}"


def test_clinics_treat_within_the_usual_doses(cohorts: Cohorts) -> None:
    """Usual doses per kg of published series: IV 0.1-1.5, IM 0.2-2, SC 0.5-0.9, PO 0.5-2; SL 50-600 mg."""
    done = cohorts.tables["sessions"].query("completed != False").dropna(subset=["dose_mg", "weight_kg"])
    per_kg = done["dose_mg"] / done["weight_kg"]
    # a dose is rounded to what the clinic draws up, at most 10 mg, so a light patient may get a little more
    for route, low, high in (("IV", 0.1, 1.5), ("IM", 0.2, 2.0), ("SC", 0.4, 1.0), ("PO", 0.4, 2.2)):
        assert per_kg[done["route"] == route].between(low, high).all(), route
    assert done.loc[done["route"] == "SL", "dose_mg"].between(50, 600).all()


def test_an_induction_of_six_infusions_takes_two_to_three_weeks(cohorts: Cohorts) -> None:
    sixth = cohorts.on_sessions("IV").query("session_number == 6")["day"]
    assert 14 <= sixth.median() <= 21


def test_dissociation_habituates(cohorts: Cohorts) -> None:
    for route in ("IV", "IM", "IN"):
        assert _cadss(cohorts, route, 6, 48) < 0.75 * _cadss(cohorts, route, 1, 1)


def test_clinics_lose_more_patients_than_the_nasal_programme_but_fewer_than_published(cohorts: Cohorts) -> None:
    """The published share without usable follow-up is 30-60 % in clinics; README says why the sample stays below."""
    lost = {route: _unusable(cohorts, route) for route in ("IV", "IM", "IN", "SL")}
    assert lost["IN"] < 0.15 < lost["IV"] < lost["SL"]
    assert all(0.18 < lost[route] < 0.36 for route in ("IV", "IM", "SL"))
    assert 0.75 <= cohorts.rows["patient_id"].nunique() / len(cohorts.starters) <= 0.80
