"""Several records of one questionnaire at one time to one row of assessments."""

from __future__ import annotations

import pandas as pd

ONE_TIME = ["key", "day", "instrument"]
VALUES = ["score", "suicidality_item", "n_items_answered"]


def merged_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """One row per patient, day and instrument where the records agree; where they differ, all of them stay.

    A clinic records a PHQ-9 as a total, as its item 9, as a questionnaire, or as all three. A total and an item
    of the same time complete each other; two different totals are reported later, as for any study.
    """
    ordered = scores.sort_values(ONE_TIME, kind="stable").reset_index(drop=True)
    groups = ordered.groupby(ONE_TIME, sort=False)
    distinct = groups[VALUES].nunique()
    agree = (distinct <= 1).all(axis=1).to_numpy()
    place = groups.ngroup().to_numpy()
    merged = groups.first().reset_index()
    apart = ordered[~agree[place]].drop_duplicates([*ONE_TIME, *VALUES])
    both = pd.concat([merged[agree], apart], ignore_index=True) if len(apart) else merged
    return both.sort_values(ONE_TIME, kind="stable").reset_index(drop=True)
