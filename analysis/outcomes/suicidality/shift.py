"""The item before treatment against the latest answer, and who got worse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.study import Study, outcome_rows

from ..attrition import Followed
from .item import PRESENT

MOST = 3  # answers from here on are one group: the most severe of PHQ-9, and too few apart on longer scales
SHIFTS = ("before", "after", "n_patients")
LABELS = ("0", "1", "2", "3 or more")
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shift:
    """Patients with the item answered before and after. table: one row per pair of answers, before and after (latest),
    nobody included. Of all n_patients: n_lower, n_same and n_higher at the latest answer. n_present had 1 or more
    before and n_present_lower of them less at the latest; n_absent had 0 before, of whom n_new have 1 or more at the
    latest and n_ever at any later answer."""

    table: pd.DataFrame
    n_patients: int
    n_lower: int
    n_same: int
    n_higher: int
    n_present: int
    n_present_lower: int
    n_absent: int
    n_new: int
    n_ever: int


def latest_and_highest(study: Study, name: str) -> tuple[Floats, Floats]:
    """Per patient of the study, the latest and the highest later answer; NaN if none."""
    rows = outcome_rows(study, name, patient_columns=[])
    patient = rows["patient_id"].cat.codes.to_numpy().astype(np.int64)
    score = rows["score"].to_numpy(dtype=float)
    latest, highest = (np.full(len(study.patients), np.nan) for _ in range(2))
    latest[patient] = score  # rows are in the order of days
    np.fmax.at(highest, patient, score)
    return latest, highest


def shift(study: Study, name: str, followed: Followed) -> Shift:
    """Baseline to latest answer of a study whose scores are the item's."""
    position = pd.Index(study.patients["patient_id"]).get_indexer(followed.people["patient_id"])
    latest, highest = (values[position] for values in latest_and_highest(study, name))
    both = ~np.isnan(followed.baseline) & ~np.isnan(latest)
    before, after, most = followed.baseline[both], latest[both], highest[both]
    present = before >= PRESENT
    return Shift(
        _table(before, after),
        int(both.sum()),
        int((after < before).sum()),
        int((after == before).sum()),
        int((after > before).sum()),
        int(present.sum()),
        int((present & (after < before)).sum()),
        int((~present).sum()),
        int((~present & (after >= PRESENT)).sum()),
        int((~present & (most >= PRESENT)).sum()),
    )


def _table(before: Floats, after: Floats) -> pd.DataFrame:
    counts = np.zeros((len(LABELS), len(LABELS)), dtype=np.int64)
    places = (np.minimum(np.floor(values), MOST).astype(np.int64) for values in (before, after))
    np.add.at(counts, tuple(places), 1)
    pairs = [(a, b, int(counts[i, j])) for i, a in enumerate(LABELS) for j, b in enumerate(LABELS)]
    return pd.DataFrame(pairs, columns=list(SHIFTS))
