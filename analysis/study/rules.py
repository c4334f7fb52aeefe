"""The settings by which episodes are derived, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BaselineRule = Literal["last", "first", "mean", "highest"]


@dataclass(frozen=True)
class EpisodeRules:
    """How a baseline is chosen and when induction ends.

    baseline "last" is the last score on or before the first session, within `baseline_days` of it;
    "first" the first score ever before it; "mean" and "highest" are over the scores within
    `baseline_days`. "highest" inflates change, because part of a peak falls back by itself.
    Induction lasts to `induction_days` or through session `induction_sessions` (nasal esketamine:
    `induction_sessions_nasal`), whichever is later.
    """

    baseline: BaselineRule = "last"
    baseline_days: float = 30
    induction_days: float = 28
    induction_sessions: int = 6
    induction_sessions_nasal: int = 8
