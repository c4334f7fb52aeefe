"""Whether routes differ in time to an outcome: log-rank test, and Cox regression (1972) with adjustment."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from statsmodels.duration.survfunc import survdiff

from .partial_likelihood import CoxFit, fit_cox

Floats = NDArray[np.float64]
About = list[tuple[tuple[str, str, str], NDArray[np.bool_]]]  # of a column: term, level, reference; whom it is about
MIN_PATIENTS = 20  # of a route, as the model of symptom change asks for
EVENTS_PER_TERM = 10  # fewer make the intervals of a Cox model too narrow (Peduzzi 1995)
LARGEST_SCORE = 1e-4  # in standard errors from the maximum: below it no printed digit moves
LARGEST_STD_ERROR = 5.0  # of a log ratio per standard deviation: beyond it the likelihood has no maximum in sight
LARGEST_RATIO = 1e9  # per unit of a number, or its inverse: beyond it only the unit is at fault
WELL_APART = 1e-6  # smallest eigenvalue of scaled cross-products: rounding moves it by 1e-12 at most
RATIOS = ("term", "level", "reference", "hazard_ratio", "ci_low", "ci_high", "p_value", "n_patients", "n_events")


@dataclass(frozen=True)
class LogRank:
    """The test over some routes: chi-square, degrees of freedom, p value. sentence says why there is none."""

    routes: tuple[str, ...] = ()
    statistic: float = np.nan
    df: int = 0
    p_value: float = np.nan
    sentence: str = ""


@dataclass(frozen=True, eq=False)
class Cox:
    """One row per level compared with the reference, and per number: hazard_ratio (above 1: sooner), its 95 %
    interval, p_value, n_patients and n_events of the level. sentence says why there is none, left_out which numbers
    are adjusted for but have no row."""

    ratios: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(RATIOS)))
    n_patients: int = 0
    n_events: int = 0
    n_not_recorded: int = 0
    sentence: str = ""
    left_out: str = ""


def compared_routes(names: tuple[str, ...], route: NDArray[np.int64], event: NDArray[np.bool_]) -> tuple[str, ...]:
    """Routes with enough patients and at least one event, in the vocabulary's order."""
    n, k = (np.bincount(part, minlength=len(names)) for part in (route, route[event]))
    return tuple(name for name, many, some in zip(names, n, k, strict=True) if many >= MIN_PATIENTS and some)


def log_rank(time: Floats, event: NDArray[np.bool_], route: NDArray[np.int64], names: tuple[str, ...]) -> LogRank:
    """Whether the routes with enough patients differ."""
    routes = compared_routes(names, route, event)
    if len(routes) < 2:
        return LogRank(sentence=_too_few())
    chosen = np.isin(route, [names.index(code) for code in routes])
    statistic, p_value = survdiff(time[chosen], event[chosen].astype(float), route[chosen])
    return LogRank(routes, float(statistic), len(routes) - 1, float(p_value))


def _too_few() -> str:
    return f"Fewer than two routes have {MIN_PATIENTS} patients and somebody who reached it, so none are compared."


def _too_few_complete() -> str:
    return (
        f"The Cox regression is not fitted: fewer than two routes have {MIN_PATIENTS} patients with every adjustment "
        "recorded, and among these somebody who reached it."
    )


def cox(
    time: Floats, event: NDArray[np.bool_], route: NDArray[np.int64], names: tuple[str, ...], traits: pd.DataFrame
) -> Cox:
    """Hazard ratios of the routes with enough patients against the largest of them, adjusted for the traits: one
    column each, numbers per unit and words against their most frequent. Ties by Efron (1977).

    Patients who lack a trait leave first: a route counts by those who stay, or it would be compared by a handful.
    """
    complete = traits.notna().all(axis=1).to_numpy()
    routes = compared_routes(names, route[complete], event[complete])
    if len(routes) < 2:
        enough = len(compared_routes(names, route, event)) > 1
        return Cox(sentence=_too_few_complete() if enough else _too_few())
    compared = np.isin(route, [names.index(code) for code in routes])
    chosen = compared & complete
    levels = pd.Series([names[code] for code in route[chosen]], dtype="str").rename("route")
    columns, unit, about = _design(pd.concat([levels, traits[chosen].reset_index(drop=True)], axis=1))
    time, event = time[chosen], event[chosen]
    n_not_recorded = int((compared & ~complete).sum())
    trouble = _trouble(columns, event)
    if trouble:
        return Cox(n_patients=len(time), n_events=int(event.sum()), n_not_recorded=n_not_recorded, sentence=trouble)
    fit = _fit(time, event, columns)
    if fit is None:
        trouble = "The Cox regression found no maximum here: its groups part too clearly. Widen the cohort."
        return Cox(n_patients=len(time), n_events=int(event.sum()), n_not_recorded=n_not_recorded, sentence=trouble)
    ratios, left_out = _ratios(fit, unit, about, event)
    return Cox(ratios, len(time), int(event.sum()), n_not_recorded, left_out=left_out)


