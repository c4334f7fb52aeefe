"""How complete follow-up is: the share of starters with a score in each window, by route and by clinic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.study import Study, first_sessions, index_route
from analysis.vocabulary import ROUTES, WINDOWS, Window

ALL = "all"
COLUMNS = ("by", "group", "window", "n_scored", "n_starters", "share")
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Completeness:
    """Who was scored when, of the starters of a study, on one instrument.

    scored has one row per group and window: by ("all", "route" or "clinic"), group ("all", the code of a route, a
    clinic), window, n_scored, n_starters (of the group) and share (0 to 1; missing for a group of nobody). A score
    counts whether or not its patient has a baseline: this is about forms filled in, not about change.
    """

    instrument: str
    scored: pd.DataFrame


def completeness(study: Study, instrument: str) -> Completeness:
    """Count the starters of a study with at least one score of an instrument in each window."""
    started = first_sessions(study) >= 0
    present = {window.name: _scored_in(study, instrument, window) for window in WINDOWS}
    rows = []
    for by, group, members in _groups(study, started):
        n = int(members.sum())
        for window, scored in present.items():
            n_scored = int((scored & members).sum())
            rows.append((by, group, window, n_scored, n, n_scored / n if n else np.nan))
    return Completeness(instrument, pd.DataFrame(rows, columns=list(COLUMNS)))


def _groups(study: Study, started: Mask) -> list[tuple[str, str, Mask]]:
    """Everyone, then each route of a first session, then each clinic that has a starter."""
    route = index_route(study)["route"].astype("str").to_numpy()
    clinic = study.patients["clinic_id"].astype("str").to_numpy()
    routes = [code for code in ROUTES if (started & (route == code)).any()]
    return [
        (ALL, ALL, started),
        *(("route", code, started & (route == code)) for code in routes),
        *(("clinic", str(name), started & (clinic == name)) for name in sorted(set(clinic[started]))),
    ]


def _scored_in(study: Study, instrument: str, window: Window) -> Mask:
    """Which patients have a score in a window, one entry per row of `patients`."""
    table = study.assessments
    day = table["day"].to_numpy(dtype=float)
    inside = (table["instrument"] == instrument).to_numpy() & table["score"].notna().to_numpy()
    inside &= (day >= window.first_day) & (day <= window.last_day)
    scored = np.zeros(len(study.patients), dtype=bool)
    scored[study.patient_positions("assessments")[inside]] = True
    return scored
