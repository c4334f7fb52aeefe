"""What is known of the clinics of one cohort, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

Status = Literal["converged", "singular", "refused"]

POOLED = "\x00smaller clinics"  # no clinic can be called so
RESPONSE = "response"
DROP_OUT = "drop-out"
COMPLETENESS = "completeness"
EVENTS_ASKED = "events asked for"
EVENTS_MENTIONED = "events mentioned"
SHARE = "share"
RATE = "per 100 sessions"

GROUPS = ("clinic", "n_patients")
ADJUSTED = (
    "clinic", "n_patients", "estimate", "std_error", "ci_low", "ci_high", "fixed", "fixed_low", "fixed_high",
)  # fmt: skip
FUNNELS = ("measure", "clinic", "n_patients", "n_with", "numerator", "denominator", "value", "z", "outside")
MEASURES = (
    "measure", "unit", "what", "n_clinics", "n_patients", "n_with", "numerator", "denominator", "centre", "dispersion",
    "within", "low_n", "high_n",
)  # fmt: skip


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


@dataclass(frozen=True, eq=False)
class Clinics:
    """The clinics of one cohort side by side, never ranked. Nothing here is released yet.

    status "refused" has no adjusted difference and no between_sd; status_sentence then says why and what to change.
    "singular" is a valid fit in which something vanished; where that is the variation between clinics, every
    estimate is 0 and has no interval. engine_words are the engine's own, which may count patients.

    n_clinics: clinics with a starter in the cohort. n_pooled of them are too small to be shown and are the row POOLED
    of every frame; where even together they are too small, they are in no frame and n_left_out counts them.
    groups: one row per clinic, in the order of their names, then POOLED; n_patients are starters.
    adjusted: one row per group with a patient in the model, see `adjusted_differences`; points of change, negative is
    more improvement. between_sd: standard deviation between clinics (points) with its 95 % interval.
    funnels: one row per measure and group, see `funnel`. measures: one row per measure: numerator and denominator are
    those of the whole cohort (clinics in no frame included) among n_patients of n_clinics; centre and value are in
    the unit; low_n and high_n are the smallest and the largest denominator of a group.
    """

    instrument: str
    status: Status
    status_sentence: str
    min_patients: int
    n_clinics: int
    n_pooled: int
    n_left_out: int
    groups: pd.DataFrame = field(default_factory=lambda: _empty(GROUPS))
    adjusted: pd.DataFrame = field(default_factory=lambda: _empty(ADJUSTED))
    funnels: pd.DataFrame = field(default_factory=lambda: _empty(FUNNELS))
    measures: pd.DataFrame = field(default_factory=lambda: _empty(MEASURES))
    between_sd: float = np.nan
    between_low: float = np.nan
    between_high: float = np.nan
    n_model: int = 0
    n_rows: int = 0
    covariates: tuple[str, ...] = ()
    engine_words: str = ""
