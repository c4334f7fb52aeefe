"""Who starts treatment, where, who pays, and by which route: the confounding is made here.

The clinic comes first, then the payer, then the route given both, then severity and history given
the route. So route goes with payer (insured patients get nasal esketamine), with clinic (each offers
a different mix, none only one main route) and with baseline severity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.vocabulary import PAYERS, SEXES

from .outcome_parameters import CLINICS, SIMULATED_ROUTES

DIAGNOSES = ("MDD", "bipolar depression", "PTSD", "GAD", "chronic pain")
Rows = Mapping[str, tuple[float, ...]]


def _rows(**rows: tuple[float, ...]) -> dict[str, tuple[float, ...]]:
    return dict(rows)


@dataclass(frozen=True)
class PeopleParameters:
    """Shares and means; rows of the tables are named, columns follow the order in each comment."""

    clinic_share: tuple[float, ...] = (0.20, 0.17, 0.20, 0.14, 0.16, 0.13)
    # columns: self-pay, commercial, Medicare, Medicaid, VA
    payer_by_clinic: Rows = field(
        default_factory=lambda: _rows(
            C01=(0.34, 0.42, 0.10, 0.04, 0.10),
            C02=(0.66, 0.24, 0.04, 0.04, 0.02),
            C03=(0.24, 0.46, 0.13, 0.07, 0.10),
            C04=(0.70, 0.20, 0.04, 0.03, 0.03),
            C05=(0.58, 0.28, 0.06, 0.03, 0.05),
            C06=(0.40, 0.40, 0.07, 0.09, 0.04),
        )
    )
    # columns: IV, IM, IN, SL, SC, PO
    route_by_clinic: Rows = field(
        default_factory=lambda: _rows(
            C01=(5.0, 1.2, 2.2, 0.0, 0.0, 0.0),
            C02=(1.5, 5.0, 0.0, 3.0, 0.5, 0.0),
            C03=(3.5, 0.0, 3.5, 0.6, 0.0, 0.1),
            C04=(0.0, 2.0, 0.0, 6.5, 0.0, 0.5),
            C05=(4.5, 3.5, 0.0, 1.2, 0.6, 0.0),
            C06=(0.0, 2.5, 2.2, 2.6, 0.0, 0.4),
        )
    )
    payer_on_route: Rows = field(
        default_factory=lambda: {
            "self-pay": (1.0, 1.2, 0.25, 1.5, 1.0, 1.0),
            "commercial": (0.7, 0.7, 2.6, 0.8, 0.9, 0.8),
            "Medicare": (0.8, 0.5, 3.0, 0.3, 0.5, 0.8),
            "Medicaid": (0.4, 0.6, 2.2, 0.8, 0.5, 1.5),
            "VA": (2.5, 0.5, 2.2, 0.3, 0.4, 0.4),
        }
    )
    # columns: MDD, bipolar depression, PTSD, GAD, chronic pain
    diagnosis_by_route: Rows = field(
        default_factory=lambda: _rows(
            IV=(0.68, 0.07, 0.13, 0.03, 0.09),
            IM=(0.66, 0.06, 0.16, 0.08, 0.04),
            IN=(0.95, 0.02, 0.02, 0.01, 0.00),
            SL=(0.62, 0.06, 0.13, 0.14, 0.05),
            SC=(0.66, 0.04, 0.15, 0.08, 0.07),
            PO=(0.52, 0.05, 0.08, 0.10, 0.25),
        )
    )
    diagnosis_on_baseline: tuple[float, ...] = (0.3, 0.5, -0.5, -1.5, -2.0)
    # columns: mean, standard deviation of PHQ-9 before the shift for the diagnosis and clipping to 0-27
    baseline_by_route: Rows = field(
        default_factory=lambda: _rows(
            IV=(17.6, 4.9), IM=(16.4, 6.8), IN=(17.8, 5.1), SL=(15.7, 4.8), SC=(16.2, 5.0), PO=(15.8, 5.0)
        )
    )
    # columns: mean, standard deviation in years, for payers other than Medicare
    age_by_route: Rows = field(
        default_factory=lambda: _rows(
            IV=(43.0, 13.0), IM=(37.5, 12.0), IN=(45.0, 11.5), SL=(40.0, 9.5), SC=(40.0, 11.0), PO=(43.0, 12.0)
        )
    )
    age_medicare: tuple[float, float] = (69.0, 6.5)
    female_by_route: tuple[float, ...] = (0.58, 0.54, 0.72, 0.62, 0.60, 0.60)
    female_va: float = 0.18
    other_sex: float = 0.012
    attempt_by_route: tuple[float, ...] = (0.28, 0.35, 0.25, 0.15, 0.22, 0.18)
    antidepressant_by_route: tuple[float, ...] = (0.66, 0.60, 0.90, 0.62, 0.62, 0.62)
    benzodiazepine_share: float = 0.24
    failed_by_route: tuple[float, ...] = (3.4, 2.6, 3.2, 2.2, 2.8, 2.8)
    bmi: tuple[float, float] = (28.4, 6.0)
    height_cm: tuple[float, float, float] = (163.0, 177.0, 7.0)  # female and other, male, standard deviation
    years: tuple[int, int] = (2021, 2025)
    never_followed_by_route: tuple[float, ...] = (0.15, 0.17, 0.06, 0.24, 0.15, 0.18)
    followed_odds_young: float = 0.75  # under 30
    followed_odds_severe: float = 0.85  # PHQ-9 of 20 or more


PEOPLE = PeopleParameters()


def draw_categories(rng: np.random.Generator, weights: np.ndarray) -> np.ndarray:
    """One column index per row of weights, which need not sum to one."""
    cumulative = weights.cumsum(axis=1)
    points = rng.random(len(weights)) * cumulative[:, -1]
    return np.minimum((cumulative <= points[:, None]).sum(axis=1), weights.shape[1] - 1)


def by_row(rows: Rows, order: Sequence[str]) -> np.ndarray:
    """The named rows as an array in the given order."""
    return np.array([rows[name] for name in order], dtype=float)


def draw_people(rng: np.random.Generator, n_patients: int) -> pd.DataFrame:
    """One row per starter, index 0 to n - 1; clinic, payer, sex, diagnosis and route as integer codes.

    The codes index CLINICS, PAYERS, SEXES, DIAGNOSES and SIMULATED_ROUTES. `baseline` is the PHQ-9
    on or before the first session, whether or not the patient's clinic records PHQ-9.
    """
    p = PEOPLE
    clinic = draw_categories(rng, np.tile(p.clinic_share, (n_patients, 1)))
    payer = draw_categories(rng, by_row(p.payer_by_clinic, CLINICS)[clinic])
    weights = by_row(p.route_by_clinic, CLINICS)[clinic] * by_row(p.payer_on_route, PAYERS)[payer]
    route = draw_categories(rng, weights)
    diagnosis = draw_categories(rng, by_row(p.diagnosis_by_route, SIMULATED_ROUTES)[route])
    people = pd.DataFrame({"clinic": clinic, "payer": payer, "route": route, "diagnosis": diagnosis})
    people["baseline"] = _baseline(rng, people)
    people["sex"] = _sex(rng, people)
    people["age"] = _age(rng, people)
    people["followed"] = _followed(rng, people)
    return people.join(_history(rng, people))


def _baseline(rng: np.random.Generator, people: pd.DataFrame) -> np.ndarray:
    mean, sd = by_row(PEOPLE.baseline_by_route, SIMULATED_ROUTES)[people["route"]].T
    centre = mean + np.array(PEOPLE.diagnosis_on_baseline)[people["diagnosis"]]
    return np.clip(np.round(rng.normal(centre, sd)), 0, 27).astype(int)


def _sex(rng: np.random.Generator, people: pd.DataFrame) -> np.ndarray:
    share = np.array(PEOPLE.female_by_route)[people["route"]]
    share = np.where(people["payer"] == PAYERS.index("VA"), PEOPLE.female_va, share)
    sex = np.where(rng.random(len(people)) < share, SEXES.index("female"), SEXES.index("male"))
    return np.where(rng.random(len(people)) < PEOPLE.other_sex, SEXES.index("other"), sex)


def _age(rng: np.random.Generator, people: pd.DataFrame) -> np.ndarray:
    mean, sd = by_row(PEOPLE.age_by_route, SIMULATED_ROUTES)[people["route"]].T
    medicare = (people["payer"] == PAYERS.index("Medicare")).to_numpy()
    mean = np.where(medicare, PEOPLE.age_medicare[0], mean)
    sd = np.where(medicare, PEOPLE.age_medicare[1], sd)
    return np.clip(np.round(rng.normal(mean, sd)), 18, 90).astype(int)


def _followed(rng: np.random.Generator, people: pd.DataFrame) -> np.ndarray:
    """Whether anything is measured after baseline: it depends on route, age and baseline, all in the file."""
    never = np.array(PEOPLE.never_followed_by_route)[people["route"]]
    odds = (1 - never) / never
    odds = np.where(people["age"] < 30, odds * PEOPLE.followed_odds_young, odds)
    odds = np.where(people["baseline"] >= 20, odds * PEOPLE.followed_odds_severe, odds)
    return rng.random(len(people)) < odds / (1 + odds)


def _history(rng: np.random.Generator, people: pd.DataFrame) -> pd.DataFrame:
    n = len(people)
    route = people["route"].to_numpy()
    attempt = np.array(PEOPLE.attempt_by_route)[route] * np.exp(0.03 * (people["baseline"] - 17))
    failed = rng.poisson(np.array(PEOPLE.failed_by_route)[route] * np.exp(0.02 * (people["baseline"] - 17)))
    at_least = np.where(route == SIMULATED_ROUTES.index("IN"), 2, 0)  # the label asks for two failures
    bmi = np.clip(rng.gamma((PEOPLE.bmi[0] / PEOPLE.bmi[1]) ** 2, PEOPLE.bmi[1] ** 2 / PEOPLE.bmi[0], n), 16, 58)
    female, male, sd = PEOPLE.height_cm
    height = np.clip(rng.normal(np.where(people["sex"] == SEXES.index("male"), male, female), sd), 145, 205)
    return pd.DataFrame(
        {
            "failed_antidepressants": np.clip(failed, at_least, 15),
            "benzodiazepine": rng.random(n) < PEOPLE.benzodiazepine_share,
            "antidepressant": rng.random(n) < np.array(PEOPLE.antidepressant_by_route)[route],
            "prior_suicide_attempt": rng.random(n) < attempt,
            "bmi": bmi,
            "weight": bmi * (height / 100) ** 2,
            "index_year": rng.integers(PEOPLE.years[0], PEOPLE.years[1] + 1, n),
        }
    )
