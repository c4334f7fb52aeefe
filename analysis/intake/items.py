"""An instrument's score from its items, as the instrument's own rule says (declared in the vocabulary)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.vocabulary import INSTRUMENTS, ITEM_SCORING, ItemScoring

from .findings import Mask, Problem
from .numbers import Numbers

PRORATED = "prorated"  # the column beside the score
Answers = npt.NDArray[np.float64]  # one row per form, one column per item, NaN where blank


@dataclass(frozen=True)
class ScoredItems:
    """What the items of each row give; a score is NaN where too many items are missing.

    suicidality_item is None for an instrument without one; it is what was answered and never filled in.
    """

    score: Numbers
    n_answered: npt.NDArray[np.int64]
    prorated: Mask
    suicidality_item: Numbers | None
    notes: tuple[Problem, ...]


def score_items(answers: Answers, instrument: str, prorate_up_to: int | None) -> ScoredItems:
    """Score the items of one instrument.

    With missing items a sum is made up to its full length by the mean of the items answered, a mean is taken
    over those answered; both are flagged as prorated and happen only up to the number allowed. A form whose
    suicidality item is blank is never prorated: other symptoms say nothing about it.
    """
    rule = ITEM_SCORING[instrument]
    answered = np.isfinite(answers)
    n_answered = answered.sum(axis=1)
    missing = rule.n_items - n_answered
    allowed = rule.missing_by_rule if prorate_up_to is None else prorate_up_to
    item = INSTRUMENTS[instrument].suicidality_item
    asked = answered[:, item - 1] if item else np.ones(len(answers), dtype=bool)
    if rule.method == "domains":
        score = _domain_score(answers, rule)
        prorated = np.zeros(len(answers), dtype=bool)
    else:
        prorated = (missing > 0) & (missing <= allowed) & (n_answered > 0) & asked
        score = np.where((missing == 0) | prorated, _from_mean(answers, answered, rule), np.nan)
    unscored = (n_answered > 0) & np.isnan(score)
    return ScoredItems(
        score,
        n_answered,
        prorated,
        answers[:, item - 1] if item else None,
        _notes(instrument, rule, prorated, unscored),
    )


def out_of_range(answers: Answers, instrument: str) -> npt.NDArray[np.bool_]:
    """Answers that the form does not offer: below 0, above the item's highest, or between two answers."""
    highest = np.array(ITEM_SCORING[instrument].item_maximum, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        wrong: npt.NDArray[np.bool_] = (answers < 0) | (answers > highest) | (answers != np.floor(answers))
    return wrong & np.isfinite(answers)


def _from_mean(answers: Answers, answered: npt.NDArray[np.bool_], rule: ItemScoring) -> Numbers:
    total = np.where(answered, answers, 0).sum(axis=1)
    n_answered = np.maximum(answered.sum(axis=1), 1)
    score: Numbers = total / n_answered * (rule.n_items if rule.method == "sum" else 1)
    return score


def _domain_score(answers: Answers, rule: ItemScoring) -> Numbers:
    score = np.zeros(len(answers))
    for domain in rule.domains:
        items = answers[:, [item - 1 for item in domain.items]]
        answered = np.isfinite(items)
        highest = np.where(answered, items, -np.inf).max(axis=1)
        score += np.where(answered.sum(axis=1) >= domain.needed, highest, np.nan)
    return score


def _notes(instrument: str, rule: ItemScoring, prorated: Mask, unscored: Mask) -> tuple[Problem, ...]:
    flagged = f"prorated, because up to {rule.most_missing} of its {rule.n_items} items are missing"
    repair = f"They are flagged in the column '{PRORATED}'."
    blank = "left blank, because items are missing"
    return (
        Problem(prorated, f"{instrument} score", flagged, repair, "note"),
        Problem(unscored, f"{instrument} score", blank, "The items answered are counted in n_items_answered.", "note"),
    )
