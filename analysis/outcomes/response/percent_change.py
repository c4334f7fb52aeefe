"""How far each patient moved: percent change (the waterfall) and before against after, one by one and in groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.vocabulary import Band, Instrument

from ..attrition import Followed

POINTS = ("route", "baseline", "score", "percent")
BINS = ("bin", "low", "high", "n_patients")
SHIFTS = ("before", "after", "n_patients")
# Percent of baseline: the edges of response (50) and of a quarter, wide enough to hold more than a few.
EDGES = (-75.0, -50.0, -25.0, 0.0)
RISE_EDGE = 25.0
LABELS = (
    "fell by 75% or more", "fell by 50% to 74%", "fell by 25% to 49%", "fell by up to 24%", "the same",
    "rose by up to 24%", "rose by 25% or more",
)  # fmt: skip
_LIMITS = ((-100.0, -75.0), (-75.0, -50.0), (-50.0, -25.0), (-25.0, 0.0), (0.0, 0.0), (0.0, 25.0), (25.0, np.inf))
ROUNDING = 1e-9
Floats = NDArray[np.float64]


def patient_changes(followed: Followed, window: str) -> pd.DataFrame:
    """One row per patient scored in a window with a baseline above 0, the largest fall first: route, baseline, score
    (points), percent (of baseline, negative is improvement). These are single patients."""
    score, baseline = followed.score[window], followed.baseline
    chosen = ~np.isnan(score) & (baseline > 0)
    frame = pd.DataFrame(
        {
            "route": followed.people["route"].astype("str").to_numpy()[chosen],
            "baseline": baseline[chosen],
            "score": score[chosen],
            "percent": 100 * (score[chosen] - baseline[chosen]) / baseline[chosen],
        }
    )
    return frame.sort_values(["percent", "baseline"], kind="stable").reset_index(drop=True)


def change_bins(points: pd.DataFrame) -> pd.DataFrame:
    """The same patients in seven groups of percent change: bin (in words), low and high (percent), n_patients."""
    percent = points["percent"].to_numpy(dtype=float)
    place = np.searchsorted(EDGES[:3], percent - ROUNDING, side="left")
    place = np.where(percent > 0, np.where(percent < RISE_EDGE - ROUNDING, 5, 6), np.where(percent == 0, 4, place))
    counts = np.bincount(place.astype(np.int64), minlength=len(LABELS))
    lows, highs = zip(*_LIMITS, strict=True)
    return pd.DataFrame({"bin": LABELS, "low": lows, "high": highs, "n_patients": counts})


def band_names(values: Floats, bands: Sequence[Band]) -> list[str]:
    """The severity band of each score: the last whose lower end it reaches, so that a mean between two whole points
    has one too."""
    lows = np.array([band.low for band in bands])
    place = np.clip(np.searchsorted(lows, values, side="right") - 1, 0, len(bands) - 1)
    return [bands[number].label for number in place]


def severity_shift(points: pd.DataFrame, item: Instrument) -> pd.DataFrame:
    """Patients by severity before and after, one row per pair of bands (nobody included); empty where the instrument
    has no verified bands."""
    if not item.bands:
        return pd.DataFrame(columns=list(SHIFTS))
    names = [band.label for band in item.bands]
    pairs = pd.MultiIndex.from_product([names, names], names=["before", "after"])
    seen = pd.DataFrame(
        {
            "before": band_names(points["baseline"].to_numpy(dtype=float), item.bands),
            "after": band_names(points["score"].to_numpy(dtype=float), item.bands),
        }
    )
    counts = seen.groupby(["before", "after"]).size().reindex(pairs, fill_value=0)
    return counts.rename("n_patients").reset_index().astype({"n_patients": "int64"})
