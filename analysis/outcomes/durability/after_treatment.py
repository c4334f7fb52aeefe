"""What becomes of responders: still responding, a booster first, or relapse, against the published shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.vocabulary import DURABILITY, Instrument, PublishedDurability

from .courses import Courses, Floats
from .incidence import cumulative_incidence
from .kaplan_meier import Quantity, kaplan_meier, restricted_mean
from .relapse import BOOSTER, CENSORED, RELAPSE, AfterResponse, Start

WEEK = 7.0
LAST_AFTER = 26 * WEEK
HORIZON = 8 * WEEK  # the last published time point
INCIDENCE = (
    "day", "n_at_risk", "n_relapsed", "n_boosted", "relapsed", "relapsed_low", "relapsed_high", "boosted",
    "boosted_low", "boosted_high", "kept", "kept_low", "kept_high",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class AfterTreatment:
    """What becomes of those who responded. n_responders, of whom n_followed have a later score; of those n_relapsed,
    n_boosted (had a booster first) and the rest were not followed further, n_unconfirmed after one score without
    response. incidence: one row per week from the response on, shares 0 to 1: relapsed and boosted (cumulative
    incidences, each before the other), kept (Kaplan-Meier, boosters as no longer followed). means: days of the first
    `horizon` spent responding without a booster, and lost to relapse and to boosters."""

    start: Start
    n_responders: int
    n_followed: int
    n_relapsed: int
    n_boosted: int
    n_unconfirmed: int
    incidence: pd.DataFrame
    horizon: float
    kept_days: Quantity
    days_lost: dict[str, float]
    published: tuple[PublishedDurability, ...]


def after_treatment(found: AfterResponse, item: Instrument, start: Start, courses: Courses) -> AfterTreatment:
    """Durability of one cohort from the follow-up of its responders."""
    status = found.status
    kept = kaplan_meier(found.days, status == RELAPSE)
    free = kaplan_meier(found.days, status != CENSORED)
    horizon = min(HORIZON, float(found.days.max())) if len(found) else 0.0
    x = np.arange(0.0, (min(float(found.days.max()), LAST_AFTER) if len(found) else 0.0) + 1e-9, WEEK)
    relapsed, boosted = (cumulative_incidence(found.days, status, kind) for kind in (RELAPSE, BOOSTER))
    columns: dict[str, NDArray[Any]] = {"day": x, "n_at_risk": free.at_risk(x)}
    for name, kind, curve in (("relapsed", RELAPSE, relapsed), ("boosted", BOOSTER, boosted)):
        columns[f"n_{name}"] = np.searchsorted(np.sort(found.days[status == kind]), x, side="right")
        columns[name] = curve.at(x)
        columns[f"{name}_low"], columns[f"{name}_high"] = curve.interval(x)
    columns["kept"] = kept.at(x)
    columns["kept_low"], columns["kept_high"] = kept.interval(x)
    lost = {
        "relapse": _area(relapsed.times, relapsed.share, horizon),
        "booster": _area(boosted.times, boosted.share, horizon),
    }
    published = tuple(one for one in DURABILITY if one.instrument == item.name and one.route in courses.routes)
    return AfterTreatment(
        start, found.n_responders, len(found), int((status == RELAPSE).sum()), int((status == BOOSTER).sum()),
        found.n_unconfirmed, pd.DataFrame(columns)[list(INCIDENCE)], horizon, restricted_mean(free, horizon), lost,
        published,
    )  # fmt: skip


def _area(times: Floats, share: Floats, horizon: float) -> float:
    """Days lost to one kind of event up to a horizon: the area under its cumulative incidence."""
    inside = times < horizon
    edges = np.concatenate([times[inside], [horizon]])
    return float((share[inside] * np.diff(edges)).sum())
