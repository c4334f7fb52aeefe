"""How often a clinic is flagged, over many simulated studies: `python -m tests.recovery.clinic_flags [studies]`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.cohort import Cohort, select
from analysis.outcomes import ModelSpec
from analysis.outcomes.clinics import clinics, prepare_clinics

from .clinic_studies import Departure, KnownClinics, draw_clinics

SEED = 4711
SPEC = ModelSpec(covariates=("age",))
DIFFERENCE, SPREAD = "adjusted difference", "SD between clinics"
NO_CLINIC = -1
ONE = ("one differs", 0.0, Departure(points=2.5, stopping=2.0, scoring=0.65, events=2.0))
COLUMNS = ("study", "measure", "clinic", "flagged", "beyond", "held", "singular", "width")


def flags(studies: int, n_clinics: int, between_sd: float = 0.0, first: Departure | None = None) -> pd.DataFrame:
    """One row per study, measure and clinic: flagged (outside 95 %, or an interval that leaves out zero), beyond
    (outside 99.8 %); of differences whether the interval held the truth and its width, both missing where the variance
    between clinics was estimated as zero; of the standard deviation between clinics the same, where an interval without
    a value holds nothing."""
    rows: list[tuple[object, ...]] = []
    for number in range(studies):
        rng = np.random.default_rng([SEED, n_clinics, round(10 * between_sd), first is not None, number])
        rows += [(number, *row) for row in _of_study(draw_clinics(n_clinics, rng, between_sd, first))]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_study(known: KnownClinics) -> Iterator[tuple[object, ...]]:
    found = clinics(prepare_clinics(known.study, SPEC), select(known.study, Cohort()))
    for point in found.funnels.to_dict("records"):
        place, outside = int(str(point["clinic"])[1:]), point["outside"]
        yield point["measure"], place, outside != "", outside == "99.8", np.nan, False, np.nan
    assert found.status != "refused", found.engine_words
    singular = found.between_sd == 0
    for row in found.adjusted.to_dict("records"):
        place = int(str(row["clinic"])[1:])
        apart = row["ci_low"] > 0 or row["ci_high"] < 0
        held = np.nan if singular else float(row["ci_low"] <= known.departures[place] <= row["ci_high"])
        yield DIFFERENCE, place, apart, False, held, singular, row["ci_high"] - row["ci_low"]
    low, high = found.between_low, found.between_high
    yield SPREAD, NO_CLINIC, False, False, float(low <= known.between_sd <= high), singular, high - low


def rates(found: pd.DataFrame) -> pd.DataFrame:
    """One row per measure: share of clinics flagged with its Monte Carlo error (studies drawn, not clinics), share
    beyond 99.8 %, share of intervals that held the truth, share of studies without a variance, median width."""
    rows = {}
    for measure, part in found.groupby("measure", sort=False):
        per_study = part.groupby("study")[["flagged", "held"]].mean().astype(float)
        errors = per_study.std(ddof=1) / np.sqrt(per_study.count())
        rows[measure] = {
            "flagged": per_study["flagged"].mean(), "mc_error": errors["flagged"], "beyond": part["beyond"].mean(),
            "held": per_study["held"].mean(), "held_error": errors["held"],
            "singular": part.groupby("study")["singular"].first().mean(), "width": part["width"].median(),
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index")


def main() -> None:
    """Print the tables of tests/recovery/README.md."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000

    for n_clinics in (3, 6, 20):
        for name, sd, first in (("equal", 0.0, None), ("SD 0.7", 0.7, None), ("SD 1.4", 1.4, None), ONE):
            if n_clinics == 3 and first is not None:
                continue
            started = time.perf_counter()
            found = flags(studies, n_clinics, sd, first)
            print(
                f"\n{n_clinics} clinics, {name}, {studies} studies, {time.perf_counter() - started:.0f} s", flush=True
            )
            if first is not None:
                print("the clinic that differs:", rates(found[found["clinic"] == 0]).round(3).to_string(), sep="\n")
                found = found[found["clinic"] > 0]
            print(rates(found).round(4).to_string(), flush=True)


if __name__ == "__main__":
    main()
