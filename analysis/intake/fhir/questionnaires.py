"""A PHQ-9 in a QuestionnaireResponse: which response is one, its nine answers, its total and its item 9.

Of the nine items only the code of item 9 was read at the source, so the others are recognised by their answers:
every question answered with one of the four LOINC answers of PHQ-9 is an item. Nothing is prorated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.vocabulary import INSTRUMENTS
from analysis.vocabulary.codes import LOINC, PHQ9_ANSWERS, PHQ9_ITEM_9, PHQ9_PANEL

from .elements import MOST_DEPTH, Coding, Resource, number, part, parts, text

TOTAL = INSTRUMENTS["PHQ-9"].loinc or ""
N_ITEMS = INSTRUMENTS["PHQ-9"].n_items or 0


@dataclass(frozen=True)
class Phq9Response:
    """The points of the items answered, the recorded total and item 9."""

    points: tuple[int, ...]
    total: float | None
    item_9: int | None

    @property
    def n_answered(self) -> int:
        return len(self.points)

    @property
    def score(self) -> float | None:
        """The sum of all nine, else the recorded total."""
        return float(sum(self.points)) if self.n_answered == N_ITEMS else self.total

    @property
    def contradicts_itself(self) -> bool:
        """Whether all nine are answered and the recorded total is another than their sum."""
        return self.n_answered == N_ITEMS and self.total is not None and self.total != sum(self.points)


def phq9_response(resource: Resource) -> Phq9Response | None:
    """The PHQ-9 that a response holds; None when it is of another questionnaire.

    It is one when it names the panel 44249-1 as its questionnaire, or holds item 9 (44260-8) or the total
    (44261-6) by their LOINC codes.
    """
    items = list(_items(resource))
    named = _last_step(text(resource, "questionnaire")) == PHQ9_PANEL
    if not named and not any(_is(item, code) for item in items for code in (PHQ9_ITEM_9, TOTAL)):
        return None
    points = {}
    total, item_9 = None, None
    for place, item in enumerate(items):
        answer = _answer(item)
        if answer is not None:
            points[text(item, "linkId") or str(place)] = answer
        if _is(item, PHQ9_ITEM_9):
            item_9 = answer
        if _is(item, TOTAL):
            total = _number(item)
    return Phq9Response(tuple(points.values()), total, item_9)


def _items(element: Resource, depth: int = 0) -> Iterator[Resource]:
    """Every item, those inside groups and under answers too."""
    if depth > MOST_DEPTH:
        return
    for item in parts(element, "item"):
        yield item
        yield from _items(item, depth + 1)
        for answer in parts(item, "answer"):
            yield from _items(answer, depth + 1)


def _is(item: Resource, code: str) -> bool:
    """Whether an item bears a LOINC code: as its linkId ("44260-8" or "/44260-8") or in its definition."""
    return code in (_last_step(text(item, "linkId")), _last_step(text(item, "definition")))


def _last_step(path: str | None) -> str:
    return "" if path is None else path.split("|")[0].rstrip("/").rpartition("/")[2]


def _answer(item: Resource) -> int | None:
    """The points of a question answered once with an answer of PHQ-9."""
    given = [part(answer, "valueCoding") for answer in parts(item, "answer")]
    known = [PHQ9_ANSWERS.get(coding.code) for value in given if (coding := _coding(value)) is not None]
    return known[0] if len(known) == 1 else None


def _coding(value: Resource) -> Coding | None:
    system, code = text(value, "system"), text(value, "code")
    return Coding(system, code) if system == LOINC and code is not None else None


def _number(item: Resource) -> float | None:
    for answer in parts(item, "answer"):
        for name in ("valueInteger", "valueDecimal"):
            if name in answer:
                return number(answer, name)
        if "valueQuantity" in answer:
            return number(part(answer, "valueQuantity"), "value")
    return None
