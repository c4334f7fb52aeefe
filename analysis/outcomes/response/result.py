"""Response of one cohort on one instrument, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.study import Study
from analysis.vocabulary import WINDOWS, Instrument, RemissionRule, instrument

from ..attrition import Followed, follow
from ..induction import END_OF_INDUCTION
from .definitions import Cutoffs, cutoffs, not_known
from .percent_change import change_bins, patient_changes, severity_shift
from .rapid import rapid_relief
from .reliable import ReliableChange, reliable_change
from .three_rules import outcome_counts, with_shares

WINDOW_NAMES = (END_OF_INDUCTION, *(window.name for window in WINDOWS))


@dataclass(frozen=True)
class ResponseSettings:
    """What the researcher may set. remission is one of the instrument's published rules (its first when None);
    reliability and sd (points) make reliable change, the SD that of the cohort's baselines when None."""

    remission: RemissionRule | None = None
    reliability: float | None = None
    sd: float | None = None


@dataclass(frozen=True, eq=False)
class Response:
    """Response, remission and the other outcomes of one cohort. Nothing here is released yet.

    n_starters, n_with_baseline, n_evaluable: patients. rates: one row per window ("end of induction" first), outcome
    and route, see `outcome_counts` and `with_shares`. changes: single patients at the end of induction, see
    `patient_changes`; bins and shift are the same patients in groups. rapid: see `rapid_relief`. unknown: a sentence
    for each outcome that has no verified cut-off.
    """

    instrument: Instrument
    settings: ResponseSettings
    cutoffs: Cutoffs
    remission: RemissionRule | None
    reliable: ReliableChange | None
    n_starters: int
    n_with_baseline: int
    n_evaluable: int
    rates: pd.DataFrame
    changes: pd.DataFrame
    bins: pd.DataFrame
    shift: pd.DataFrame
    rapid: pd.DataFrame
    unknown: tuple[str, ...]


def response(study: Study, name: str = "PHQ-9", settings: ResponseSettings | None = None) -> Response:
    """The outcomes of a (selected) study on one instrument. Works on any size of cohort: an empty one has zero counts.

    Raises ValueError with a sentence for a reliability or SD that cannot be one.
    """
    asked, item = settings or ResponseSettings(), instrument(name)
    followed: Followed = follow(study, name)
    rule = asked.remission or item.remission_default
    reliable = reliable_change(followed.baseline, asked.reliability, asked.sd)
    of = cutoffs(item, rule, None if reliable is None else reliable.points)
    changes = patient_changes(followed, END_OF_INDUCTION)
    return Response(
        item, asked, of, rule, reliable,
        len(followed.baseline), int((~np.isnan(followed.baseline)).sum()), int(followed.evaluable.sum()),
        with_shares(outcome_counts(followed, of, WINDOW_NAMES)),
        changes, change_bins(changes), severity_shift(changes, item),
        rapid_relief(study, item, of), not_known(item, of),
    )  # fmt: skip
