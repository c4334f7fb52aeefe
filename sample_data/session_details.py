"""What a clinic writes down at a session: dose, vital signs, dissociation, observation, charge.

Sources of the numbers are named in the README; those without one are plausible settings.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.vocabulary import PAYERS

from .blanks import blank
from .outcome_parameters import SIMULATED_ROUTES
from .people import Rows, by_row

_IN = SIMULATED_ROUTES.index("IN")
_SL = SIMULATED_ROUTES.index("SL")


@dataclass(frozen=True)
class SessionParameters:
    """Per-route values; tuples follow the order IV, IM, IN, SL, SC, PO unless the comment says otherwise."""

    # mg/kg at the first session, step per session, lowest and highest ceiling, rounding in mg
    dose_per_kg: Rows = field(
        default_factory=lambda: {
            "IV": (0.5, 0.1, 0.5, 1.0, 1.0), "IM": (0.5, 0.15, 0.6, 1.1, 5.0), "SC": (0.5, 0.1, 0.6, 0.9, 5.0),
            "PO": (0.7, 0.25, 1.0, 2.0, 10.0), "IN": (0.0, 0.0, 0.0, 0.0, 1.0), "SL": (2.0, 0.7, 3.5, 5.5, 50.0),
        }
    )  # fmt: skip
    sublingual_mg: tuple[float, float] = (100.0, 450.0)
    esketamine_goes_up: float = 0.72
    home_share: tuple[float, ...] = (0.0, 0.0, 0.0, 0.85, 0.25, 0.7)
    duration_min: tuple[float, ...] = (40.0, 1.0, 15.0, 12.0, 2.0, 1.0)
    observation_min: tuple[float, ...] = (75.0, 110.0, 124.0, 75.0, 120.0, 90.0)
    # mean rise to the peak in mmHg: systolic, diastolic
    pressure_rise: Rows = field(
        default_factory=lambda: {
            "IV": (7.4, 6.0), "IM": (12.0, 8.0), "IN": (10.0, 7.0), "SL": (5.0, 3.0), "SC": (10.0, 6.0),
            "PO": (4.0, 3.0),
        }
    )  # fmt: skip
    # CADSS: first session, after habituation, share of sessions in which it is recorded
    cadss: Rows = field(
        default_factory=lambda: {
            "IV": (11.0, 6.5, 0.75), "IM": (18.0, 9.5, 0.30), "IN": (13.0, 7.0, 0.60), "SL": (8.0, 5.0, 0.05),
            "SC": (20.0, 9.0, 0.60), "PO": (5.0, 3.5, 0.10),
        }
    )  # fmt: skip
    cadss_sessions: float = 2.5
    charge_usd: tuple[float, ...] = (590.0, 425.0, 1050.0, 45.0, 350.0, 60.0)
    esketamine_insured_usd: tuple[float, float] = (980.0, 1300.0)  # at 56 mg or less, above
    clinic_price: tuple[float, ...] = (1.00, 1.00, 1.10, 0.95, 0.96, 0.95)
    # columns IV, IM, IN, SL, SC, PO: chance that the payer covers this patient's sessions
    coverage: Rows = field(
        default_factory=lambda: {
            "self-pay": (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            "commercial": (0.10, 0.03, 0.90, 0.02, 0.02, 0.05),
            "Medicare": (0.04, 0.01, 0.86, 0.01, 0.01, 0.05),
            "Medicaid": (0.02, 0.01, 0.75, 0.01, 0.01, 0.05),
            "VA": (0.97, 0.60, 0.98, 0.20, 0.50, 0.50),
        }
    )
    therapist_by_clinic: tuple[float, ...] = (0.10, 0.95, 0.04, 0.20, 0.75, 0.45)
    blanks: dict[str, float] = field(
        default_factory=lambda: {
            "dose_mg": 0.008, "weight_kg": 0.05, "duration_min": 0.04, "sbp_pre": 0.02, "dbp_pre": 0.02,
            "sbp_peak": 0.05, "dbp_peak": 0.05, "hr_peak": 0.06, "spo2_min": 0.06, "observation_min": 0.04,
            "therapist_present": 0.03, "cost_usd": 0.03, "covered": 0.02,
        }
    )  # fmt: skip
    home_vitals: float = 0.25


SESSIONS = SessionParameters()


def session_rows(rng: np.random.Generator, people: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """The columns of the sessions table, `patient` and `route` still as codes."""
    who, route = sessions["patient"].to_numpy(), sessions["route"].to_numpy()
    weight = people["weight"].to_numpy()[who] + rng.normal(0, 0.4, len(who))
    home = rng.random(len(people)) < 0.95  # a patient allowed to dose at home mostly does
    at_home = home[who] & (rng.random(len(who)) < np.array(SESSIONS.home_share)[route] / 0.95)
    dose = _doses(rng, people, sessions, weight)
    table = sessions[["patient", "session_number", "day", "route", "completed"]].assign(
        molecule=np.where(route == _IN, "esketamine", "racemic"),
        dose_mg=dose,
        weight_kg=np.round(weight, 1),
        duration_min=_durations(rng, route),
        setting=np.where(at_home, "home", "clinic"),
        observation_min=_observation(rng, route),
        therapist_present=_therapist(rng, people, who),
        cost_usd=_charges(people, who, route, dose),
        covered=_covered(rng, people, who, route),
    )
    table = table.join(_vitals(rng, people, who, route)).assign(cadss_peak=_cadss(rng, people, sessions))
    unseen = at_home & (rng.random(len(who)) >= SESSIONS.home_vitals)
    vitals = ["sbp_pre", "dbp_pre", "sbp_peak", "dbp_peak", "hr_peak", "spo2_min", "cadss_peak", "observation_min"]
    table.loc[unseen, vitals] = np.nan
    return blank(rng, table, SESSIONS.blanks)


def _doses(rng: np.random.Generator, people: pd.DataFrame, sessions: pd.DataFrame, weight: np.ndarray) -> np.ndarray:
    """Dose in mg: titrated per kg to a ceiling of the patient's own; esketamine in steps of 28 mg."""
    who, route = sessions["patient"].to_numpy(), sessions["route"].to_numpy()
    number = sessions["session_number"].to_numpy()
    first, step, low, high, to = by_row(SESSIONS.dose_per_kg, SIMULATED_ROUTES)[route].T
    ceiling = low + rng.random(len(people))[who] * (high - low)
    dose = np.minimum(first + step * (number - 1), ceiling) * weight
    lowest, highest = SESSIONS.sublingual_mg
    dose = np.where(route == _SL, np.clip(dose, lowest, highest), dose)
    dose = np.round(dose / to) * to
    older = (people["age"].to_numpy() >= 65)[who]
    up = (rng.random(len(people)) < SESSIONS.esketamine_goes_up)[who]
    step_up = np.where(up, np.where(older, 4, 3), np.inf)
    esketamine = np.where(number >= step_up, 84.0, np.where(older & (number == 1), 28.0, 56.0))
    planned = np.where(route == _IN, esketamine, dose)
    return np.where(sessions["completed"] | (route == _IN), planned, np.round(planned * 0.6))


