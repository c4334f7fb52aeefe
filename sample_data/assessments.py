"""The table of assessments: PHQ-9 from the truth equation, the other instruments moving with it.

The other instruments follow the patient's PHQ-9 course on their own scale with noise of their own.
Their numbers are not part of truth.json.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.vocabulary import instrument

from .blanks import blank
from .outcome_parameters import CLINICS, SIMULATED_ROUTES
from .people import DIAGNOSES
from .scores import Phq9Patients, patient_deviation


@dataclass(frozen=True)
class OtherInstrument:
    """How an instrument follows PHQ-9, in its own points.

    share multiplies the PHQ-9 change from route and sessions, patient_share the patient's deviation;
    baseline_slope is the change per point of its own baseline above the mean.
    """

    baseline: tuple[float, float]
    baseline_correlation: float
    share: float
    patient_share: float
    baseline_slope: float
    own_sd: float
    residual_sd: float
    step: float = 1.0


@dataclass(frozen=True)
class MeasurementParameters:
    """Which patients have which instrument, and how scores of the others arise."""

    uses_phq9: float = 0.975
    uses_gad7: float = 0.80
    madrs_clinics: tuple[str, ...] = ("C01", "C03")
    uses_madrs: dict[str, float] = field(default_factory=lambda: {"IV": 0.35, "IN": 0.60})
    given_at_visit: dict[str, float] = field(
        default_factory=lambda: {"GAD-7": 0.85, "MADRS": 0.45, "PCL-5": 0.35, "PEG": 0.80}
    )
    others: dict[str, OtherInstrument] = field(
        default_factory=lambda: {
            "GAD-7": OtherInstrument((12.6, 5.4), 0.55, 0.80, 0.72, -0.40, 1.4, 2.2),
            "MADRS": OtherInstrument((31.2, 5.8), 0.50, 2.05, 2.00, -0.35, 3.0, 4.2),
            "PCL-5": OtherInstrument((46.0, 12.0), 0.35, 1.80, 1.70, -0.35, 4.0, 5.5),
            "PEG": OtherInstrument((6.5, 1.6), 0.25, 0.26, 0.18, -0.30, 0.6, 0.8, 1 / 3),
        }
    )
    suicidality_centre: float = 17.0
    suicidality_per_point: float = 0.18
    suicidality_patient_sd: float = 1.2
    suicidality_attempt: float = 0.7
    suicidality_steps: tuple[float, float, float] = (0.2, 1.9, 3.3)
    madrs_item: tuple[float, float, float, float] = (1.5, 0.08, 0.7, 0.6)  # at 31, per point, per patient, noise
    one_item_missing: float = 0.02
    blanks: dict[str, float] = field(
        default_factory=lambda: {"suicidality_item": 0.015, "n_items_answered": 0.03, "mode": 0.03}
    )


MEASUREMENT = MeasurementParameters()


def draw_panels(rng: np.random.Generator, people: pd.DataFrame) -> pd.DataFrame:
    """Which instruments each patient's clinic uses for them; one yes/no column per instrument."""
    n = len(people)
    code = np.array(SIMULATED_ROUTES)[people["route"]]
    chance = pd.Series(code).map(MEASUREMENT.uses_madrs).fillna(0.0).to_numpy()
    clinics = [CLINICS.index(name) for name in MEASUREMENT.madrs_clinics]
    return pd.DataFrame(
        {
            "uses_phq9": rng.random(n) < MEASUREMENT.uses_phq9,
            "GAD-7": rng.random(n) < MEASUREMENT.uses_gad7,
            "MADRS": (rng.random(n) < chance) & people["clinic"].isin(clinics).to_numpy(),
            "PCL-5": people["diagnosis"].to_numpy() == DIAGNOSES.index("PTSD"),
            "PEG": people["diagnosis"].to_numpy() == DIAGNOSES.index("chronic pain"),
        }
    )


