"""Every review page on whatever leaves little or nothing to show: no traceback, no empty chart, a sentence for what is
missing, nothing of single patients for a viewer; and everything that belongs to a chart."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app_pages.parts.messages import EMPTY
from tests.app.conftest import OpenApp, charts, said, unfolded
from tests.disclosure.test_nothing_small_leaves import COUNTED, FEW, THE_RULE

ELSEWHERE = "192.0.2.7"
NOBODY = {"route": ["SC"], "sex": ["other"], "age": ["15", "20"]}
OVERVIEW, CHANGE, RESPONSE, SAFETY, CARE, CLINICS = (
    f"app_pages/{name}.py" for name in ("overview", "symptom_change", "response", "safety", "care", "clinics")
)
PAGES = (OVERVIEW, CHANGE, RESPONSE, SAFETY, CARE, CLINICS)


def viewer_settings(folder: Path) -> Path:
    path = folder / "admin.toml"
    path.write_text('audit_log = "audit.jsonl"\nreleased_cohorts = "cohorts.jsonl"\nelsewhere = "viewer"\n')
    return path


def specs(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def values(spec: dict[str, Any]) -> Iterator[float]:
    """Every number that a trace draws along an axis."""
    for trace in spec["data"]:
        for name in ("x", "y"):
            for one in trace.get(name) or []:
                if isinstance(one, (int, float)):
                    yield one


def words_of(app: AppTest) -> str:
    drawn = [text for spec in specs(app) for text in re.findall(r'"text": ?"([^"]*)"', json.dumps(spec))]
    return re.sub(r"</?[a-z][^>]*>", " ", " ".join([said(app).replace("\\", ""), *charts(app), *drawn]))


def assert_sound(app: AppTest) -> None:
    assert not app.exception
    assert not app.error
    assert all(list(values(spec)) for spec in specs(app)), "a chart with nothing drawn"
    assert "nan" not in words_of(app).lower().split()


def assert_no_few(app: AppTest) -> None:
    text = words_of(app).replace(THE_RULE, "").replace("would need 10 patients", "")
    assert "(small)" not in text
    for match in COUNTED.finditer(text):
        assert int((match.group(1) or match.group(2)).replace(",", "")) not in FEW, match.group(0)
    assert "patient by patient" not in " ".join(charts(app))


def both(
    open_app: OpenApp, tmp_path: Path, page: str, query: Any = None, study: Path | None = None
) -> tuple[AppTest, AppTest]:
    """The page as the holder and as a viewer have it, every part opened."""
    mine = unfolded(open_app(page, query, study=study))
    theirs = unfolded(open_app(page, query, study=study, admin=viewer_settings(tmp_path), address=ELSEWHERE))
    for app in (mine, theirs):
        assert_sound(app)
    assert_no_few(theirs)
    return mine, theirs


@pytest.mark.parametrize("page", PAGES)
def test_a_cohort_of_nobody_is_a_sentence_and_no_chart(open_app: OpenApp, tmp_path: Path, page: str) -> None:
    for app in both(open_app, tmp_path, page, NOBODY):
        assert not charts(app)
        assert EMPTY in said(app)


FIVE_PATIENTS = {"route": ["IN"], "sex": ["female"], "payer": ["commercial"], "age": ["20", "30"]}
FIVE = {
    OVERVIEW: "Of fewer than 11 patients who started treatment, ", CHANGE: "No model for this cohort.",
    RESPONSE: "No outcome on PHQ-9 can be shown: fewer than 11 patients reached one",
    SAFETY: "Lowest oxygen saturation: withheld, fewer than 11 patients have it.",
    CARE: "The share of starters who completed induction is withheld.", CLINICS: "no model of this cohort",
}  # fmt: skip


def kept(folder: Path, n: int) -> Path:
    """The first n patients of a study."""
    people = pd.read_csv(folder / "patients.csv", dtype=str, keep_default_na=False).head(n)
    people.to_csv(folder / "patients.csv", index=False)
    for path in folder.glob("*.csv"):
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        if "patient_id" in rows:
            rows[rows["patient_id"].isin(people["patient_id"])].to_csv(path, index=False)
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_a_cohort_of_five_patients_says_what_it_cannot_show(open_app: OpenApp, tmp_path: Path, page: str) -> None:
    mine, theirs = both(open_app, tmp_path, page, FIVE_PATIENTS)
    assert "5 (small) of 640 patients" in words_of(mine)
    assert "<11 of 640 patients" in words_of(theirs)
    assert FIVE[page] in words_of(theirs)


@pytest.mark.parametrize("page", PAGES)
def test_a_study_of_one_patient_ends_in_sentences(
    open_app: OpenApp, tmp_path: Path, study_copy: Path, page: str
) -> None:
    _, theirs = both(open_app, tmp_path, page, study=kept(study_copy, 1))
    assert FIVE[page] in words_of(theirs)


ONE_ROUTE = {
    OVERVIEW: "intravenous route", CHANGE: "This cohort has one route, so there is nothing to compare.",
    RESPONSE: "fewer than two routes have 20 patients", SAFETY: "intravenous route", CARE: "intravenous route",
    CLINICS: "intravenous route",
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_one_route_is_shown_by_itself(open_app: OpenApp, tmp_path: Path, page: str) -> None:
    for app in both(open_app, tmp_path, page, {"route": ["IV"]}):
        assert charts(app)
        assert ONE_ROUTE[page] in words_of(app)


OPTIONAL = {
    "patients": ["age", "sex", "failed_antidepressants", "benzodiazepine", "antidepressant", "prior_suicide_attempt",
                 "payer", "bmi", "index_year"],
    "sessions": ["molecule", "dose_mg", "weight_kg", "duration_min", "setting", "sbp_pre", "dbp_pre", "sbp_peak",
                 "dbp_peak", "hr_peak", "spo2_min", "cadss_peak", "observation_min", "completed", "therapist_present",
                 "cost_usd", "covered"],
    "assessments": ["suicidality_item", "n_items_answered", "mode"],
}  # fmt: skip
BARE = {
    OVERVIEW: ("This study has no adverse_events table",),
    CHANGE: ("Status of the fit",),
    CLINICS: ("No funnel of adverse events: this study has no adverse_events table",),
    RESPONSE: ("The table assessments has no column suicidality_item",),
    SAFETY: (
        "This study has no adverse_events table, so nothing can be said about adverse events here.",
        "Blood pressure before and at its peak is not recorded in this cohort.",
        "Oxygen saturation is not recorded in this cohort.",
        "No CADSS score is recorded in this cohort.",
        "Observation time is not recorded in this cohort.",
        "Whether sessions were stopped early is not recorded in this study.",
    ),
    CARE: (
        "This study has no therapy_visits table, so nothing can be said about preparation and integration visits here.",
        "No charge of a session is recorded in this cohort.",
        "Whether sessions were covered is not recorded in this cohort.",
        "No payer is recorded in this study.",
        "No dose is recorded in this cohort.",
        "The study gives no reasons for stopping; a kept column of patients called stop_reason would be counted here.",
    ),
}


def bare(folder: Path) -> Path:
    """The study with nothing but its required tables and columns."""
    for name in ("therapy_visits", "adverse_events"):
        (folder / f"{name}.csv").unlink()
    for name, columns in OPTIONAL.items():
        path = folder / f"{name}.csv"
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        rows.drop(columns=[column for column in columns if column in rows]).to_csv(path, index=False)
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_a_study_of_required_columns_only_names_each_thing_it_lacks(
    open_app: OpenApp, tmp_path: Path, study_copy: Path, page: str
) -> None:
    for app in both(open_app, tmp_path, page, study=bare(study_copy)):
        text = words_of(app)
        for sentence in BARE[page]:
            assert sentence in text


LATE_DAY = "1000"
UNSCORED = {
    OVERVIEW: "scored", CHANGE: "No model for this cohort.",
    RESPONSE: "Nobody with a baseline above 0 was scored at the end of induction.",
    SAFETY: "Events asked for", CARE: "No score of anxiety, PTSD or pain",
    CLINICS: "no model of this cohort",
}  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_a_study_scored_before_and_years_later_only_has_no_outcome_and_says_so(
    open_app: OpenApp, tmp_path: Path, study_copy: Path, page: str
) -> None:
    path = study_copy / "assessments.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows = rows[rows["instrument"] == "PHQ-9"]
    before = rows[rows["day"].astype(float) <= 0].drop_duplicates(["patient_id", "instrument"], keep="last")
    pd.concat([before, before.assign(day=LATE_DAY)]).to_csv(path, index=False)
    for app in both(open_app, tmp_path, page, study=study_copy):
        assert UNSCORED[page] in words_of(app)


@pytest.mark.parametrize("page", PAGES)
def test_every_chart_has_all_that_belongs_to_it(open_app: OpenApp, tmp_path: Path, page: str) -> None:
    app = unfolded(open_app(page))
    keys = [chart.proto.id for chart in app.get("plotly_chart")]
    assert keys
    labels = [button.proto.label for button in app.get("download_button")]
    popovers = [one.proto.popover.label for one in app.get("popover")]
    assert len([one for one in labels if one == "Data (CSV)"]) == len(keys)
    assert popovers.count("How to read this") == len(keys)
    assert [one.label for one in app.expander].count("Table") == len(keys)
    captions = [caption.value for caption in app.caption]
    for spec, alt in zip(specs(app), charts(app), strict=True):
        drawn = " ".join(re.findall(r'"text": ?"([^"]*)"', json.dumps(spec["layout"])))
        assert len(alt) > 40
        assert re.search(r"\d", alt), alt
        assert WITH_N.search(f"{drawn} {alt} {' '.join(captions)}")
        for name, axis in spec["layout"].items():
            if re.fullmatch(r"[xy]axis\d*", name) and shows_numbers(axis, spec):
                assert axis.get("title", {}).get("text") or UNIT.search(drawn), (alt[:60], name)


WITH_N = re.compile(r"\d[\d,]*(?: \(small\))? (?:of|patients|starters|evaluable|sessions|scored)")
UNIT = re.compile(r"%|point|session|day|week|month|patient|mmHg|mg|US dollars|\$|minute|CADSS", re.IGNORECASE)


def shows_numbers(axis: dict[str, Any], spec: dict[str, Any]) -> bool:
    return axis.get("showticklabels", True) and axis.get("visible", True) and axis.get("type") != "category"
