"""Counts of the funnels against a slow loop and the other pages; centre, limits and who is outside."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.cohort import Cohort, select
from analysis.outcomes import ModelSpec, overview
from analysis.outcomes.care.staying import induction_completed
from analysis.outcomes.clinics import (
    COMPLETENESS,
    DROP_OUT,
    EVENTS_ASKED,
    EVENTS_MENTIONED,
    POOLED,
    RESPONSE,
    Clinics,
    clinics,
    limits,
    prepare_clinics,
)
from analysis.outcomes.clinics.funnel import FEWEST_FOR_DISPERSION, dispersion
from analysis.outcomes.clinics.limits import Law, tail_of
from analysis.outcomes.induction import END_OF_INDUCTION
from analysis.outcomes.response import response
from analysis.outcomes.safety import recording, safety
from analysis.study import Study, episodes

from .drawn_clinics import chosen, everyone, with_clinics
from .slow_counts import slow_counts

SPEC = ModelSpec()
MEASURES = (RESPONSE, DROP_OUT, COMPLETENESS, EVENTS_ASKED, EVENTS_MENTIONED)


@pytest.fixture(scope="module")
def small_study(sample_study: Study) -> Study:
    """A hundred and twenty patients, so that the slow loop is bearable."""
    keep = np.arange(len(sample_study.patients)) < 120
    return sample_study.keep_patients(keep)


@pytest.fixture(scope="module")
def whole(sample_study: Study) -> Clinics:
    return clinics(prepare_clinics(sample_study, SPEC), select(sample_study, Cohort()))


@pytest.mark.parametrize("share", [1.0, 0.5])
@pytest.mark.parametrize("instrument", ["PHQ-9", "GAD-7"])
def test_every_count_is_that_of_a_loop_over_patients(small_study: Study, instrument: str, share: float) -> None:
    keep = everyone(small_study).keep & (np.random.default_rng(5).random(120) < share)
    prepared = prepare_clinics(small_study, ModelSpec(instrument=instrument))
    found = clinics(prepared, chosen(small_study, keep), min_patients=1).funnels
    ours = {
        (row["measure"], row["clinic"]): [row["numerator"], row["denominator"], row["n_patients"]]
        for row in found.to_dict("records")
    }
    assert ours == slow_counts(small_study, set(small_study.patients["patient_id"][keep]), instrument)


@pytest.mark.parametrize("cohort", [Cohort(), Cohort(routes=("IV",)), Cohort(clinics=("C01", "C04"))])
def test_the_counts_of_all_clinics_together_are_those_of_the_other_pages(sample_study: Study, cohort: Cohort) -> None:
    selection = select(sample_study, cohort)
    found = clinics(prepare_clinics(sample_study, SPEC), selection)
    totals = found.measures.set_index("measure")[["numerator", "denominator", "n_patients"]]
    shown = found.funnels.groupby("measure")[["numerator", "denominator", "n_patients"]].sum()
    pd.testing.assert_frame_equal(totals, shown.loc[totals.index])
    study = selection.study
    page = overview(study, SPEC.instrument)
    for seen in (page.rates, response(study, SPEC.instrument).rates):
        row = seen[(seen["window"] == END_OF_INDUCTION) & (seen["outcome"] == "Response") & (seen["route"] == "all")]
        assert totals.loc[RESPONSE].tolist() == row[["n_reached", "n_scored", "n_scored"]].iloc[0].tolist()
    assert totals.loc[COMPLETENESS].tolist() == [page.change.n_patients, selection.n_patients, selection.n_patients]
    induction = induction_completed(study).iloc[0]
    assert totals.loc[DROP_OUT, "numerator"] == induction["n_starters"] - induction["n_complete"]
    assert totals.loc[DROP_OUT, "denominator"] == induction["n_starters"]
    events = safety(study, recording(sample_study)).by_route.query("route == 'all'").set_index("kind")
    for measure, kind in ((EVENTS_ASKED, "solicited"), (EVENTS_MENTIONED, "spontaneous")):
        expected = events.loc[kind, ["n_events", "n_sessions", "n_patients"]].tolist()
        assert totals.loc[measure].tolist() == expected


def test_clinics_stand_in_the_order_of_their_names_and_never_of_a_value(whole: Clinics) -> None:
    assert whole.groups["clinic"].tolist() == ["C01", "C02", "C03", "C04", "C05", "C06"]
    assert list(whole.measures["measure"]) == list(MEASURES)
    for _, points in whole.funnels.groupby("measure"):
        assert points["clinic"].tolist() == sorted(points["clinic"])


def test_asked_and_mentioned_events_are_never_added_up(whole: Clinics) -> None:
    asked = whole.funnels.query("measure == @EVENTS_ASKED")["clinic"].tolist()
    assert asked == ["C01", "C03", "C06"]
    row = whole.measures.set_index("measure").loc[EVENTS_ASKED]
    assert (row["unit"], row["n_clinics"]) == ("per 100 sessions", 3)
    assert row["centre"] == pytest.approx(100 * row["numerator"] / row["denominator"])
    assert row["within"] > 1


def test_small_clinics_are_pooled_and_left_out_where_even_together_they_are_too_small(sample_study: Study) -> None:
    labels = np.array(["A"] * 300 + ["B"] * 325 + ["C"] * 8 + ["D"] * 7, dtype=object)
    study = with_clinics(sample_study, labels)
    prepared, keep = prepare_clinics(study, SPEC), everyone(study).keep
    pooled = clinics(prepared, chosen(study, keep))
    assert pooled.groups.to_dict("list") == {"clinic": ["A", "B", POOLED], "n_patients": [300, 325, 15]}
    assert (pooled.n_clinics, pooled.n_pooled, pooled.n_left_out) == (4, 2, 0)
    gone = clinics(prepared, chosen(study, keep & (np.arange(640) < 633)))
    assert gone.groups["clinic"].tolist() == ["A", "B"]
    assert (gone.n_clinics, gone.n_pooled, gone.n_left_out) == (3, 0, 1)
    assert not gone.funnels["clinic"].isin(["C", "D", POOLED]).any()
    assert not gone.adjusted["clinic"].isin(["C", "D", POOLED]).any()
    assert gone.measures.set_index("measure").loc[DROP_OUT, "denominator"] == 633
    at_the_limit = clinics(prepared, chosen(study, keep & (np.arange(640) < 636)))
    assert at_the_limit.groups["n_patients"].tolist() == [300, 325, 11]


@pytest.mark.parametrize("is_rate", [False, True])
@pytest.mark.parametrize("factor", [1.0, 1.7])
def test_a_count_is_beyond_the_curve_exactly_when_its_tail_is_too_small(is_rate: bool, factor: float) -> None:
    law, sizes, tail = Law(is_rate, 0.3, 1.8 if is_rate else 1.0), np.arange(1.0, 41), tail_of("95", factor)
    low, high = law.low(sizes, tail), law.high(sizes, tail)
    for size, under, over in zip(sizes, low, high, strict=True):
        counts = np.arange(0.0, size + 1)
        few, many, _ = law.tails(counts, np.full(len(counts), size))
        assert ((counts < under) == (few < tail)).all()
        assert ((counts > over) == (many < tail)).all()


def test_equal_clinics_are_outside_exact_limits_at_most_5_times_in_100_at_every_size() -> None:
    for size in (11, 25, 60, 150):
        for centre in (0.02, 0.35, 0.5, 0.93):
            counts = np.arange(0.0, size + 1)
            few, many, chance = Law(False, centre).tails(counts, np.full(len(counts), float(size)))
            assert chance[np.minimum(few, many) < 0.025].sum() <= 0.05
            assert chance[np.minimum(few, many) < 0.001].sum() <= 0.002


def test_curves_are_the_limits_that_points_were_judged_by(whole: Clinics) -> None:
    for measure in MEASURES:
        points = whole.funnels[whole.funnels["measure"] == measure]
        curves = limits(whole, measure, points["denominator"])
        beyond_95 = (points["value"].to_numpy() < curves["low_95"]) | (points["value"].to_numpy() > curves["high_95"])
        assert (beyond_95.to_numpy() == (points["outside"] != "").to_numpy()).all()
        assert (curves["low_998"] <= curves["low_95"]).all()
        assert (curves["high_998"] >= curves["high_95"]).all()
        row = whole.measures[whole.measures["measure"] == measure].iloc[0]
        pd.testing.assert_frame_equal(limits(row, measure, points["denominator"]), curves)


def test_a_measure_that_a_result_does_not_have_has_no_curves(whole: Clinics) -> None:
    with pytest.raises(KeyError, match="no funnel of waiting time"):
        limits(whole, "waiting time", [10])


def test_limits_narrow_towards_the_centre_as_clinics_grow(whole: Clinics) -> None:
    curves = limits(whole, DROP_OUT, [20, 100, 1000, 100_000])
    centre = whole.measures.set_index("measure").loc[DROP_OUT, "centre"]
    width = curves["high_95"] - curves["low_95"]
    assert (np.diff(width) < 0).all()
    assert curves["low_95"].iloc[-1] == pytest.approx(centre, abs=0.01)


def test_the_limits_of_many_patients_are_the_normal_ones_times_the_root_of_the_dispersion() -> None:
    row = pd.Series({"unit": "share", "centre": 0.4, "dispersion": 4.0, "within": 1.0})
    found = limits(row, RESPONSE, [100_000]).iloc[0]
    error = np.sqrt(0.4 * 0.6 / 100_000)
    assert found["high_95"] == pytest.approx(0.4 + 2 * stats.norm.isf(0.025) * error, abs=error / 50)
    assert found["low_998"] == pytest.approx(0.4 - 2 * stats.norm.isf(0.001) * error, abs=error / 50)


def test_overdispersion_is_not_estimated_from_a_few_clinics() -> None:
    far_apart = np.array([-5.0, 5.0, 4.0, -4.0])
    assert dispersion(far_apart) == 1.0
    assert len(far_apart) < FEWEST_FOR_DISPERSION
    assert dispersion(np.append(far_apart, 0.0)) > 1.0
    assert dispersion(np.full(8, 0.1)) == 1.0


@pytest.mark.parametrize(("complete", "value"), [(True, 0.0), (False, 1.0)])
def test_a_clinic_with_nobody_or_everybody_has_a_place_and_finite_limits(
    sample_study: Study, complete: bool, value: float
) -> None:
    people = episodes(sample_study).set_index("patient_id")["induction_complete"]
    mine = people.reindex(sample_study.patients["patient_id"]).fillna(False).to_numpy(dtype=bool) == complete
    labels = np.where(mine & (np.arange(640) < 200), "extreme", "other")
    study = with_clinics(sample_study, labels)
    found = clinics(prepare_clinics(study, SPEC), everyone(study))
    point = found.funnels.query("measure == @DROP_OUT and clinic == 'extreme'").iloc[0]
    assert point["value"] == value
    assert np.isfinite(point["z"])
    assert point["outside"] == "99.8"
    assert np.isfinite(limits(found, DROP_OUT, [point["denominator"]]).to_numpy()).all()
    only = clinics(prepare_clinics(study, SPEC), chosen(study, everyone(study).keep & (labels == "extreme")))
    alone = only.funnels.query("measure == @DROP_OUT").iloc[0]
    assert (alone["value"], alone["outside"]) == (value, "")
    assert np.isfinite(limits(only, DROP_OUT, [11, 50]).to_numpy()).all()
