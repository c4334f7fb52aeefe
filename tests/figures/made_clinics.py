"""Clinics made by hand, shaped like a comparison, and their releases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.disclosure import Audience, viewer
from analysis.disclosure.clinics import ReleasedClinics, release_clinics
from analysis.outcomes.clinics import DROP_OUT, EVENTS_ASKED, RATE, SHARE, Clinics
from analysis.outcomes.clinics.result import ADJUSTED, FUNNELS, GROUPS, MEASURES
from tests.figures.made import made_overview, made_safety

STARTERS = {"C01": 120, "C02": 100, "C03": 80, "C04": 60, "C05": 40}
DROPPED = {"C01": 40, "C02": 60, "C03": 30, "C04": 20, "C05": 15}
ASKED = {"C01": (120, 60, 300, 600), "C02": (80, 30, 90, 400)}  # patients, with any, events, sessions


def made_clinics(**changed: object) -> Clinics:
    """Five clinics of 400 starters: one has more drop-out than chance allows, one clearly less improvement."""
    adjusted = [
        (
            name,
            n // 2,
            estimate,
            0.5,
            estimate - 1.0,
            estimate + 1.0,
            1.5 * estimate,
            1.5 * estimate - 1.4,
            1.5 * estimate + 1.4,
        )
        for (name, n), estimate in zip(STARTERS.items(), (-0.4, 1.6, 0.2, -0.6, -0.8), strict=True)
    ]
    shares = [
        (DROP_OUT, name, n, DROPPED[name], DROPPED[name], n, DROPPED[name] / n, 0.0) for name, n in STARTERS.items()
    ]
    events = [(EVENTS_ASKED, name, n, some, k, of, 100 * k / of, 0.0) for name, (n, some, k, of) in ASKED.items()]
    funnels = [(*row, "95" if row[1] == "C02" and row[0] == DROP_OUT else "") for row in (*shares, *events)]
    measures = [
        (DROP_OUT, SHARE, "starters who did not complete induction, of all starters", 5, 400, 165, 165, 400, 165 / 400,
         1.0, 1.0, 40, 120),
        (EVENTS_ASKED, RATE, "adverse events found by asking", 2, 200, 90, 390, 1000, 39.0, 1.3, 4.0, 400, 600),
    ]  # fmt: skip
    values: dict[str, object] = {
        "instrument": "PHQ-9",
        "status": "converged",
        "status_sentence": "The model was fitted without problems, and its solution was verified.",
        "min_patients": 11,
        "n_clinics": 5,
        "n_pooled": 0,
        "n_left_out": 0,
        "groups": pd.DataFrame(list(STARTERS.items()), columns=list(GROUPS)),
        "adjusted": pd.DataFrame(adjusted, columns=list(ADJUSTED)),
        "funnels": pd.DataFrame(funnels, columns=list(FUNNELS)),
        "measures": pd.DataFrame(measures, columns=list(MEASURES)),
        "between_sd": 0.9,
        "between_low": 0.3,
        "between_high": 2.1,
        "n_model": 200,
        "n_rows": 900,
        "covariates": ("age", "sex"),
    }
    return Clinics(**(values | changed))  # type: ignore[arg-type]


def vanished() -> Clinics:
    """The same clinics where the model sees no variation between them."""
    made = made_clinics(between_sd=0.0, between_low=0.0, status="singular", status_sentence="Nothing varies.")
    gone = made.adjusted.assign(estimate=0.0, std_error=np.nan, ci_low=np.nan, ci_high=np.nan)
    return replace(made, adjusted=gone)


def released_clinics(made: Clinics | None = None, audience: Audience | None = None) -> ReleasedClinics:
    """A comparison as somebody may have it; a viewer when nobody is named. The overview counts the same."""
    review = made_overview(safety=made_safety(("solicited", 2, 1000, 200, 390, 90)))
    return release_clinics(made or made_clinics(), review, 2_000, audience or viewer())
