"""Response, remission and the other outcomes of one score against a baseline: who could reach them, and who did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.vocabulary import Instrument, RemissionRule

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

RESPONSE = "Response"
REMISSION = "Remission"
MEANINGFUL = "Meaningful change"
RELIABLE = "Reliable change"
DETERIORATION = "Deterioration"
RELIABLE_DETERIORATION = "Reliable deterioration"
OUTCOMES = (RESPONSE, REMISSION, MEANINGFUL, RELIABLE, DETERIORATION, RELIABLE_DETERIORATION)
ROUNDING = 1e-9  # points: a fall of exactly the cut-off counts, however its product rounds


@dataclass(frozen=True)
class Cutoffs:
    """The cut-offs of one instrument, those unknown left out. response is a share of baseline, at_most a score, the
    others are points of change. A deterioration is a rise as large as the fall that patients notice."""

    maximum: float
    response: float | None = None
    at_most: float | None = None
    meaningful: float | None = None
    reliable: float | None = None


@dataclass(frozen=True)
class Outcome:
    """An outcome, who reached it (a missing score reached nothing), and who could from their baseline."""

    name: str
    reached: Mask
    able: Mask


def cutoffs(item: Instrument, remission: RemissionRule | None, reliable: float | None = None) -> Cutoffs:
    """What the vocabulary knows of an instrument, with the remission rule and the reliable change asked for."""
    at_most = None if remission is None else remission.at_most
    return Cutoffs(item.maximum, item.response_fraction, at_most, item.meaningful_change, reliable)


def outcomes(baseline: Floats, score: Floats, of: Cutoffs) -> Iterator[Outcome]:
    """The outcomes that have a cut-off, in the order of OUTCOMES. Nobody can reach one who is there already, or whose
    baseline leaves less room than the change asked for."""
    fall = baseline - score
    if of.response is not None:
        yield Outcome(RESPONSE, fall >= of.response * baseline - ROUNDING, baseline > 0)
    if of.at_most is not None:
        yield Outcome(REMISSION, score <= of.at_most, baseline > of.at_most)
    if of.meaningful is not None:
        yield Outcome(MEANINGFUL, fall >= of.meaningful - ROUNDING, baseline >= of.meaningful)
    if of.reliable is not None:
        yield Outcome(RELIABLE, fall > of.reliable, baseline > of.reliable)
    if of.meaningful is not None:
        rise = -fall >= of.meaningful - ROUNDING
        yield Outcome(DETERIORATION, rise, baseline <= of.maximum - of.meaningful)
    if of.reliable is not None:
        yield Outcome(RELIABLE_DETERIORATION, -fall > of.reliable, baseline < of.maximum - of.reliable)


def meaning(name: str, of: Cutoffs, remission: str = "") -> str:
    """An outcome in words, with its cut-off. remission is the label of the rule ("below 5")."""
    words = {
        RESPONSE: f"a fall of {of.response or 0:.0%} or more from baseline",
        REMISSION: f"a score {remission}",
        MEANINGFUL: f"a fall of {_points(of.meaningful)} or more",
        RELIABLE: f"a fall of more than {of.reliable or 0:.1f} points",
        DETERIORATION: f"a rise of {_points(of.meaningful)} or more",
        RELIABLE_DETERIORATION: f"a rise of more than {of.reliable or 0:.1f} points",
    }
    return words[name]


def _points(size: float | None) -> str:
    return "1 point" if size == 1 else f"{size or 0:g} points"


def not_known(item: Instrument, of: Cutoffs) -> tuple[str, ...]:
    """A sentence for each outcome that cannot be shown because nothing verified defines it."""
    missing = []
    if of.response is None:
        missing.append(f"Response is not shown: no verified source says what it is on {item.name}.")
    if of.at_most is None:
        missing.append(f"Remission is not shown: no verified source says what it is on {item.name}.")
    if of.meaningful is None:
        missing.append(
            f"Meaningful change and deterioration are not shown: no verified source says how many {item.name} "
            "points people notice."
        )
    if of.reliable is None:
        missing.append(
            f"Reliable change is not shown: it needs the reliability of {item.name} and no value was verified. "
            "Whoever holds the files can enter one under Cut-offs."
        )
    return tuple(missing)
