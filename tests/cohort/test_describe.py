"""The sentence about a cohort."""

from __future__ import annotations

import pytest

from analysis.cohort import Cohort, describe


@pytest.mark.parametrize(
    ("cohort", "sentence"),
    [
        (Cohort(), "Everyone who started treatment."),
        (Cohort(routes=("IV",)), "Patients first treated by the intravenous route."),
        (
            Cohort(routes=("IV", "IM", "SL"), molecules=("esketamine",), clinics=("C01", "C02")),
            "Patients first treated by the intravenous, intramuscular or sublingual route, on esketamine, "
            "at clinic C01 or C02; molecule not recorded counts as met.",
        ),
        (
            Cohort(diagnoses=("MDD",), sexes=("female",), payers=("VA",), age=(18, 65), baseline=(10, 27)),
            "Patients with MDD, recorded as female, paid by VA, aged 18 to 65, "
            "with a PHQ-9 baseline of 10 to 27 points; "
            "sex, payer, age or baseline severity not recorded counts as met.",
        ),
        (
            Cohort(sessions_reached=(4, 12), extra=(("ward", ("north",)),), drop_missing=("age", "payer")),
            "Patients with ward north, who completed 4 to 12 sessions; "
            "leaving out those with no recorded age or payer.",
        ),
    ],
)
def test_the_sentence_says_exactly_who_is_in(cohort: Cohort, sentence: str) -> None:
    assert describe(cohort) == sentence