def _durations(rng: np.random.Generator, route: np.ndarray) -> np.ndarray:
    usual = np.array(SESSIONS.duration_min)[route]
    longer = np.where(rng.random(len(route)) < 0.2, 1.25, 1.0)
    return np.round(usual * longer)


def _observation(rng: np.random.Generator, route: np.ndarray) -> np.ndarray:
    minutes = rng.normal(np.array(SESSIONS.observation_min)[route], np.where(route == _IN, 4, 15))
    least = np.where(route == _IN, 120, 30)  # the esketamine programme asks for two hours
    return np.round(np.maximum(minutes, least))


def _therapist(rng: np.random.Generator, people: pd.DataFrame, who: np.ndarray) -> np.ndarray:
    return rng.random(len(who)) < np.array(SESSIONS.therapist_by_clinic)[people["clinic"].to_numpy()[who]]


def _charges(people: pd.DataFrame, who: np.ndarray, route: np.ndarray, dose: np.ndarray) -> np.ndarray:
    """Charge in US dollars: a clinic's price for a route; nasal esketamine costs by dose when insured."""
    price = np.array(SESSIONS.clinic_price)[people["clinic"].to_numpy()[who]]
    insured = people["payer"].to_numpy()[who] != PAYERS.index("self-pay")
    low, high = SESSIONS.esketamine_insured_usd
    usual = np.array(SESSIONS.charge_usd)[route]
    usual = np.where((route == _IN) & insured, np.where(dose > 56, high, low), usual)
    return np.round(usual * price / 5) * 5


def _covered(rng: np.random.Generator, people: pd.DataFrame, who: np.ndarray, route: np.ndarray) -> np.ndarray:
    chance = by_row(SESSIONS.coverage, PAYERS)[people["payer"].to_numpy()[who], route]
    return rng.random(len(people))[who] < chance


def _vitals(rng: np.random.Generator, people: pd.DataFrame, who: np.ndarray, route: np.ndarray) -> pd.DataFrame:
    n = len(people)
    age = people["age"].to_numpy()
    systolic = rng.normal(122 + 0.25 * (age - 45), 11, n)[who] + rng.normal(0, 7, len(who))
    diastolic = rng.normal(78, 7, n)[who] + rng.normal(0, 5, len(who))
    rise_s, rise_d = by_row(SESSIONS.pressure_rise, SIMULATED_ROUTES)[route].T
    reactivity = rng.normal(0, 4, n)[who] + 2.5 * ((age >= 50)[who] - 0.35)
    up_s = rise_s + reactivity + rng.normal(0, 8, len(who))
    up_d = rise_d + 0.6 * reactivity + rng.normal(0, 5, len(who))
    pulse = rng.normal(77, 8, n)[who] + rng.normal(4, 7, len(who))
    saturation = 97.4 - rng.gamma(1.5, 0.7, len(who))
    return pd.DataFrame(
        {
            "sbp_pre": np.round(np.clip(systolic, 85, 200)),
            "dbp_pre": np.round(np.clip(diastolic, 45, 120)),
            "sbp_peak": np.round(np.clip(systolic + np.maximum(up_s, -8), 85, 235)),
            "dbp_peak": np.round(np.clip(diastolic + np.maximum(up_d, -6), 45, 140)),
            "hr_peak": np.round(np.clip(pulse, 45, 160)),
            "spo2_min": np.round(np.clip(saturation + 1, 84, 100)),
        }
    )


def _cadss(rng: np.random.Generator, people: pd.DataFrame, sessions: pd.DataFrame) -> np.ndarray:
    """Peak CADSS (0-92), skewed, habituating over the first sessions; recorded in a share of sessions."""
    who, route = sessions["patient"].to_numpy(), sessions["route"].to_numpy()
    first, later, share = by_row(SESSIONS.cadss, SIMULATED_ROUTES)[route].T
    fade = np.exp(-(sessions["session_number"].to_numpy() - 1) / SESSIONS.cadss_sessions)
    mean = later + (first - later) * fade
    own = rng.gamma(1.6, 1 / 1.6, len(people))[who]
    score = np.clip(np.round(mean * own * rng.gamma(3.0, 1 / 3.0, len(who))), 0, 92)
    return np.where(rng.random(len(who)) < share, score, np.nan)
