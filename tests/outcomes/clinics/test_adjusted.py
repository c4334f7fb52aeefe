"""Adjusted differences: a refit of the rows alone, pooled clinics, singular and refused cohorts, each in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.cohort import Cohort, select
from analysis.mixed import clinic_departures, fit_mixed_model
from analysis.outcomes import ModelSpec
from analysis.outcomes.clinics import (
    COMPLETENESS,
    DROP_OUT,
    EVENTS_ASKED,
    EVENTS_MENTIONED,
    POOLED,
    Clinics,
    PreparedClinics,
    clinics,
    prepare_clinics,
)
from analysis.outcomes.clinics.adjusted import (
    ENGINE,
    FEWEST_CLINICS,
    NO_CLINIC,
    NO_DIFFERENCE,
    NOBODY,
    PATIENTS_SINGULAR,
)
from analysis.study import Study, outcome_rows
from tests.recovery.clinic_studies import draw_clinics

from .drawn_clinics import chosen, everyone, with_clinics, with_tables

SPEC = ModelSpec(covariates=("age",))
SAME_FIT = 1e-6  # points: a refit from cross-products and a fit of the same rows alone


@pytest.fixture(scope="module")
def drawn() -> Study:
    """Twelve clinics that differ by an SD of 2 points; the last three are made small."""
    study = draw_clinics(12, np.random.default_rng(31), between_sd=2.0).study
    number = study.patients["clinic_id"].str[1:].astype(int).to_numpy()
    within = study.patients.groupby("clinic_id").cumcount().to_numpy()
    return study.keep_patients((number < 9) | (within < 6))


@pytest.fixture(scope="module")
def prepared(drawn: Study) -> PreparedClinics:
    return prepare_clinics(drawn, SPEC)


@pytest.fixture(scope="module")
def found(prepared: PreparedClinics, drawn: Study) -> Clinics:
    return clinics(prepared, everyone(drawn))


def of_rows(study: Study):
    rows = outcome_rows(study, "PHQ-9", patient_columns=["age", "clinic_id"])
    formula = "change ~ route * piecewise(sessions_so_far, 6) + baseline + age"
    rows = rows.assign(sessions_so_far=rows["sessions_so_far"].astype(float))
    fit = fit_mixed_model(formula, rows, "patient_id", "1 + upto(sessions_so_far, 6)", nested_in="clinic_id")
    return fit, clinic_departures(fit, rows), rows


def test_differences_are_the_modes_of_a_fit_of_the_rows_alone(found: Clinics, drawn: Study) -> None:
    fit, departures, _ = of_rows(drawn)
    table = departures.combined(np.eye(12)).set_axis(list(departures.clinics))
    ours = found.adjusted.set_index("clinic")
    alone = [f"c{number:02d}" for number in range(9)]
    assert ours.index.tolist() == [*alone, POOLED]
    assert (found.n_model, found.n_rows, found.status) == (fit.n_groups, fit.n_rows, "converged")
    assert ours.loc[alone, "estimate"].to_numpy() == pytest.approx(table.loc[alone, "estimate"], abs=SAME_FIT)
    assert ours.loc[alone, "estimate"].to_numpy() == pytest.approx(fit.nested_modes[0][:9], abs=SAME_FIT)
    assert ours.loc[alone, "std_error"].to_numpy() == pytest.approx(table.loc[alone, "std_error"], abs=SAME_FIT)
    quantile = stats.t.ppf(0.975, np.clip(table.loc[alone, "df"], 2, 11))
    assert ours.loc[alone, "ci_high"].to_numpy() == pytest.approx(
        ours.loc[alone, "estimate"] + quantile * ours.loc[alone, "std_error"], abs=1e-5
    )
    assert found.between_low < found.between_sd < found.between_high
    assert found.between_low < 2.0 < found.between_high


def test_small_clinics_are_the_mean_of_their_modes_by_patients_with_their_joint_error(
    found: Clinics, drawn: Study
) -> None:
    _, departures, rows = of_rows(drawn)
    small = ["c09", "c10", "c11"]
    sizes = rows.groupby("clinic_id", observed=False)["patient_id"].nunique()[small].to_numpy()
    place = departures.clinics.get_indexer(small)
    weights = sizes / sizes.sum()
    pooled = found.adjusted.set_index("clinic").loc[POOLED]
    assert pooled["n_patients"] == sizes.sum()
    assert pooled["estimate"] == pytest.approx(weights @ departures.modes[place], abs=SAME_FIT)
    joint = departures.covariance[np.ix_(place, place)]
    assert pooled["std_error"] == pytest.approx(np.sqrt(weights @ joint @ weights), abs=SAME_FIT)
    apart = np.sqrt(weights**2 @ np.diag(joint))
    assert pooled["std_error"] > apart  # errors of clinics go together: their mean is less certain than if they did not


def test_the_clinic_is_never_an_adjustment_of_its_own_difference(drawn: Study) -> None:
    prepared = prepare_clinics(drawn, ModelSpec(covariates=("age", "clinic_id")))
    assert prepared.spec == SPEC
    assert clinics(prepared, everyone(drawn)).covariates == ("age",)


def test_a_cohort_is_a_refit_of_its_patients(prepared: PreparedClinics, drawn: Study) -> None:
    selection = select(drawn, Cohort(routes=("IV",)))
    cohort, alone = (
        clinics(prepared, selection),
        clinics(prepare_clinics(selection.study, SPEC), everyone(selection.study)),
    )
    pd.testing.assert_frame_equal(cohort.adjusted, alone.adjusted, atol=SAME_FIT, rtol=0)
    pd.testing.assert_frame_equal(cohort.groups, alone.groups)
    pd.testing.assert_frame_equal(cohort.funnels, alone.funnels)


def test_one_route_is_modelled_without_differences_between_routes(prepared: PreparedClinics, drawn: Study) -> None:
    result = clinics(prepared, select(drawn, Cohort(routes=("IM",))))
    assert result.status in ("converged", "singular")
    assert len(result.adjusted)


def test_routes_followed_from_session_to_session_leave_out_the_rows_of_small_routes(sample_study: Study) -> None:
    spec = ModelSpec(covariates=("age",), route_rule="at each session")
    result = clinics(prepare_clinics(sample_study, spec), everyone(sample_study))
    assert result.status in ("converged", "singular")
    assert result.n_model <= 488


def test_equal_clinics_are_drawn_to_zero_and_have_no_interval(sample_study: Study) -> None:
    result = clinics(prepare_clinics(sample_study, ModelSpec()), everyone(sample_study))
    assert result.status == "singular"
    assert result.status_sentence == NO_DIFFERENCE
    assert (result.adjusted["estimate"] == 0).all()
    assert result.adjusted[["std_error", "ci_low", "ci_high"]].isna().all(axis=None)
    assert result.between_sd == 0
    assert result.between_low == 0 < result.between_high


def refused(prepared: PreparedClinics, keep: np.ndarray) -> Clinics:
    result = clinics(prepared, chosen(prepared.study, keep))
    assert result.status == "refused"
    assert not len(result.adjusted)
    assert np.isnan([result.between_sd, result.between_low, result.between_high]).all()
    assert result.n_model == result.n_rows == 0
    return result


def test_an_empty_cohort_says_so_and_has_empty_frames(prepared: PreparedClinics, drawn: Study) -> None:
    result = refused(prepared, np.zeros(len(drawn.patients), dtype=bool))
    assert result.status_sentence == NOBODY
    assert (result.n_clinics, len(result.groups), len(result.funnels), len(result.measures)) == (0, 0, 0, 0)


def test_a_cohort_of_five_has_no_group_and_no_model(prepared: PreparedClinics, drawn: Study) -> None:
    result = refused(prepared, np.arange(len(drawn.patients)) < 5)
    assert "No route has 20 patients with a PHQ-9 baseline" in result.status_sentence
    assert "Widen the cohort or choose another instrument." in result.status_sentence
    assert (result.n_left_out, len(result.groups), len(result.funnels), len(result.measures)) == (
        result.n_clinics,
        0,
        0,
        0,
    )


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (["one"], "All patients of the model are at one clinic, so there is no other to compare it with."),
        (["one", "two"], "The patients of the model are at 2 clinics, which do not show how far clinics vary"),
    ],
)
def test_one_or_two_clinics_are_not_modelled_and_keep_their_funnels(
    sample_study: Study, labels: list[str], words: str
) -> None:
    study = with_clinics(sample_study, np.resize(np.array(labels, dtype=object), 640))
    result = refused(prepare_clinics(study, SPEC), everyone(study).keep)
    assert words in result.status_sentence
    assert str(FEWEST_CLINICS) in result.status_sentence
    assert result.groups["clinic"].tolist() == labels
    assert set(result.funnels["outside"]) <= {"", "95", "99.8"}
    assert (result.measures["dispersion"] == 1).all()


def test_a_study_that_names_no_clinic_says_so(sample_study: Study) -> None:
    study = with_clinics(sample_study, [None] * 640)
    result = refused(prepare_clinics(study, SPEC), everyone(study).keep)
    assert result.status_sentence == NO_CLINIC
    assert (result.n_clinics, len(result.groups), len(result.funnels)) == (0, 0, 0)


def test_patients_without_a_clinic_are_counted_in_all_but_shown_nowhere(drawn: Study) -> None:
    labels = drawn.patients["clinic_id"].astype(object).where(drawn.patients["clinic_id"] != "c04", None)
    study = with_clinics(drawn, labels)
    result = clinics(prepare_clinics(study, SPEC), everyone(study))
    assert (result.status, result.n_clinics) == ("converged", 11)
    assert "c04" not in set(result.groups["clinic"])
    n_lost = int(labels.isna().sum())
    assert result.groups["n_patients"].sum() == len(study.patients) - n_lost
    assert result.measures.set_index("measure").loc[DROP_OUT, "denominator"] == len(study.patients)


def test_a_level_of_patients_that_vanished_is_said_and_differences_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.recovery.clinic_studies.PATIENT_SD", (3.0, 0.0))
    study = draw_clinics(6, np.random.default_rng(2), between_sd=2.0).study
    result = clinics(prepare_clinics(study, SPEC), everyone(study))
    assert (result.status, result.status_sentence) == ("singular", PATIENTS_SINGULAR)
    assert result.between_sd > 0
    assert result.adjusted["ci_low"].notna().all()


def test_a_model_that_the_engine_refuses_is_refused_with_its_reason_apart(drawn: Study) -> None:
    """One score a patient says nothing of how patients differ."""
    later = drawn.assessments[drawn.assessments["day"] > 0].drop_duplicates("patient_id")
    study = with_tables(drawn, assessments=pd.concat([drawn.assessments[drawn.assessments["day"] == 0], later]))
    result = refused(prepare_clinics(study, SPEC), everyone(study).keep)
    assert result.status_sentence == ENGINE
    assert result.engine_words


def test_without_a_table_of_events_there_are_no_rows_of_events(drawn: Study, prepared: PreparedClinics) -> None:
    study = with_tables(drawn, adverse_events=None)
    result = clinics(prepare_clinics(study, SPEC), everyone(study))
    assert not result.measures["measure"].isin([EVENTS_ASKED, EVENTS_MENTIONED]).any()
    assert result.status == "converged"


def test_without_a_score_at_the_end_of_induction_there_is_no_response_and_nobody_is_complete(drawn: Study) -> None:
    early = drawn.assessments[drawn.assessments["day"] < 21]
    study = with_tables(drawn, assessments=early)
    result = clinics(prepare_clinics(study, SPEC), everyone(study))
    measures = result.measures.set_index("measure")
    assert "response" not in measures.index
    assert measures.loc[COMPLETENESS, "numerator"] == 0
    points = result.funnels[result.funnels["measure"] == COMPLETENESS]
    assert (points["outside"] == "").all()
    assert (points["z"] == 0).all()


def test_without_any_score_the_model_is_refused_and_drop_out_is_still_compared(drawn: Study) -> None:
    study = with_tables(drawn, assessments=drawn.assessments.iloc[:0])
    result = refused(prepare_clinics(study, SPEC), everyone(study).keep)
    assert "No route" in result.status_sentence
    assert DROP_OUT in set(result.funnels["measure"])


def test_clinics_that_are_all_small_are_one_group(prepared: PreparedClinics, drawn: Study) -> None:
    result = clinics(prepared, everyone(drawn), min_patients=1_000)
    assert result.groups["clinic"].tolist() in ([], [POOLED])
    every = clinics(prepared, everyone(drawn), min_patients=200)
    assert every.groups["clinic"].tolist() == [POOLED]
    assert every.n_pooled == 12
    assert every.adjusted["clinic"].tolist() == [POOLED]


def test_no_sentence_counts_patients(found: Clinics, sample_study: Study, prepared: PreparedClinics) -> None:
    for result in (found, clinics(prepare_clinics(sample_study, ModelSpec()), everyone(sample_study))):
        assert not any(letter.isdigit() for letter in result.status_sentence)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_row_order_and_the_names_of_clinics_change_nothing(seed: int) -> None:
    study = draw_clinics(5, np.random.default_rng(7), between_sd=2.0).study
    draws = np.random.default_rng(seed)
    names = dict(
        zip(sorted(set(study.patients["clinic_id"])), draws.permutation([f"x{n}" for n in range(5)]), strict=True)
    )
    moved = {
        name: frame.sample(frac=1, random_state=int(draws.integers(1 << 30))) for name, frame in study.tables.items()
    }
    moved["patients"] = moved["patients"].assign(clinic_id=moved["patients"]["clinic_id"].map(names).astype("str"))
    other = Study.from_tables("moved", moved)
    first, second = (clinics(prepare_clinics(one, SPEC), everyone(one)) for one in (study, other))
    for frame in ("adjusted", "funnels", "groups"):
        by = ["measure", "clinic"] if frame == "funnels" else ["clinic"]
        ours = getattr(first, frame).assign(clinic=getattr(first, frame)["clinic"].map(names))
        expected = getattr(second, frame).sort_values(by).reset_index(drop=True)
        pd.testing.assert_frame_equal(
            ours.sort_values(by).reset_index(drop=True), expected, check_dtype=False, atol=SAME_FIT, rtol=SAME_FIT
        )
    assert first.between_sd == pytest.approx(second.between_sd, abs=SAME_FIT)
    pd.testing.assert_frame_equal(first.measures, second.measures)


def test_the_result_is_frozen(found: Clinics) -> None:
    with pytest.raises(AttributeError):
        found.status = "refused"  # type: ignore[misc]
    assert replace(found, status="refused").status == "refused"
