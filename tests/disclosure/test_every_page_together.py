"""All pages of a viewer walked together: nothing small is shown on Response, Safety and Care, nothing computed from it,
and nothing small follows from them with Overview and Symptom change beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from analysis.cohort import Cohort, Selection, select
from analysis.disclosure import holder, viewer
from analysis.disclosure.change_tables import change_relations, change_tables
from analysis.disclosure.denominators import SHARED
from analysis.disclosure.sessions import _tables as session_tables
from analysis.outcomes import ModelSpec, PreparedSymptomChange, prepare_symptom_change, session_count, symptom_change
from analysis.outcomes.response.three_rules import NUMBERS, SHARES
from analysis.publish import csv_bytes
from analysis.study import Study
from tests.disclosure.every_chart import charts, sentences
from tests.disclosure.every_page import Pages, Results, payers_by_routes, released, results, tables, views
from tests.disclosure.reader import FEW, View, assert_nothing_follows
from tests.disclosure.test_nothing_small_leaves import COHORTS, COUNTED, THE_RULE, some_of, spec_of, walk

# A simple fraction is no sign of anything: shares of many patients, sizes and the ends of axes are such numbers too.
# What is computed from a few has an interval beside it, which is no simple fraction.
SIMPLEST = 120
# What a regression asks for counts nobody of the cohort.
ASKED_FOR = re.compile(r"would need \d+ patients")
OF_A_TABLE = {
    "safety": {
        ("n_with_event", "n_patients"): ("by_route", "by_dose", "by_session", "by_term", "by_severity",
                                         "by_seriousness"),
        ("n_patients_with", "n_patients"): ("pressure_limits", "oxygen_bands", "observed_two_hours", "stopped_early"),
        ("n_patients", "n_patients"): ("blood_pressure", "oxygen", "dissociation_by_dose", "dissociation_by_session",
                                       "observation"),
    },
    "care": {
        ("n_patients_with", "n_patients"): ("steps", "steps_by_session", "within", "covered", "payer_covered"),
        ("n_patients", "n_patients"): ("doses", "titration", "spacing", "minutes", "cost_per_session",
                                       "cost_per_course", "payer_cost", "condition_changes"),
        ("n_complete", "n_starters"): ("induction", "by_payer"),
        ("n_with_visit", "n_patients"): ("visits",),
        ("n_responders", "n_patients"): ("cost_per_responder",),
        ("n_patients", "n_starters"): ("access",),
        ("numerator", "denominator"): ("condition_rules",),
    },
}  # fmt: skip
RATHER_OF_ALL = ("sessions_median",)  # of the whole although the row names a part
EVERY = [*COHORTS, Cohort(sexes=("female",))]  # whose payers by routes could once be worked out
NO_RESULT = ("low", "high", "day", "recall_after", "x")  # edges and times, not computed from patients


@pytest.fixture(scope="module")
def model(sample_study: Study) -> PreparedSymptomChange:
    return prepare_symptom_change(sample_study, ModelSpec())


def shares_of(raw: Results) -> Iterator[tuple[pd.DataFrame, str, str]]:
    """Every frame before its release, its count of a part and that of the whole: what is computed from them."""
    for page, parts in OF_A_TABLE.items():
        for (part, whole), names in parts.items():
            for name in names:
                yield getattr(getattr(raw, page), name), part, whole
    of = raw.response
    rates, rapid = of.response.rates, of.response.rapid
    for rule, (part, whole) in NUMBERS.items():
        yield rates[[part, whole, *(f"{rule} {name}" for name in SHARES)]], part, whole
    yield rapid[["n_patients", "mean", "ci_low", "ci_high"]], "n_patients", "n_patients"
    yield rapid[["n_reached", "n_able", "share", "share_low", "share_high"]], "n_reached", "n_able"
    yield of.suicidality.presence, "n_present", "n_patients"
    for time in of.durability.times:
        yield time.medians, "n_reached", "n_patients"


def computed(raw: Results, from_few: bool) -> set[float]:
    """Every number computed from 1 to 10 patients or all but so few, or every one that is not; as a share of 1 and
    in percent."""
    found: list[float] = []
    for frame, part, whole in shares_of(raw):
        few = frame[part].isin(FEW) | frame[whole].isin(FEW) | (frame[whole] - frame[part]).isin(FEW)
        numbers = frame.loc[few if from_few else ~few].select_dtypes("float")
        kept = [name for name in numbers if name not in (*RATHER_OF_ALL, *NO_RESULT)]
        found += numbers[kept].to_numpy().ravel().tolist()
    return telling([scale * one for one in found for scale in (1, 100)])


def telling(found: list[float]) -> set[float]:
    """Those that are no fraction of small numbers, to nine decimals."""
    values = np.unique(np.round([one for one in found if np.isfinite(one)], 9))
    products = values[:, None] * np.arange(1, SIMPLEST + 1)
    return set(values[(np.abs(products - np.round(products)) > 1e-6).all(axis=1)].tolist())


def numbers_of(pages: Pages) -> set[float]:
    """Every number in a table, a figure or a file that is not of two decimals."""
    found = [one for chart in charts(pages) for one in walk(spec_of(chart)) if isinstance(one, float)]
    for frame in [frame for _, frame in tables(pages)] + [chart.data() for chart in charts(pages)]:
        found += frame.select_dtypes("number").to_numpy(dtype=float).ravel().tolist()
    return telling(found)


def counts_in(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame if str(name).startswith("n_") and name != "n_clinics"]


def assert_nothing_small(raw: Results) -> None:
    pages = released(raw, viewer())
    assert pages.response.points is None
    drawn = list(charts(pages))
    texts = [one for chart in drawn for one in walk(spec_of(chart)) if isinstance(one, str)] + sentences(pages)
    texts += [text for chart in drawn for text in (chart.caption, chart.alt, chart.how_to_read)]
    for text in texts:
        counted = [
            int((a or b).replace(",", "")) for a, b in COUNTED.findall(ASKED_FOR.sub("", text.replace(THE_RULE, "")))
        ]
        assert not any(count in FEW for count in counted), text
        assert "(small)" not in text
    for chart in drawn:
        assert not chart.is_individual
        assert b"(small)" not in csv_bytes(chart.data())
        for name in counts_in(chart.data()):
            assert not set(chart.data()[name].astype(str)) & {str(few) for few in FEW}, (chart.name, name)
    for name, frame in tables(pages):
        for column in counts_in(frame):
            assert not pd.to_numeric(frame[column], errors="coerce").isin(FEW).any(), (name, column)
    given_away = numbers_of(pages) & (computed(raw, from_few=True) - computed(raw, from_few=False))
    assert not given_away


def every_view(raw: Results, model: PreparedSymptomChange, chosen: Selection) -> list[View]:
    """All pages as a list: what the three pages and the overview count, and the model's page with its three views."""
    change = symptom_change(model, chosen)
    of_model, relations = change_tables(change), change_relations(change)
    by_sessions = {**of_model, **session_tables(session_count(model, chosen))}
    beside = [View(of_model, relations, [SHARED]), View(by_sessions, relations, [SHARED, tuple(of_model)])]
    return [*views(raw), *beside]


