"""Reliable change: the example of its authors, and what is said without a reliability."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.outcomes.response import ResponseSettings, cutoffs, meaning, reliable_change, reliable_limit, response
from analysis.outcomes.response.definitions import not_known
from analysis.vocabulary import instrument
from tests.drawn import drawn_study

PATIENTS = "patient_id clinic_id primary_diagnosis\na C MDD\nb C MDD"
SESSIONS = "patient_id session_number day route\na 1 0 IV\nb 1 0 IV"
SCORES = "patient_id day instrument score\na 0 PHQ-9 12\na 28 PHQ-9 4\nb 0 PHQ-9 18\nb 28 PHQ-9 17"


def test_the_limit_is_that_of_jacobson_and_truax_on_their_own_example() -> None:
    # Jacobson and Truax (1991): SD 7.5, reliability 0.80, standard error of a difference 4.74.
    assert reliable_limit(0.80, 7.5) / 1.959964 == pytest.approx(4.74, abs=0.005)


@pytest.mark.parametrize("reliability", [0.0, 1.0, 1.2, -0.5])
def test_a_reliability_outside_0_to_1_is_refused_in_words(reliability: float) -> None:
    words = f"A reliability lies between 0 and 1, both excluded; {reliability:g} does not. Give another."
    with pytest.raises(ValueError, match="reliability") as refused:
        reliable_limit(reliability, 5.0)
    assert str(refused.value) == words


def test_a_standard_deviation_of_nought_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="above 0") as refused:
        reliable_limit(0.8, 0.0)
    assert str(refused.value) == "A standard deviation is above 0; 0 is not. Give another or leave it out."


def test_the_sentence_names_the_reliability_the_norm_and_where_it_is_from() -> None:
    given = reliable_change(np.array([1.0, 2.0]), 0.8, 5.0)
    own = reliable_change(np.array([12.0, 18.0, np.nan]), 0.8)
    assert given is not None
    assert own is not None
    assert given.sentence == (
        "Reliable change: more than 6.2 points (Jacobson and Truax 1991), from a reliability of 0.8 and a standard "
        "deviation of 5.0 points, that of the settings."
    )
    assert own.sentence == (
        "Reliable change: more than 5.3 points (Jacobson and Truax 1991), from a reliability of 0.8 and a standard "
        "deviation of 4.2 points, that of the baseline scores of this cohort."
    )


@pytest.mark.parametrize("baseline", [[], [12.0], [12.0, 12.0]], ids=["nobody", "one", "all the same"])
def test_baselines_that_do_not_differ_give_no_reliable_change(baseline: list[float]) -> None:
    assert reliable_change(np.array(baseline), 0.8) is None


def test_without_a_reliability_there_is_no_reliable_change_and_a_sentence_says_why() -> None:
    result = response(drawn_study(PATIENTS, SESSIONS, SCORES))
    assert result.reliable is None
    assert "Reliable change" not in set(result.rates["outcome"])
    assert result.unknown == (
        "Reliable change is not shown: it needs the reliability of PHQ-9 and no value was verified. Whoever holds the "
        "files can enter one under Cut-offs.",
    )


def test_what_no_source_defines_is_said_outcome_by_outcome() -> None:
    assert not_known(instrument("CADSS"), cutoffs(instrument("CADSS"), None, 5.0)) == (
        "Response is not shown: no verified source says what it is on CADSS.",
        "Remission is not shown: no verified source says what it is on CADSS.",
        "Meaningful change and deterioration are not shown: no verified source says how many CADSS points people "
        "notice.",
    )


def test_each_outcome_is_said_with_its_cut_off() -> None:
    of = cutoffs(instrument("PHQ-9"), instrument("PHQ-9").remission_default, 6.2)
    assert meaning("Response", of) == "a fall of 50% or more from baseline"
    assert meaning("Remission", of, "below 5") == "a score below 5"
    assert meaning("Meaningful change", of) == "a fall of 6 points or more"
    assert meaning("Reliable change", of) == "a fall of more than 6.2 points"
    assert meaning("Deterioration", of) == "a rise of 6 points or more"
    assert meaning("Reliable deterioration", of) == "a rise of more than 6.2 points"


def test_the_remission_rule_is_a_choice_among_the_published() -> None:
    study = drawn_study(PATIENTS, SESSIONS, SCORES.replace("28 PHQ-9 4", "28 PHQ-9 5"))
    va = instrument("PHQ-9").remission_options[1]
    reached = [
        response(study, "PHQ-9", ResponseSettings(remission=rule)).rates.query("outcome == 'Remission'")["n_reached"]
        for rule in (None, va)
    ]
    assert [part.iloc[0] for part in reached] == [0, 1]
