"""Scores from items: each instrument by its own rule, prorated only where the mapping says, item 9 never."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.intake.items import score_items
from analysis.vocabulary import INSTRUMENTS, ITEM_SCORING

from .mapping_cases import Foreign

BLANK = np.nan


def scored(instrument: str, answers: list[float], prorate_up_to: int | None = None) -> tuple[float, int, bool]:
    found = score_items(np.array([answers], dtype=float), instrument, prorate_up_to)
    return float(found.score[0]), int(found.n_answered[0]), bool(found.prorated[0])


def test_nine_items_are_a_score_an_item_and_a_count(foreign: Foreign) -> None:
    rows = foreign.study().assessments
    assert rows["instrument"].tolist() == ["PHQ-9"] * 3
    assert rows["score"].tolist() == [21.0, 8.0, 18.0]
    assert rows["suicidality_item"].tolist() == [1, 0, 2]
    assert rows["n_items_answered"].tolist() == [9, 9, 9]
    assert rows["prorated"].tolist() == [False, False, False]


def test_a_missing_item_leaves_the_score_blank_unless_the_mapping_says_otherwise(foreign: Foreign) -> None:
    foreign.change("forms.csv", "B,2024-04-30,2,2", "B,2024-04-30,2,")
    study = foreign.study()
    assert study.assessments["score"].fillna(-1).tolist() == [21.0, 8.0, -1.0]
    assert study.assessments["n_items_answered"].tolist() == [9, 9, 8]
    assert (
        "forms.csv (as assessments): column 'score' has 1 PHQ-9 score left blank, because items are missing (row 4). "
        "The items answered are counted in n_items_answered." in study.notes
    )


def test_a_prorated_score_is_flagged_and_counted(foreign: Foreign) -> None:
    foreign.remap('instrument = "PHQ-9" }', 'instrument = "PHQ-9", prorate_up_to = 2 }')
    foreign.change("forms.csv", "B,2024-04-30,2,2", "B,2024-04-30,,")
    study = foreign.study()
    assert study.assessments["score"].tolist() == [21.0, 8.0, 18.0]  # 7 items of 2 each, made up to 9
    assert study.assessments["prorated"].tolist() == [False, False, True]
    assert study.assessments["n_items_answered"].tolist() == [9, 9, 7]
    assert (
        "forms.csv (as assessments): column 'score' has 1 PHQ-9 score prorated, because up to 2 of its 9 items are "
        "missing (row 4). They are flagged in the column 'prorated'." in study.notes
    )


def test_a_blank_suicidality_item_stays_blank_and_its_score_is_not_prorated(foreign: Foreign) -> None:
    foreign.remap('instrument = "PHQ-9" }', 'instrument = "PHQ-9", prorate_up_to = 2 }')
    foreign.change("forms.csv", "2,2,2,2,2,2,2,2,2\n", "2,2,2,2,2,2,2,2,\n")
    rows = foreign.study().assessments
    assert rows["suicidality_item"].tolist() == [1, 0, pd.NA]
    assert rows["score"].fillna(-1).tolist() == [21.0, 8.0, -1.0]
    assert rows["prorated"].tolist() == [False, False, False]


def test_two_scores_that_differ_are_not_told_apart_by_how_they_were_made(foreign: Foreign) -> None:
    foreign.change("forms.csv", "B,2024-04-30", "A,2024-03-15")
    assert foreign.errors() == [
        "forms.csv (as assessments): has 2 rows with the patient, day and instrument of another row but other values "
        "(rows 3 and 4). Keep the right one, or tell them apart by a column of your own."
    ]


def test_an_answer_that_the_form_does_not_offer_is_an_error(foreign: Foreign) -> None:
    foreign.change("forms.csv", "A,2024-02-28,3,3,3,3,3,2,2,1,1", "A,2024-02-28,4,2.5,3,3,3,2,2,1,often")
    end = "Correct them or leave them blank."
    assert foreign.errors() == [
        f"forms.csv (as assessments): column 'q9' has 1 cell with text in place of a number (row 2). {end}",
        f"forms.csv (as assessments): column 'q1' has 1 answer that no PHQ-9 item has (row 2). {end}",
        f"forms.csv (as assessments): column 'q2' has 1 answer that no PHQ-9 item has (row 2). {end}",
    ]


def test_answers_in_words_are_translated(foreign: Foreign) -> None:
    foreign.remap('instrument = "PHQ-9" }', 'instrument = "PHQ-9", vocabulary = "phq_answers" }')
    foreign.change(
        "forms.csv", "2,2,2,2,2,2,2,2,2\n", "Not at all,Several days,More than half the days,LA6571-9,2,2,2,2,2\n"
    )
    assert foreign.study().assessments["score"].tolist() == [21.0, 8.0, 16.0]
    foreign.change("forms.csv", "Not at all", "Never")
    assert foreign.errors() == [
        "forms.csv (as assessments): column 'q1' has 1 answer that the mapping of score does not list (row 4). "
        'List them under \'values\', or say unlisted = "keep" or "missing".'
    ]


def test_answers_numbered_from_one_are_translated(foreign: Foreign) -> None:
    foreign.remap('instrument = "PHQ-9" }', 'instrument = "PHQ-9", values = { 1 = 0, 2 = 1, 3 = 2, 4 = 3 } }')
    foreign.change("forms.csv", "1,1,1,1,1,1,1,1,0\n", "1,1,1,1,1,1,1,1,1\n")
    assert foreign.study().assessments["score"].tolist() == [12.0, 0.0, 9.0]


def test_wide_items_of_two_time_points_become_rows(foreign: Foreign) -> None:
    header = ",".join(["who", *(f"{when}{n}" for when in ("pre", "post") for n in range(1, 8))])
    foreign.write("forms.csv", f"{header}\nA,{','.join('3' * 7)},{','.join('1' * 7)}\nB,{','.join('2' * 7)},,,,,,,\n")
    foreign.mapping = foreign.mapping.split("[assessments.columns]")[0] + "[assessments.columns]\npatient_id = 'who'\n"
    for day, when in ((0, "pre"), (28, "post")):
        items = ", ".join(f'"{when}{n}"' for n in range(1, 8))
        foreign.mapping += (
            f"[[assessments.long]]\nday = {{ constant = {day} }}\n"
            f'score = {{ items = [{items}], instrument = "GAD-7" }}\n'
        )
    rows = foreign.study().assessments
    assert rows[["patient_id", "day", "score"]].to_numpy().tolist() == [["A", 0, 21], ["B", 0, 14], ["A", 28, 7]]
    assert "suicidality_item" not in rows or rows["suicidality_item"].isna().all()


@pytest.mark.parametrize(
    ("instrument", "answers", "expected"),
    [
        ("GAD-7", [1, 2, 3, 0, 1, 2, 3], (12, 7, False)),
        ("MADRS", [6] * 10, (60, 10, False)),
        ("HAM-D17", [4, 4, 4, 2, 2, 2, 4, 4, 4, 4, 4, 2, 2, 2, 4, 2, 2], (52, 17, False)),
        ("PCL-5", [4] * 20, (80, 20, False)),
        ("CADSS", [4] * 23, (92, 23, False)),
        ("PEG", [3, 4, 8], (5, 3, False)),
        ("BPI", [2, 4, 6, 8, BLANK, BLANK, BLANK], (5, 4, True)),
        # sleep 3 (of 0, 1, 3, 0), mood 2, appetite and weight 2 (of 2 and 1, the others not asked),
        # 1, 1, 0, 1, 2, psychomotor 3 (of 0 and 3): 3 + 2 + 2 + 1 + 1 + 0 + 1 + 2 + 3
        ("QIDS-SR16", [0, 1, 3, 0, 2, 2, BLANK, 1, BLANK, 1, 1, 0, 1, 2, 0, 3], (15, 14, False)),
    ],
)
def test_each_instrument_is_scored_by_its_own_rule(
    instrument: str, answers: list[float], expected: tuple[float, int, bool]
) -> None:
    assert scored(instrument, answers) == expected


@pytest.mark.parametrize(
    ("instrument", "answers", "prorate_up_to"),
    [
        ("BPI", [2, 4, 6, BLANK, BLANK, BLANK, BLANK], None),  # 3 of 7 are too few
        ("BPI", [2, 4, 6, 8, 1, 2, BLANK], 0),  # the mapping may be stricter than the instrument
        ("BDI-II", [1] * 20 + [BLANK], None),  # no prorating unless the mapping asks for it
        ("BDI-II", [1] * 16 + [BLANK] * 5, 4),
        ("PHQ-9", [BLANK] * 9, 2),
        ("QIDS-SR16", [0, 1, BLANK, 0, 2, 2, 0, 1, 0, 1, 1, 0, 1, 2, 0, 3], None),
    ],
)
def test_with_too_few_items_there_is_no_score(instrument: str, answers: list[float], prorate_up_to: int | None) -> None:
    assert np.isnan(scored(instrument, answers, prorate_up_to)[0])


def test_four_missing_items_of_the_bdi_are_made_up_by_the_mean() -> None:
    answers = [1.0, 2.0] * 10 + [1.0]
    answers[15:19] = [BLANK] * 4
    known = [answer for answer in answers if answer == answer]
    assert scored("BDI-II", answers, 4) == (pytest.approx(sum(known) / 17 * 21), 17, True)


@settings(deadline=None)
@given(st.sampled_from(sorted(ITEM_SCORING)), st.data())
def test_a_score_is_possible_and_changes_with_no_patients_order(instrument: str, data: st.DataObject) -> None:
    rule = ITEM_SCORING[instrument]
    rows = st.tuples(*(st.one_of(st.none(), st.integers(0, top)) for top in rule.item_maximum))
    answers = np.array(data.draw(st.lists(rows, min_size=1, max_size=5)), dtype=float)
    found = score_items(answers, instrument, rule.most_missing)
    known = found.score[np.isfinite(found.score)]
    assert ((known >= INSTRUMENTS[instrument].minimum) & (known <= INSTRUMENTS[instrument].maximum + 1e-9)).all()
    backwards = score_items(answers[::-1], instrument, rule.most_missing)
    assert np.array_equal(backwards.score[::-1], found.score, equal_nan=True)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            'instrument = "PHQ-9"',
            'instrument = "PHQ-8"',
            "'instrument' should be one of 'PHQ-9', 'GAD-7', 'QIDS-SR16', 'MADRS', 'HAM-D17', 'BDI-II', 'PCL-5', "
            "'PEG', 'BPI', 'CADSS'.",
        ),
        (', instrument = "PHQ-9"', "", "'instrument' is missing."),
        (
            '"q8", "q9"]',
            '"q8"]',
            "PHQ-9 has 9 items and 8 columns are listed. List the column of every item, in the order of the form.",
        ),
        ('"q8", "q9"]', '"q8", "q8"]', "'items' lists a column twice. List the column of every item once."),
        (
            'instrument = "PHQ-9"',
            'instrument = "PHQ-9", prorate_up_to = 3',
            "'prorate_up_to' should be a whole number from 0 to 2: of PHQ-9 at most 2 items may be missing.",
        ),
        (
            'items = ["q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9"], instrument = "PHQ-9"',
            'items = ["q1", "q2", "q3"], instrument = "PEG", prorate_up_to = 1',
            "'prorate_up_to' should be a whole number from 0 to 0: PEG needs all its items.",
        ),
        ('instrument = "PHQ-9"', 'instrument = "PHQ-9", unit = "mg"', "'unit' means nothing beside 'items'."),
    ],
)
def test_faults_of_items(foreign: Foreign, old: str, new: str, fault: str) -> None:
    foreign.remap(old, new)
    assert foreign.faults() == [f"assessments 1, columns, score: {fault}"]


def test_items_fill_the_score_and_nothing_else(foreign: Foreign) -> None:
    foreign.remap("score = { items", "suicidality_item = { items")
    assert foreign.faults() == [
        "assessments 1, columns, suicidality_item: 'items' can fill the score of assessments and no other column.",
    ]


def test_items_and_an_instrument_from_elsewhere_contradict(foreign: Foreign) -> None:
    foreign.remap("score = { items", 'instrument = { constant = "GAD-7" }\nscore = { items')
    assert foreign.faults() == [
        "a section of assessments scores the items of PHQ-9 and takes 'instrument' from elsewhere. "
        "Leave 'instrument' out; the items say it."
    ]
