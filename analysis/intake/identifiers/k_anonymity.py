"""How many patients share their combination of ordinary traits: the k-anonymity of a study.

Nothing here is an identifier alone; together, age, sex, year, state, diagnosis and route can be. The report counts
patients in combinations of few, and never says which combinations those are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.study import Study, index_route

from ..dates import TOP_AGE

DEFAULT_COLUMNS = ("age_band", "sex", "index_year", "state", "primary_diagnosis", "route")
STATE_NAMES = ("state", "us_state", "state_code", "home_state")
AGE_BAND, COARSE_AGE_BAND, COARSE_YEARS = 10, 20, 5  # years
FEW = 11  # the convention of DESIGN section 7: 1 to 10 are few
SIZES = (("1", 1, 1), ("2 to 4", 2, 4), ("5 to 10", 5, 10), ("11 or more", 11, np.inf))
THRESHOLDS = pd.DataFrame(
    [
        (5, "uniqueness threshold of 20 % proposed for health data (El Emam 2010)", "convention"),
        (11, "no cell of 1 to 10 is shown, as CMS asks of users of its data", "convention"),
        (20, "re-identification probability 0.05 for a public hospital file (El Emam 2011)", "published"),
        (25, "re-identification probability 0.04 for a public hospital file (El Emam 2011)", "published"),
    ],
    columns=["k", "meaning", "status"],
)
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class KAnonymity:
    """The report. k of a patient is the number of patients with the same combination, the patient included.

    columns were used, absent were asked for and are not in the study. classes has one row per size of combination
    (size, n_combinations, n_patients, share); coarsening one row per way to make a column coarser (column, step,
    n_patients_below: patients with k under 11 after it, fewer: by how many that is less), the most helpful first;
    thresholds compares with published ones (k, meaning, status, n_patients_below, share_below).
    Counts are exact: they are for whoever holds the data, and pass the release gate before anyone else sees them.
    """

    columns: tuple[str, ...]
    absent: tuple[str, ...]
    n_patients: int
    smallest_k: int | None
    classes: pd.DataFrame
    coarsening: pd.DataFrame
    thresholds: pd.DataFrame

    @property
    def most_helpful(self) -> str | None:
        """The column whose coarsening takes most patients out of combinations of 1 to 10; None when none does."""
        helpful = self.coarsening[self.coarsening["fewer"] > 0]
        return str(helpful["column"].iloc[0]) if len(helpful) else None


def k_anonymity(study: Study, columns: Sequence[str] = DEFAULT_COLUMNS) -> KAnonymity:
    """Count the patients of a study by how many others share their combination of traits.

    columns are "age_band" (ten years, 90 and over one band), "route" (of the first session), "state" or any column
    of `patients`. A missing value is a value of its own. Raises ValueError for a column that nothing can be.
    """
    traits = {name: values for name in columns if (values := _trait(study, name)) is not None}
    absent = tuple(name for name in columns if name not in traits)
    unknown = [name for name in absent if name not in DEFAULT_COLUMNS]
    if unknown:
        raise ValueError(f"patients has no column {', '.join(map(repr, unknown))} to count combinations by.")
    codes = {name: _codes(values) for name, values in traits.items()}
    n = len(study.patients)
    k = _class_sizes(list(codes.values()), n)
    return KAnonymity(
        tuple(traits),
        absent,
        n,
        int(k.min()) if n else None,
        _classes(k),
        _coarsening(traits, codes, k),
        _against_thresholds(k),
    )


def _trait(study: Study, name: str) -> pd.Series | None:
    patients = study.patients
    if name == "age_band":
        return _bands(patients["age"], AGE_BAND, TOP_AGE) if "age" in patients else None
    if name == "route":
        return index_route(study)["route"]
    if name == "state":
        return next((patients[column] for column in patients if str(column).lower() in STATE_NAMES), None)
    return patients.get(name)


def _bands(values: pd.Series, width: int, top: float = np.inf) -> pd.Series:
    """The lower end of each value's band; values from `top` on are one band."""
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    return pd.Series(np.minimum(np.floor(numbers / width) * width, top), index=values.index)


def _codes(values: pd.Series) -> Codes:
    """A number for each value; a missing value has its own."""
    codes, names = pd.factorize(values)
    return np.where(codes < 0, len(names), codes).astype(np.int64)


def _class_sizes(codes: Sequence[Codes], n: int) -> Codes:
    """For each patient, how many have the same combination."""
    combination = np.zeros(n, dtype=np.int64)
    for column in codes:
        _, combination = np.unique(combination * (int(column.max(initial=0)) + 1) + column, return_inverse=True)
    return np.bincount(combination, minlength=1)[combination] if n else combination


def _classes(k: Codes) -> pd.DataFrame:
    rows = []
    for size, low, high in SIZES:
        mine = k[(k >= low) & (k <= high)]
        combinations = round(float((1 / mine).sum()))
        rows.append((size, combinations, len(mine), len(mine) / len(k) if len(k) else np.nan))
    return pd.DataFrame(rows, columns=["size", "n_combinations", "n_patients", "share"])


def _against_thresholds(k: Codes) -> pd.DataFrame:
    below = [int((k < limit).sum()) for limit in THRESHOLDS["k"]]
    shares = [count / len(k) if len(k) else np.nan for count in below]
    return THRESHOLDS.assign(n_patients_below=below, share_below=shares)


def _coarsening(traits: dict[str, pd.Series], codes: dict[str, Codes], k: Codes) -> pd.DataFrame:
    now = int((k < FEW).sum())
    rows = []
    for name, values in traits.items():
        others = [column for other, column in codes.items() if other != name]
        for step, coarser in _steps(name, values, codes[name]):
            below = int((_class_sizes([*others, coarser], len(k)) < FEW).sum())
            rows.append((name, step, below, now - below))
    frame = pd.DataFrame(rows, columns=["column", "step", "n_patients_below", "fewer"])
    return frame.sort_values("fewer", ascending=False, kind="stable").reset_index(drop=True)


def _steps(name: str, values: pd.Series, codes: Codes) -> list[tuple[str, Codes]]:
    """Ways to make a column coarser, in words, with its codes afterwards."""
    leave_out = ("leave it out", np.zeros_like(codes))
    if name == "age_band":
        return [(f"bands of {COARSE_AGE_BAND} years", _codes(_bands(values, COARSE_AGE_BAND))), leave_out]
    if name == "index_year":
        return [(f"spans of {COARSE_YEARS} years", _codes(_bands(values, COARSE_YEARS))), leave_out]
    counts = np.bincount(codes)
    rare = counts[codes] < FEW
    pooled = (f"one value for all that fewer than {FEW} patients have", np.where(rare, len(counts), codes))
    return [pooled, leave_out] if rare.any() else [leave_out]
