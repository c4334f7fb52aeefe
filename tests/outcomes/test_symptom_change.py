"""The main question on the sample study: read, refitted, refused, and put in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.cohort import Cohort, Selection, select
from analysis.mixed import fit_mixed_model, marginal_means
from analysis.outcomes import (
    ModelSpec,
    PreparedSymptomChange,
    honesty_notes,
    landmark_words,
    prepare_symptom_change,
    session_count,
    symptom_change,
    who_is_counted_how,
)
from analysis.outcomes.wording import title_and_finding
from analysis.study import Study, outcome_rows
from analysis.vocabulary import control_change_sentence
from tests.drawn import drawn_study

# A refit from cross-products and a fit of the same rows alone differ by rounding only.
SAME_FIT = 1e-7


@pytest.fixture(scope="module")
def prepared(sample_study: Study) -> PreparedSymptomChange:
    return prepare_symptom_change(sample_study, ModelSpec())


def of_patients(study: Study, n: int) -> Selection:
    """A selection of the first n patients of the study."""
    keep = np.zeros(len(study.patients), dtype=bool)
    keep[:n] = True
    return Selection(study, Cohort(), keep, pd.DataFrame())


def test_the_headline_model_is_read_with_every_denominator(
    prepared: PreparedSymptomChange, sample_study: Study
) -> None:
    result = symptom_change(prepared, select(sample_study, Cohort()))
    rows = outcome_rows(sample_study, "PHQ-9")
    assert result.status == "converged"
    assert result.of.n_study == result.of.n_starters == 640
    assert result.of.n_evaluable == rows["patient_id"].nunique()
    assert result.n_model <= result.of.n_evaluable <= result.of.n_with_baseline
    assert result.levels.groupby("column")["n_patients"].sum().tolist() == [result.n_model] * 3
    assert result.trajectory["route"].unique().tolist() == ["IV", "IM", "IN", "SL"]
    assert result.trajectory.groupby("route")["x"].max().tolist() == [12.0] * 4
    assert set(result.left_out["route"]) == {"SC", "PO"}
    assert set(result.left_out["reason"]) == {"fewer than 20 evaluable patients"}
    assert len(result.differences) == 6


def test_a_cohort_is_refitted_to_the_same_numbers_as_its_rows_alone(
    prepared: PreparedSymptomChange, sample_study: Study
) -> None:
    selection = select(sample_study, Cohort(routes=("IV", "IM"), clinics=("C01", "C02")))
    result = symptom_change(prepared, selection)
    rows = outcome_rows(selection.study, "PHQ-9")
    rows = rows.assign(
        route=rows["route"].cat.set_categories(["IV", "IM"]),
        **{name: rows[name].cat.add_categories(["not recorded"]).fillna("not recorded") for name in ("sex", "payer")},
    )
    formula = "change ~ route * piecewise(sessions_so_far, 6) + baseline + age + sex + payer + clinic_id"
    alone = fit_mixed_model(formula, rows, groups="patient_id", random="1 + upto(sessions_so_far, 6)")
    assert result.fit is not None
    assert result.fit.neg2loglik == pytest.approx(alone.neg2loglik, abs=1e-8)
    people = rows.drop_duplicates("patient_id")[["baseline", "age", "sex", "payer", "clinic_id"]].dropna()
    means = marginal_means(alone, by=["route"], at={"sessions_so_far": [6]}, over=people)
    assert result.decision["estimate"].tolist() == pytest.approx(means["estimate"].tolist(), abs=SAME_FIT)
    assert result.decision["std_error"].tolist() == pytest.approx(means["std_error"].tolist(), rel=1e-5)


def test_one_route_gives_its_line_and_no_difference(prepared: PreparedSymptomChange, sample_study: Study) -> None:
    result = symptom_change(prepared, select(sample_study, Cohort(routes=("SL",))))
    assert result.status == "converged"
    assert result.decision["route"].tolist() == ["SL"]
    assert len(result.differences) == 0


def test_one_clinic_is_fitted_without_its_coefficient(prepared: PreparedSymptomChange, sample_study: Study) -> None:
    result = symptom_change(prepared, select(sample_study, Cohort(clinics=("C01",))))
    assert result.status in ("converged", "singular")
    assert result.fit is not None
    assert not any(term.startswith("clinic_id") for term in result.fit.fixed_effects.index)


@pytest.mark.parametrize("n", [1, 5, 12])
def test_a_cohort_too_small_is_refused_in_words_and_shows_no_number(
    prepared: PreparedSymptomChange, sample_study: Study, n: int
) -> None:
    result = symptom_change(prepared, of_patients(sample_study, n))
    assert result.status == "refused"
    assert result.status_sentence == (
        "No route has 20 patients with a PHQ-9 baseline, a later score and every adjustment recorded in this cohort, "
        "and the model needs that many. Widen the cohort or choose another instrument."
    )
    assert result.fit is None
    assert len(result.trajectory) == len(result.decision) == len(result.differences) == 0
    assert result.of.n_starters == n


def test_nobody_is_refused_in_words(prepared: PreparedSymptomChange, sample_study: Study) -> None:
    result = symptom_change(prepared, of_patients(sample_study, 0))
    assert result.status_sentence == "No patient meets every rule of this cohort. Remove a rule to see a result."


def test_an_instrument_nobody_was_scored_on_is_refused_for_the_study(sample_study: Study) -> None:
    prepared = prepare_symptom_change(sample_study, ModelSpec(instrument="BDI-II"))
    result = symptom_change(prepared, select(sample_study, Cohort()))
    assert result.status == "refused"
    assert result.status_sentence == (
        "No route in this study has 20 patients with a BDI-II baseline and a later score, which the model needs. "
        "Choose another instrument or load more data."
    )


def flat_study(score: str) -> Study:
    """Forty patients on one route whose later score is always the same distance from baseline."""
    people = [f"p{k}" for k in range(40)]
    patients = "patient_id clinic_id primary_diagnosis\n" + "\n".join(f"{p} C01 MDD" for p in people)
    sessions = "patient_id session_number day route\n" + "\n".join(
        f"{p} {k + 1} {3 * k} IV" for p in people for k in range(4)
    )
    scores = "patient_id day instrument score\n" + "\n".join(
        f"{p} 0 PHQ-9 {10 + k % 9}\n{p} 3 PHQ-9 {score}\n{p} 6 PHQ-9 {score}\n{p} 9 PHQ-9 {score}"
        for k, p in enumerate(people)
    )
    return drawn_study(patients, sessions, scores)


def test_scores_that_are_a_perfect_function_of_baseline_are_refused_not_fitted() -> None:
    study = flat_study("7")
    result = symptom_change(prepare_symptom_change(study, ModelSpec()), select(study, Cohort()))
    assert result.status == "refused"
    assert result.fit is None
    assert result.engine_words.endswith(".")


@pytest.mark.parametrize("shape", ["piecewise", "linear", "log", "spline", "categories"])
@pytest.mark.parametrize("time", ["sessions", "weeks"])
def test_every_shape_over_both_times_gives_a_line_for_each_route(sample_study: Study, shape: str, time: str) -> None:
    spec = ModelSpec(shape=shape, time=time)  # type: ignore[arg-type]
    result = symptom_change(prepare_symptom_change(sample_study, spec), select(sample_study, Cohort()))
    assert result.status in ("converged", "singular")
    assert result.decision_x == {"sessions": 6, "weeks": 4}[time]
    assert result.decision["route"].tolist() == ["IV", "IM", "IN", "SL"]
    assert np.isfinite(result.trajectory["estimate"].to_numpy(dtype=float)).all()


def test_a_patient_who_changed_route_can_be_left_out_or_followed(sample_study: Study) -> None:
    def n_model(rule: str) -> int:
        spec = ModelSpec(route_rule=rule)  # type: ignore[arg-type]
        return symptom_change(prepare_symptom_change(sample_study, spec), select(sample_study, Cohort())).n_model

    assert n_model("unchanged only") < n_model("index") <= n_model("at each session") + 5


def test_balance_shows_the_confounding_of_route_with_molecule_and_payer(
    prepared: PreparedSymptomChange, sample_study: Study
) -> None:
    balance = symptom_change(prepared, select(sample_study, Cohort())).balance.set_index("route")
    assert balance["n_patients"].sum() == 640
    assert balance.loc["IN", "share_esketamine"] == 1.0
    assert balance.loc["IV", "share_self_pay"] > balance.loc["IN", "share_self_pay"] + 0.2
    slow = sample_study.sessions[sample_study.sessions["session_number"] == 1].set_index("patient_id")["route"]
    assert balance["n_patients"].to_dict() == slow.value_counts().to_dict()


NAMES = {"IV": "Intravenous", "IM": "Intramuscular"}
DECISION = pd.DataFrame(
    {"route": ["IV", "IM"], "estimate": [-7.9, -5.8], "ci_low": [-9.2, -7.5], "ci_high": [-6.6, -4.1]}
)
DIFFERENCE = pd.DataFrame(
    {"first": ["IV"], "second": ["IM"], "estimate": [-2.1], "ci_low": [-3.9], "ci_high": [-0.3], "p_adjusted": [0.02]}
)


def test_the_finding_says_which_route_improved_more_and_that_it_is_an_association() -> None:
    title, finding = title_and_finding(ModelSpec(), DECISION, DIFFERENCE, NAMES)
    assert title == "PHQ-9 was 5.8 to 7.9 points lower after six completed sessions, adjusted, on every route shown"
    assert finding == (
        "Adjusted mean change in PHQ-9 after six completed sessions, points (95% interval): "
        "intravenous −7.9 (−9.2 to −6.6); intramuscular −5.8 (−7.5 to −4.1). "
        "The largest clear difference associated with route: 2.1 points more improvement with intravenous than with "
        "intramuscular (95% interval 0.3 to 3.9, adjusted for all pairs). "
        "Routes were chosen, not drawn by lot, so this is not what changing route would do."
    )


def test_the_finding_turns_the_difference_round_when_the_second_route_improved_more() -> None:
    turned = DIFFERENCE.assign(estimate=2.1, ci_low=-0.3, ci_high=4.5, p_adjusted=0.08)
    _, finding = title_and_finding(ModelSpec(), DECISION, turned, NAMES)
    assert finding.endswith(
        "No difference between routes is clear of chance; the largest is 2.1 points more improvement with "
        "intramuscular than with intravenous (95% interval −0.3 to 4.5, adjusted for all pairs)."
    )


def test_a_title_stays_neutral_when_an_interval_reaches_zero() -> None:
    title, _ = title_and_finding(ModelSpec(), DECISION.assign(ci_high=[-6.6, 0.1]), DIFFERENCE, NAMES)
    assert title == "Change in PHQ-9 by route and sessions"


@pytest.mark.parametrize("name", ["PHQ-9", "MADRS", "GAD-7", "QIDS-SR16"])
def test_the_note_on_change_in_one_arm_is_of_the_instrument_modelled(name: str) -> None:
    _, _, (heading, text) = honesty_notes(ModelSpec(instrument=name))
    assert heading == "Change in treated patients alone is not change due to treatment"
    assert text == (
        "People start treatment when they feel worst and part of a low point passes by itself. "
        + control_change_sentence(name)
    )


def test_the_number_of_sessions_is_looked_at_three_ways(prepared: PreparedSymptomChange, sample_study: Study) -> None:
    views = session_count(prepared, select(sample_study, Cohort()))
    assert views.pattern["pattern"].unique().tolist() == [
        "1 to 3 sessions in all", "4 to 6 sessions in all", "7 to 9 sessions in all", "10 or more sessions in all",
    ]  # fmt: skip
    assert views.within_between.startswith("Up to six sessions, PHQ-9 moves by −")
    assert "The second number says who stays, not what sessions do." in views.within_between
    assert views.groups["n_patients"].sum() == views.n_patients
    assert views.landmark.n_patients > 300
    said = landmark_words(views.landmark, "PHQ-9", "407")
    assert said.startswith("Among 407 patients scored between day 29 and day 105, one session more by day 28 goes with")
    assert said.endswith("adjusted for baseline only.")


def test_the_three_ways_say_when_there_is_too_little(prepared: PreparedSymptomChange, sample_study: Study) -> None:
    nobody = session_count(prepared, of_patients(sample_study, 0))
    assert nobody.within_between == "No patient of this cohort has a baseline and a later score."
    few = session_count(prepared, of_patients(sample_study, 8))
    assert landmark_words(few.landmark, "PHQ-9", "fewer than 11") == (
        "Too few patients (fewer than 11) were scored between day 29 and day 105 for a landmark analysis."
    )
    assert few.within_between


@pytest.mark.parametrize("reached", [(1, 5), (1, 7), (4, 6), (5, 6), (6, 6)])
def test_a_cohort_of_short_courses_is_refitted_as_its_rows_alone(
    prepared: PreparedSymptomChange, sample_study: Study, reached: tuple[int, int]
) -> None:
    # Nobody on some routes passes six sessions here: columns that the cohort empties must go, not stay as rounding.
    selection = select(sample_study, Cohort(sessions_reached=reached))
    assert prepared.model is not None
    used = prepared.in_model & selection.keep[prepared.points.patient]
    refit = prepared.model.fit(patients=sample_study.patients["patient_id"][selection.keep])
    rows = prepared.rows[used]
    present = [code for code in prepared.points.routes if (rows["route"] == code).any()]
    rows = rows.assign(route=rows["route"].cat.set_categories(present))
    spec = prepared.spec
    alone = fit_mixed_model(spec.formula((), prepared.covariates), rows, groups="patient_id", random=spec.random)
    assert list(refit.fixed_effects.index) == list(alone.fixed_effects.index)
    assert refit.neg2loglik == pytest.approx(alone.neg2loglik, abs=1e-7)
    assert refit.fixed_effects["std_error"].max() < 100
    result = symptom_change(prepared, selection)
    assert result.status in ("converged", "singular")
    assert (result.trajectory["n_patients"] > 0).all()


def test_sessions_that_never_vary_end_in_sentences(prepared: PreparedSymptomChange, sample_study: Study) -> None:
    views = session_count(prepared, select(sample_study, Cohort(sessions_reached=(1, 1))))
    assert views.within_between.startswith("The within/between split cannot be fitted here")
    assert landmark_words(views.landmark, "PHQ-9", "60") == (
        "Too few patients (60) were scored between day 29 and day 105 for a landmark analysis."
    )


def with_routes(study: Study, after: str) -> Study:
    """The study with every session after the first of intravenous starters on another route."""
    sessions = study.sessions
    starters = set(sessions.loc[(sessions["session_number"] == 1) & (sessions["route"] == "IV"), "patient_id"])
    moved = sessions["patient_id"].isin(starters) & (sessions["session_number"] > 1)
    return Study.from_tables(
        "moved", {**study.tables, "sessions": sessions.assign(route=sessions["route"].mask(moved, after))}
    )


@pytest.mark.parametrize("after", ["SL", "rectal"])
def test_a_route_that_nobody_started_on_can_be_followed(sample_study: Study, after: str) -> None:
    study = with_routes(sample_study, after)
    prepared = prepare_symptom_change(study, ModelSpec(route_rule="at each session"))
    result = symptom_change(prepared, select(study, Cohort(routes=("IV",))))
    assert result.status in ("converged", "singular")
    assert after in set(result.trajectory["route"])


def test_scores_on_a_route_that_is_left_out_are_not_in_the_model(sample_study: Study) -> None:
    prepared = prepare_symptom_change(sample_study, ModelSpec(route_rule="at each session"))
    result = symptom_change(prepared, select(sample_study, Cohort(routes=("IV",))))
    assert result.fit is not None
    assert set(result.left_out["route"]) & set(result.fit.levels.get("route", ())) == set()
    assert result.trajectory["route"].unique().tolist() == ["IV"]


def test_patients_without_an_adjustment_are_counted_out_of_the_model_and_named(sample_study: Study) -> None:
    on_sublingual = set(sample_study.sessions.loc[sample_study.sessions["route"] == "SL", "patient_id"])
    hidden = sample_study.patients["patient_id"].isin(on_sublingual)
    patients = sample_study.patients.assign(age=sample_study.patients["age"].mask(hidden))
    study = Study.from_tables("ages hidden", {**sample_study.tables, "patients": patients})
    result = symptom_change(prepare_symptom_change(study, ModelSpec()), select(study, Cohort()))
    assert "SL" not in set(result.trajectory["route"])
    reason = result.left_out.set_index("route").loc["SL", "reason"]
    assert reason == "fewer than 20 patients with every adjustment recorded"
    assert result.n_not_recorded >= 100
    assert result.n_model + result.n_not_recorded <= result.of.n_evaluable


def test_who_changed_route_is_counted_under_every_rule(sample_study: Study) -> None:
    evaluable = set()
    for rule, words in (
        ("index", "they count under the route of their first session"),
        ("unchanged only", "they are left out"),
        ("at each session", "each score counts under the route of the last session before it"),
    ):
        prepared = prepare_symptom_change(sample_study, ModelSpec(route_rule=rule))  # type: ignore[arg-type]
        result = symptom_change(prepared, select(sample_study, Cohort()))
        notes = who_is_counted_how(result.spec, f"{result.n_changed}", None)
        assert notes == (f"24 evaluable patients changed route later; {words}.",)
        evaluable.add(result.of.n_evaluable)
    assert len(evaluable) == 1


def test_patients_who_lack_an_adjustment_are_said_and_nobody_is_not() -> None:
    assert who_is_counted_how(ModelSpec(), None, "fewer than 11") == (
        "Fewer than 11 evaluable patients are not in the model: an adjustment is not recorded for them.",
    )
    assert who_is_counted_how(ModelSpec(), None, None) == ()


def test_an_estimate_of_a_category_of_time_rests_on_those_scored_in_it(sample_study: Study) -> None:
    spec = ModelSpec(shape="categories")
    prepared = prepare_symptom_change(sample_study, spec)
    curve = symptom_change(prepared, select(sample_study, Cohort())).trajectory
    assert (curve["n_behind"] <= curve["n_patients"]).all()
    rows = prepared.rows[prepared.in_model & (prepared.rows["route"] == "IV").to_numpy()]
    slow = rows.loc[rows["sessions_so_far"] == 2, "patient_id"].nunique()
    assert curve.set_index(["route", "x"]).loc[("IV", 2.0), "n_behind"] == slow


def test_a_clear_smaller_difference_is_not_denied_by_an_unclear_larger_one() -> None:
    pairs = pd.DataFrame(
        {
            "first": ["IV", "IV"], "second": ["SC", "IM"], "estimate": [-3.0, -2.1], "ci_low": [-8.0, -3.9],
            "ci_high": [2.0, -0.3], "p_adjusted": [0.6, 0.005],
        }
    )  # fmt: skip
    _, finding = title_and_finding(ModelSpec(), DECISION, pairs, NAMES)
    assert "The largest clear difference associated with route: 2.1 points more improvement with intravenous" in finding


def test_a_difference_whose_interval_reaches_zero_is_not_called_clear() -> None:
    pairs = DIFFERENCE.assign(ci_high=0.1, p_adjusted=0.045)
    _, finding = title_and_finding(ModelSpec(), DECISION, pairs, NAMES)
    assert "No difference between routes is clear of chance" in finding
