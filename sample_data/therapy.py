"""Preparation and integration visits: how many depends on the clinic's model of therapy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .blanks import blank


@dataclass(frozen=True)
class TherapyParameters:
    """One element per clinic C01 to C06."""

    preparation_visits: tuple[float, ...] = (0.5, 1.6, 0.3, 0.8, 1.2, 0.8)  # mean beyond which none
    integration_share: tuple[float, ...] = (0.06, 0.50, 0.03, 0.42, 0.42, 0.25)  # of sessions
    modality: tuple[str, ...] = ("supportive", "KAP", "CBT", "guided", "KAP", "supportive")
    most_preparation: int = 3
    modality_blank: float = 0.08


THERAPY = TherapyParameters()


def therapy_rows(rng: np.random.Generator, people: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """One row per visit, `patient` as a row number of `people`; two visits never fall on one day."""
    visits = pd.concat([_preparation(rng, people), _integration(rng, people, sessions)], ignore_index=True)
    visits = visits.drop_duplicates(["patient", "day", "kind"])
    modality = np.array(THERAPY.modality)[people["clinic"].to_numpy()[visits["patient"]]]
    visits = visits.assign(modality=pd.array(modality, dtype="str"))
    return blank(rng, visits, {"modality": THERAPY.modality_blank, "minutes": 0.03})


def _preparation(rng: np.random.Generator, people: pd.DataFrame) -> pd.DataFrame:
    mean = np.array(THERAPY.preparation_visits)[people["clinic"]]
    many = np.minimum(rng.poisson(mean), THERAPY.most_preparation)
    who = np.repeat(np.arange(len(people)), many)
    minutes = rng.choice([45.0, 60.0, 90.0], len(who), p=[0.3, 0.5, 0.2])
    day = -rng.integers(1, 22, len(who)).astype(float)
    return pd.DataFrame({"patient": who, "day": day, "kind": "preparation", "minutes": minutes})


def _integration(rng: np.random.Generator, people: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """One to three days after a session; the first two sessions have one more often than later ones."""
    who = sessions["patient"].to_numpy()
    share = np.array(THERAPY.integration_share)[people["clinic"].to_numpy()[who]]
    early = np.where(sessions["session_number"] <= 2, 1.4, 0.8)
    attends = rng.random(len(people)) < 0.8
    held = attends[who] & (rng.random(len(who)) < share * early)
    day = sessions["day"].to_numpy()[held] + rng.integers(1, 4, held.sum())
    minutes = rng.choice([30.0, 45.0, 60.0], held.sum(), p=[0.15, 0.45, 0.4])
    return pd.DataFrame({"patient": who[held], "day": day, "kind": "integration", "minutes": minutes})