@pytest.mark.parametrize("cohort", EVERY, ids=lambda one: str(one)[:60])
def test_no_small_number_is_on_response_safety_or_care_or_in_a_file_of_theirs(
    sample_study: Study, model: PreparedSymptomChange, cohort: Cohort
) -> None:
    raw = results(select(sample_study, cohort), sample_study)
    assert_nothing_small(raw)


@pytest.mark.parametrize("cohort", EVERY, ids=lambda one: str(one)[:60])
def test_no_small_count_follows_from_every_page_together(
    sample_study: Study, model: PreparedSymptomChange, cohort: Cohort
) -> None:
    chosen = select(sample_study, cohort)
    raw = results(chosen, sample_study)
    assert_nothing_follows(every_view(raw, model, chosen), payers_by_routes(raw))


def assert_of_any(study: Study, model: PreparedSymptomChange, drawn: tuple[float, int]) -> None:
    chosen = some_of(study, *drawn)
    raw = results(chosen, study)
    assert_nothing_small(raw)
    assert_nothing_follows(every_view(raw, model, chosen), payers_by_routes(raw))


@pytest.mark.parametrize("drawn", [(0.05, 1), (0.3, 2), (0.98, 3)])
def test_any_cohort_at_all_keeps_its_small_numbers_on_every_page(
    sample_study: Study, model: PreparedSymptomChange, drawn: tuple[float, int]
) -> None:
    assert_of_any(sample_study, model, drawn)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 160))
def test_many_cohorts_keep_their_small_numbers_on_every_page(
    sample_study: Study, model: PreparedSymptomChange, seed: int
) -> None:
    assert_of_any(sample_study, model, ((0.02, 0.05, 0.1, 0.3, 0.7, 0.98)[seed % 6], seed))


def test_the_walk_would_find_what_a_holder_sees_on_these_pages(sample_study: Study) -> None:
    """The test of the test: on the holder's screen the forbidden numbers are there."""
    raw = results(select(sample_study, Cohort(routes=("IV", "SC"), sexes=("female",))), sample_study)
    forbidden = computed(raw, from_few=True) - computed(raw, from_few=False)
    pages = released(raw, holder())
    assert numbers_of(pages) & forbidden
    assert any("(small)" in text for text in sentences(pages))
    assert not numbers_of(released(raw, holder().outside())) & forbidden