def _ratios(fit: CoxFit, unit: Floats, about: About, event: NDArray[np.bool_]) -> tuple[pd.DataFrame, str]:
    """The rows that can be printed, and the sentence on the numbers that cannot."""
    logs = np.array([fit.estimate, *fit.interval()]) / unit
    printable = (np.abs(logs) < np.log(LARGEST_RATIO)).all(axis=0) | (unit == 1)
    rows = [
        (*names_of, *np.exp(of_term).tolist(), float(p_value), int(who.sum()), int(event[who].sum()))
        for (names_of, who), of_term, p_value, shown in zip(about, logs.T, fit.p_values(), printable, strict=True)
        if shown
    ]
    hidden = [names_of[0] for (names_of, _), shown in zip(about, printable, strict=True) if not shown]
    return pd.DataFrame(rows, columns=list(RATIOS)), _left_out(hidden)


def _left_out(terms: list[str]) -> str:
    if not terms:
        return ""
    return f"Adjusted for, but without a ratio of its own: {', '.join(terms)}. One unit is far more than patients vary."


def _design(frame: pd.DataFrame) -> tuple[Floats, Floats, About]:
    """Columns of the regression, how many units of the trait one of each column is, and for each its term, level and
    reference, and whom it is about. A number is divided by its range: squares of a tiny one would vanish."""
    columns, unit, about = [], [], []
    everyone = np.ones(len(frame), dtype=bool)
    for name in frame.columns:
        values = frame[name]
        if pd.api.types.is_numeric_dtype(values):
            numbers = values.to_numpy(dtype=float)
            unit.append(float(np.ptp(numbers)) or 1.0)
            columns.append((numbers - numbers.mean()) / unit[-1])
            about.append(((str(name), "", ""), everyone))
            continue
        reference, *others = values.value_counts().index
        for level in others:
            who = (values == level).to_numpy()
            unit.append(1.0)
            columns.append(who.astype(float))
            about.append(((str(name), str(level), str(reference)), who))
    return np.column_stack(columns), np.array(unit), about


def _trouble(columns: Floats, event: NDArray[np.bool_]) -> str:
    n_terms = columns.shape[1]
    if event.sum() < EVENTS_PER_TERM * n_terms:
        return (
            f"The Cox regression is not fitted: it has {n_terms} terms and would need {EVENTS_PER_TERM} patients who "
            "reached the outcome for each. Widen the cohort."
        )
    if _rank(np.column_stack([np.ones(len(columns)), columns])) < n_terms + 1:
        return "The Cox regression is not fitted: what it adjusts for goes together completely with route here."
    if any(_has_empty_group(column, event) for column in columns.T):
        return "The Cox regression is not fitted: in one of its groups nobody reached the outcome. Widen the cohort."
    return ""


def _has_empty_group(column: Floats, event: NDArray[np.bool_]) -> bool:
    """Whether the column divides patients into two groups, and nobody in one of them reached the outcome."""
    return len(np.unique(column)) == 2 and len(np.unique(column[event])) < 2


def _rank(columns: Floats) -> int:
    """Of a tall matrix. Its cross-products are quick, and say enough unless columns nearly go together; then the
    triangle of its QR decomposition decides, which has the same singular values."""
    products = columns.T @ columns
    norms = np.sqrt(np.diag(products))
    if norms.all() and np.linalg.eigvalsh(products / np.outer(norms, norms))[0] > WELL_APART:
        return int(columns.shape[1])
    triangle = np.linalg.qr(columns, mode="r")
    return int(np.linalg.matrix_rank(triangle, rtol=max(columns.shape) * np.finfo(float).eps))


def _fit(time: Floats, event: NDArray[np.bool_], columns: Floats) -> CoxFit | None:
    """The fitted regression; None where the likelihood has no maximum, which shows as numbers that overflow."""
    try:
        fit = fit_cox(time, event, columns)
    except (FloatingPointError, np.linalg.LinAlgError):
        return None
    return fit if _is_maximum(fit, columns) else None


def _is_maximum(fit: CoxFit, columns: Floats) -> bool:
    if not (np.isfinite(fit.estimate).all() and np.isfinite(fit.std_error).all()):
        return False
    known = fit.std_error * columns.std(axis=0) < LARGEST_STD_ERROR
    return bool(known.all() and (np.abs(fit.score * fit.std_error) < LARGEST_SCORE).all())
