"""Each clinic's rate beside what chance allows at its size, measure by measure.

The centre is the cohort's own rate, the clinic in question included: a large clinic draws it towards itself, so that
limits are a little wide for it, never too narrow.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .groups import ClinicNames, Groups
from .limits import Law, tail_of
from .measures import Measure
from .result import FUNNELS, MEASURES, RATE

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
WINSORISED = 0.1  # share of z at each end drawn in, so that a clinic far out does not hide itself (Spiegelhalter 2005)
FEWEST_FOR_DISPERSION = 5  # groups: with fewer, a clinic far out is itself what is taken for overdispersion


def dispersion(z: Floats) -> float:
    """The overdispersion factor: mean of the squared winsorised z, at least 1 (Spiegelhalter 2005, section 3.2).

    1 where there are fewer than FEWEST_FOR_DISPERSION groups.
    """
    if len(z) < FEWEST_FOR_DISPERSION:
        return 1.0
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    return max(1.0, float(np.mean(np.clip(z, low, high) ** 2)))


def patient_clustering(events: Floats, sessions: Floats, clinic: NDArray[np.int64], n_clinics: int) -> float:
    """How much more events scatter than a Poisson count, because some patients have many: variance over mean, >= 1.

    Squared departures of patients from the rate of their own clinic, over what a Poisson count would have, pooled over
    clinics, so that differences between clinics are no part of it. One entry per patient with a session.
    """
    size = np.bincount(clinic, sessions, n_clinics)
    squares = np.bincount(clinic, sessions**2, n_clinics)
    some = size > 0
    rate = np.zeros(n_clinics)
    rate[some] = np.bincount(clinic, events, n_clinics)[some] / size[some]
    free = (size[some] - squares[some] / size[some]).sum() * events.sum() / max(sessions.sum(), 1.0)
    if free <= 0:
        return 1.0
    return max(1.0, float(((events - rate[clinic] * sessions) ** 2).sum() / free))


def funnel(measure: Measure, clinics: ClinicNames, groups: Groups, keep: Mask) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The points of one measure and the row that describes it.

    One point per group with a denominator: numerator, denominator (n_patients are the patients behind it, n_with those
    of them with any), value in the unit; z, the distance from the centre as a normal deviate before overdispersion;
    outside: "95" or "99.8", the widest limits (overdispersion included) that the group is beyond, "" inside. No row
    where nobody is counted.
    """
    here = keep & (measure.denominator > 0) & (clinics.of_patient >= 0)
    counted = (measure.numerator, measure.denominator, np.ones(len(here)), (measure.numerator > 0).astype(float))
    per_clinic = [clinics.totals(values, here) for values in counted]
    numerator, denominator, n_patients, n_with = (groups.totals(values) for values in per_clinic)
    some = denominator > 0
    whole = keep & (measure.denominator > 0)
    top, bottom = float(measure.numerator[whole].sum()), float(measure.denominator[whole].sum())
    if not some.any():
        return pd.DataFrame(columns=list(FUNNELS)), pd.DataFrame(columns=list(MEASURES))
    within = 1.0
    if measure.unit == RATE:
        within = patient_clustering(
            measure.numerator[here], measure.denominator[here], clinics.of_patient[here], len(clinics.names)
        )
    law = Law(measure.unit == RATE, top / bottom, within)
    counts, sizes = numerator[some], denominator[some]
    z = law.z(counts, sizes)
    factor = dispersion(z)
    points = pd.DataFrame(
        {
            "measure": measure.name,
            "clinic": np.array(groups.labels, dtype=object)[some],
            "n_patients": n_patients[some].astype(np.int64),
            "n_with": n_with[some].astype(np.int64),
            "numerator": counts.astype(np.int64),
            "denominator": sizes.astype(np.int64),
            "value": measure.per * counts / sizes,
            "z": z,
            "outside": _outside(law, counts, sizes, factor),
        },
        columns=list(FUNNELS),
    )
    n_with_any = int((measure.numerator[whole] > 0).sum())
    described = (
        measure.name, measure.unit, measure.what, int((per_clinic[1] > 0).sum()), int(whole.sum()), n_with_any,
        int(top), int(bottom), measure.per * top / bottom, factor, within, int(sizes.min()), int(sizes.max()),
    )  # fmt: skip
    return points, pd.DataFrame([described], columns=list(MEASURES))


def _outside(law: Law, count: Floats, size: Floats, factor: float) -> NDArray[np.object_]:
    few, many, _ = law.tails(count, size)
    tail = np.minimum(few, many)
    words = np.where(tail < tail_of("95", factor), "95", "").astype(object)
    words[tail < tail_of("99.8", factor)] = "99.8"
    return words
