"""When events began and when they were over, in minutes from dosing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .event_rows import EventRows, Recording
from .session_rows import ALL, Floats, Mask

QUARTILES = (0.25, 0.5, 0.75)
COURSE = (
    "kind", "term", "n_events", "n_onset", "n_patients_onset", "onset_q1", "onset_median", "onset_q3", "n_resolved",
    "n_patients_resolved", "resolved_q1", "resolved_median", "resolved_q3",
)  # fmt: skip


def quartiles(values: Floats) -> tuple[float, float, float]:
    """The quartiles of some numbers, missing without any."""
    if not len(values):
        return np.nan, np.nan, np.nan
    low, middle, high = np.quantile(values, QUARTILES)
    return float(low), float(middle), float(high)


def course(events: EventRows, known: Recording) -> pd.DataFrame:
    """One row per kind and term ("all" first): how many events have an onset and a resolution recorded, of how many
    patients, and the quartiles of both times. An event without a recorded end is not known to be over."""
    rows = []
    for kind in known.kinds:
        of_kind = np.asarray(events.kind == kind, dtype=bool)
        groups = [(ALL, of_kind), *((term, of_kind & events.term.where(term)) for term in known.terms[kind])]
        rows += [(kind, term, *_row(events, chosen)) for term, chosen in groups]
    return pd.DataFrame(rows, columns=list(COURSE))


def _row(events: EventRows, chosen: Mask) -> tuple[object, ...]:
    began = chosen & ~np.isnan(events.onset_min)
    over = chosen & ~np.isnan(events.resolved_min)
    return (int(chosen.sum()), *_times(events, began, events.onset_min), *_times(events, over, events.resolved_min))


def _times(events: EventRows, chosen: Mask, minutes: Floats) -> tuple[object, ...]:
    return int(chosen.sum()), events.n_patients_with(chosen), *quartiles(minutes[chosen])
