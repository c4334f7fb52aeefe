"""How the patients of each route differ before anyone compares their change."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.study import Study, baselines, episodes

COLUMNS = (
    "route",
    "n_patients",
    "baseline_mean",
    "baseline_sd",
    "age_mean",
    "share_female",
    "share_esketamine",
    "share_self_pay",
    "sessions_median",
    "n_clinics",
)


def _share(values: pd.Series, of: str) -> float:
    known = values.dropna()
    return float((known == of).mean()) if len(known) else np.nan


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series(np.nan, index=frame.index)


def route_balance(study: Study, instrument: str) -> pd.DataFrame:
    """One row per route of the first session, among starters: n_patients, baseline mean and SD (points),
    mean age (years), shares (0 to 1, of those recorded) female, on esketamine and paying themselves,
    median completed sessions, and the number of clinics that use the route."""
    start = baselines(study, instrument)["baseline"].to_numpy()
    people = episodes(study).assign(route=lambda frame: frame["route"].astype("str"))
    started = study.patients["patient_id"].isin(people["patient_id"]).to_numpy()
    people["baseline"] = start[started]
    rows = [
        {
            "route": route,
            "n_patients": len(group),
            "baseline_mean": group["baseline"].mean(),
            "baseline_sd": group["baseline"].std(),
            "age_mean": _column(group, "age").astype("float64").mean(),
            "share_female": _share(_column(group, "sex"), "female"),
            "share_esketamine": _share(group["molecule"], "esketamine"),
            "share_self_pay": _share(_column(group, "payer"), "self-pay"),
            "sessions_median": float(group["n_sessions"].median()),
            "n_clinics": group["clinic_id"].nunique(),
        }
        for route, group in people.groupby("route", sort=True)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
