"""The coefficients of a model as an audience may have them: none that rests on one of too few patients."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from analysis.mixed import MixedModelFit
from analysis.outcomes import SymptomChange

from .audience import Audience
from .cells import is_small

INTERCEPT = "Intercept"


@dataclass(frozen=True, eq=False)
class Estimates:
    """What may be shown of a fit. withheld are terms whose numbers are missing; patients and scores are in the
    release of the page."""

    formula: str
    random_formula: str
    method: str
    df_method: str
    neg2loglik: float
    r_squared: tuple[float, float]
    notes: tuple[str, ...]
    dropped_terms: tuple[str, ...]
    random_covariance: pd.DataFrame
    residual_variance: float
    fixed_effects: pd.DataFrame
    withheld: frozenset[str]

    def of_terms(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Another frame with a row a term, the numbers of withheld terms missing."""
        return _without(frame, self.withheld)


def released_estimates(result: SymptomChange, audience: Audience, closed: Collection[str] = ()) -> Estimates | None:
    """The estimates of a result, None for a refused one."""
    fit = result.fit
    if fit is None:
        return None
    gone = frozenset[str]() if audience.sees_small else _of_few(result, fit, audience.min_cell)
    if closed:  # every coefficient compares routes or holds for all of them
        gone = frozenset(fit.fixed_effects.index.astype(str))
    return Estimates(
        fit.formula, fit.random_formula, fit.method, fit.df_method, fit.neg2loglik, fit.r_squared, fit.notes,
        fit.dropped_terms, fit.random_covariance, fit.residual_variance, _without(fit.fixed_effects, gone), gone,
    )  # fmt: skip


def _without(frame: pd.DataFrame, gone: frozenset[str]) -> pd.DataFrame:
    if not gone:
        return frame
    numbers = frame.select_dtypes("number").columns
    return frame.assign(**{name: frame[name].mask(frame.index.isin(gone)) for name in numbers})


def _of_few(result: SymptomChange, fit: MixedModelFit, min_cell: int) -> frozenset[str]:
    """Terms of a level with too few patients. Where the reference level has too few, everything is compared with
    them: all levels of that column go, and the intercept. So does every term where a category of time has too few."""
    if any(is_small(count, min_cell) for count in result.trajectory["n_behind"]) and result.spec.shape == "categories":
        return frozenset(fit.fixed_effects.index.astype(str))
    gone: set[str] = set()
    for column, levels in result.levels.groupby("column", sort=False):
        few = [level for level, n in zip(levels["level"], levels["n_patients"], strict=True) if is_small(n, min_cell)]
        terms = {f"{column}[T.{level}]" for level in levels["level"]} & set(fit.fixed_effects.index)
        of_few = {f"{column}[T.{level}]" for level in few}
        gone |= terms & of_few if of_few <= terms else {*terms, INTERCEPT}
    return frozenset(gone)
