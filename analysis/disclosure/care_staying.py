"""The curve of staying in treatment, as an audience may have it."""

from __future__ import annotations

import pandas as pd

from analysis.outcomes.care import LAST_SESSION, Care

from .audience import Audience
from .cells import is_small
from .gate import ReleasedTable

# fewer steps of the curve, so that few of them are of few patients
COARSE_SESSIONS = (1, 3, 6, 9, 12, 18, LAST_SESSION)


def released_staying(result: Care, audience: Audience) -> ReleasedTable:
    """The curve of staying. Whoever sees no small counts has it at fewer numbers of sessions, in whole percent and
    without counts, and only where those who stopped since the last point, and those lost sight of, are not few."""
    frame = result.staying
    if audience.sees_small:
        counts = ["n_at_risk", "n_stopped", "n_not_known"]
        small = frame[counts].map(lambda count: "small" if is_small(count, audience.min_cell) else "shown")
        return ReleasedTable(frame, small, audience.min_cell)
    kept, stopped, not_known = [], 0, 0
    for place, row in enumerate(frame.to_dict("records")):
        stopped, not_known = stopped + int(row["n_stopped"]), not_known + int(row["n_not_known"])
        few = any(is_small(count, audience.min_cell) for count in (stopped, not_known, row["n_at_risk"]))
        if row["sessions"] in COARSE_SESSIONS and not few:
            kept.append(place)
            stopped = not_known = 0
    shown = frame.loc[frame.index[kept], ["sessions", "share", "ci_low", "ci_high"]].reset_index(drop=True)
    return ReleasedTable(shown.round(2), pd.DataFrame(index=shown.index), audience.min_cell)
