"""How the patients of each route differ before anyone compares their change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.study import Study, baselines, index_route, sessions_completed
from analysis.vocabulary import ROUTES, route_label

Floats = NDArray[np.float64]
COLUMNS = (
    "route",
    "n_patients",
    "n_baseline",
    "baseline_mean",
    "baseline_sd",
    "age_mean",
    "share_female",
    "share_esketamine",
    "share_self_pay",
    "sessions_median",
    "n_age",
    "n_sex",
    "n_female",
    "n_molecule",
    "n_esketamine",
    "n_payer",
    "n_self_pay",
)


@dataclass(frozen=True, eq=False)
class Traits:
    """What balance looks at, one entry per patient of a study; NaN where it is not recorded.

    route is a number in `routes`, -1 for a patient without a session; the yes/no traits are 1 or 0.
    """

    routes: tuple[str, ...]
    route: NDArray[np.int64]
    numbers: dict[str, Floats]


def _is(values: pd.Series | pd.Categorical | None, word: str, n: int) -> Floats:
    if values is None:
        return np.full(n, np.nan)
    series = pd.Series(values)
    return np.where(series.isna(), np.nan, (series == word).to_numpy(dtype=float, na_value=np.nan))


def patient_traits(study: Study, instrument: str) -> Traits:
    """The traits of every patient of a study, once for all of its cohorts."""
    people, n = study.patients, len(study.patients)
    first = index_route(study)
    routes = tuple(code for code in ROUTES if code in set(first["route"].dropna()))
    route = pd.Categorical(first["route"].astype("str"), categories=list(routes)).codes.astype(np.int64)
    age = people["age"].to_numpy(dtype=float, na_value=np.nan) if "age" in people else np.full(n, np.nan)
    numbers = {
        "baseline": baselines(study, instrument)["baseline"].to_numpy(dtype=float),
        "age": age,
        "female": _is(people.get("sex"), "female", n),
        "esketamine": _is(first["molecule"], "esketamine", n),
        "self_pay": _is(people.get("payer"), "self-pay", n),
        "sessions": sessions_completed(study).astype(float),
    }
    return Traits(routes, route, numbers)


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _mean(values: Floats) -> float:
    known = _known(values)
    return float(known.mean()) if len(known) else np.nan


def _sd(values: Floats) -> float:
    known = _known(values)
    return float(known.std(ddof=1)) if len(known) > 1 else np.nan


def _part(values: Floats) -> tuple[int, int]:
    """How many are recorded, and how many of them are yes."""
    known = _known(values)
    return len(known), int(known.sum())


def route_balance(traits: Traits, keep: NDArray[np.bool_]) -> pd.DataFrame:
    """One row per route of the first session, among the kept starters.

    n_patients, n_baseline (those with a baseline on the instrument), baseline mean and SD (points), mean age
    (years), shares (0 to 1, of those recorded) female, on esketamine and paying themselves, median completed
    sessions; then how many have age, sex, molecule and payer recorded, and how many are the part of each share.
    """
    rows = []
    for number, route in enumerate(traits.routes):
        mine = keep & (traits.route == number)
        if mine.any():
            of = {name: values[mine] for name, values in traits.numbers.items()}
            rows.append(
                (
                    route,
                    int(mine.sum()),
                    len(_known(of["baseline"])),
                    _mean(of["baseline"]),
                    _sd(of["baseline"]),
                    _mean(of["age"]),
                    _mean(of["female"]),
                    _mean(of["esketamine"]),
                    _mean(of["self_pay"]),
                    float(np.median(of["sessions"])),
                    len(_known(of["age"])),
                    *_part(of["female"]),
                    *_part(of["esketamine"]),
                    *_part(of["self_pay"]),
                )
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def route_names(balance: pd.DataFrame) -> dict[str, str]:
    """A reader's name for each route: with the molecule when everyone on it had esketamine."""
    pairs = zip(balance["route"], balance["share_esketamine"], strict=True)
    return {str(route): route_label(str(route), ["esketamine"] if share == 1 else []) for route, share in pairs}
