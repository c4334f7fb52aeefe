"""What trials saw without ketamine: each instrument's sentence, and that its figures are those of the table."""

from __future__ import annotations

import re

import pytest

from analysis.vocabulary import BENCHMARKS, CONTROL_ARMS, INSTRUMENTS, Benchmark, control_change_sentence
from analysis.vocabulary.benchmarks import POOLED_ESKETAMINE

ON_MADRS = (
    "In the pooled TRANSFORM-1 and -2 trials, MADRS fell by 15.8 points in women and 16.0 in men on an antidepressant "
    "with placebo spray, against 20.3 and 18.3 on esketamine (PMC8921149): most of the change in one arm is not "
    "attributable to the drug."
)
ON_PHQ_9 = (
    "In the US-label subset of ESCAPE-TRD, 32.8% responded and 12.2% were in remission on PHQ-9 at week 8 on "
    "quetiapine XR, against 49.4% and 19.3% on esketamine (Curr Med Res Opin 2025): much of the change in one arm is "
    "not attributable to the drug."
)
GENERAL = (
    "In trials that rated MADRS, 78 to 87% of the fall on nasal esketamine was also seen with an antidepressant and "
    "placebo spray (PMC8921149); no verified control arm is known for {}."
)
OTHERS = sorted(set(INSTRUMENTS) - {"MADRS", "PHQ-9"})


def decimals(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"\d+\.\d", text)]


def arm(arms: tuple[Benchmark, ...], study: str) -> Benchmark:
    return next(one for one in arms if one.study == study)


def test_madrs_has_its_points_and_they_are_those_of_the_table() -> None:
    assert control_change_sentence("MADRS") == ON_MADRS
    changes = [arm(CONTROL_ARMS, f"TRANSFORM-1 and -2 pooled, {sex}").change for sex in ("women", "men")]
    assert decimals(ON_MADRS) == [-change for change in (*changes, *POOLED_ESKETAMINE)]


def test_phq_9_has_its_own_control_arm_and_the_shares_are_those_of_the_table() -> None:
    assert control_change_sentence("PHQ-9") == ON_PHQ_9
    control, on = (arm(arms, "ESCAPE-TRD, US-label subset") for arms in (CONTROL_ARMS, BENCHMARKS))
    shares = (control.response, control.remission, on.response, on.remission)
    assert [one / 100 for one in decimals(ON_PHQ_9)] == pytest.approx(shares)
    assert (control.instrument, on.instrument, on.route, on.citation) == ("PHQ-9", "PHQ-9", "IN", control.citation)
    assert f"at {control.time_point} on" in ON_PHQ_9
    assert (control.time_point, control.denominator) == (on.time_point, "randomised to quetiapine XR")
    assert control.citation in ON_PHQ_9


@pytest.mark.parametrize("name", OTHERS)
def test_any_other_instrument_is_told_that_the_trials_rated_madrs(name: str) -> None:
    assert control_change_sentence(name) == GENERAL.format(name)
    assert not any(one.instrument == name for one in CONTROL_ARMS)


def test_a_part_with_several_instruments_names_none() -> None:
    assert control_change_sentence() == GENERAL.format("these instruments")


def test_no_points_stand_beside_another_instrument() -> None:
    assert not any("points" in control_change_sentence(name) for name in INSTRUMENTS if name != "MADRS")