def assessment_rows(
    rng: np.random.Generator, people: pd.DataFrame, patients: Phq9Patients, occasions: pd.DataFrame, knot: int
) -> pd.DataFrame:
    """One row per instrument at an occasion, with `patient` as a row number of `people`."""
    ideation = MEASUREMENT.suicidality_patient_sd * rng.standard_normal(len(people))
    ideation += MEASUREMENT.suicidality_attempt * people["prior_suicide_attempt"].to_numpy()
    phq9 = occasions.dropna(subset="phq9")
    rows = [_rows("PHQ-9", phq9, phq9["phq9"].to_numpy(), _phq9_item(rng, phq9, ideation))]
    deviation = patient_deviation(
        patients, occasions["patient"].to_numpy(), occasions["sessions_so_far"].to_numpy(), knot
    )
    occasions = occasions.assign(deviation=deviation)
    for name, values in MEASUREMENT.others.items():
        given = _given(rng, people, occasions, name)
        scores = _other_scores(rng, people, given, name, values)
        item = _madrs_item(rng, given, scores, ideation) if name == "MADRS" else np.full(len(given), np.nan)
        rows.append(_rows(name, given, scores, item))
    table = pd.concat(rows, ignore_index=True)
    table["n_items_answered"] -= (rng.random(len(table)) < MEASUREMENT.one_item_missing).astype(int)
    return blank(rng, table, MEASUREMENT.blanks)


def _given(rng: np.random.Generator, people: pd.DataFrame, occasions: pd.DataFrame, name: str) -> pd.DataFrame:
    uses = people[name].to_numpy()[occasions["patient"]]
    chance = occasions["kind"].map({"baseline": 0.97, "screening": 0.0, "visit": None, "follow-up": 0.9})
    chance = chance.astype(float).fillna(MEASUREMENT.given_at_visit[name])
    if name == "MADRS":
        uses = uses & (occasions["day"] != 1).to_numpy()  # a rater sees nobody on day 1
    return occasions[uses & (rng.random(len(occasions)) < chance.to_numpy())]


def _other_scores(
    rng: np.random.Generator, people: pd.DataFrame, given: pd.DataFrame, name: str, values: OtherInstrument
) -> np.ndarray:
    mean, sd = values.baseline
    severity = (people["baseline"].to_numpy() - 17) / 5.5
    own = np.sqrt(1 - values.baseline_correlation**2) * rng.standard_normal(len(people))
    start = mean + sd * (values.baseline_correlation * severity + own)
    own_change = values.own_sd * rng.standard_normal(len(people))
    who = given["patient"].to_numpy()
    change = values.share * given["by_route"] + values.patient_share * given["deviation"] + own_change[who]
    change += values.baseline_slope * (start[who] - mean) + rng.normal(0, values.residual_sd, len(given))
    after = (given["sessions_so_far"] > 0).to_numpy()
    scores = start[who] + np.where(after, change, 0.0)
    limits = instrument(name)
    stepped = np.round(np.clip(scores, limits.minimum, limits.maximum) / values.step) * values.step
    return np.round(stepped, 2)


def _phq9_item(rng: np.random.Generator, rows: pd.DataFrame, ideation: np.ndarray) -> np.ndarray:
    """Item 9 (0-3), never more than the total and never less than the other eight items leave over."""
    score = rows["phq9"].to_numpy()
    latent = MEASUREMENT.suicidality_per_point * (score - MEASUREMENT.suicidality_centre)
    latent = latent + ideation[rows["patient"]] + rng.logistic(0, 0.7, len(rows))
    item = np.searchsorted(MEASUREMENT.suicidality_steps, latent).astype(float)
    return np.clip(item, np.maximum(score - 24, 0), np.minimum(score, 3))


def _madrs_item(rng: np.random.Generator, rows: pd.DataFrame, score: np.ndarray, ideation: np.ndarray) -> np.ndarray:
    """Item 10 (0-6), coherent with the total in the same way."""
    centre, per_point, per_patient, noise = MEASUREMENT.madrs_item
    latent = centre + per_point * (score - 31) + per_patient * ideation[rows["patient"]]
    item = np.round(latent + rng.normal(0, noise, len(rows)))
    return np.clip(item, np.maximum(score - 54, 0), np.minimum(score, 6))


def _rows(name: str, occasions: pd.DataFrame, score: np.ndarray, item: np.ndarray) -> pd.DataFrame:
    declared = instrument(name)
    return pd.DataFrame(
        {
            "patient": occasions["patient"].to_numpy(),
            "day": occasions["day"].to_numpy(),
            "instrument": name,
            "score": score,
            "suicidality_item": item,
            "n_items_answered": declared.n_items,
            "mode": declared.rater,
        }
    )
