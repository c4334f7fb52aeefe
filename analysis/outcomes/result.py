"""What the model of symptom change says about one cohort, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from analysis.mixed import MixedModelFit

from .balance import COLUMNS as BALANCE
from .denominators import Denominators
from .model_spec import ModelSpec

Status = Literal["converged", "singular", "refused"]

TRAJECTORY = ("route", "x", "estimate", "std_error", "df", "ci_low", "ci_high", "n_patients", "n_behind")
OBSERVED = ("route", "x", "mean", "n_patients")
DECISION = ("route", "estimate", "std_error", "df", "ci_low", "ci_high", "n_patients", "n_behind")
DIFFERENCES = (
    "contrast", "first", "second", "estimate", "std_error", "df", "ci_low", "ci_high", "statistic", "p_value",
    "p_adjusted",
)  # fmt: skip
LEFT_OUT = ("route", "n_patients", "reason")
LEVELS = ("column", "level", "n_patients")


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


@dataclass(frozen=True, eq=False)
class SymptomChange:
    """Adjusted change by route and time in one cohort. Changes are in points, negative is improvement.

    status "refused" has no fit and no number from one; status_sentence then says why and what to change, and
    engine_words are the engine's own, which may count patients.
    of: the patients it stands on; n_model and n_rows: patients and scores in the model. Of the evaluable, n_changed
    changed route later and n_not_recorded lack an adjustment.
    trajectory: one row per route and x (sessions or weeks), n_patients being those of the route still
    assessed at x or later, n_behind those whose scores the estimate rests on. observed: one row per route and x
    with a score, its plain mean.
    decision: one row per route at decision_x (end of induction). differences: one row per pair of
    routes there, adjusted by Holm. left_out: routes with too few patients. balance: see `route_balance`.
    levels: one row per level of each adjustment, and how many patients in the model are on it.
    Nothing here is released yet.
    """

    spec: ModelSpec
    status: Status
    status_sentence: str
    of: Denominators
    decision_x: float
    fit: MixedModelFit | None = None
    n_model: int = 0
    n_rows: int = 0
    covariates: tuple[str, ...] = ()
    trajectory: pd.DataFrame = field(default_factory=lambda: _empty(TRAJECTORY))
    observed: pd.DataFrame = field(default_factory=lambda: _empty(OBSERVED))
    decision: pd.DataFrame = field(default_factory=lambda: _empty(DECISION))
    differences: pd.DataFrame = field(default_factory=lambda: _empty(DIFFERENCES))
    left_out: pd.DataFrame = field(default_factory=lambda: _empty(LEFT_OUT))
    balance: pd.DataFrame = field(default_factory=lambda: _empty(BALANCE))
    levels: pd.DataFrame = field(default_factory=lambda: _empty(LEVELS))
    n_changed: int = 0
    n_not_recorded: int = 0
    engine_words: str = ""
