"""What changed from one index year to the next: the patients who started last against those of the year before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from analysis.study import Study

from ..attrition import Followed
from ..induction import END_OF_INDUCTION
from ..response.definitions import RESPONSE, Cutoffs, outcomes

OTHER_YEARS = "other"
YEARS = ("year", "n_starters", "n_evaluable", "n_scored", "n_able", "n_seen", "n_reached", "mean")
DIFFERENCES = ("measure", "before", "last", "difference", "ci_low", "ci_high", "p_value")
EVALUABLE_SHARE = "Evaluable"
MEAN_CHANGE = "Change"
RESPONSE_SEEN = "Response, of those scored"
RESPONSE_OF_ALL = "Response, no score is a no"
SHARES = {  # of each measure: the patients with it, of whom
    EVALUABLE_SHARE: ("n_evaluable", "n_starters"),
    RESPONSE_SEEN: ("n_reached", "n_seen"),
    RESPONSE_OF_ALL: ("n_reached", "n_able"),
}
LEAST_YEARS = 2
FEWEST = 2  # scores a year, before a mean has an interval
UNKNOWN = (np.nan,) * 6
Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class YearChange:
    """Starters of the last index year of a study against those of the one before it, in one cohort.

    years: one row for the year before, one for the last and one for all others together: patients who started, are
    evaluable, were scored at the end of induction, could respond, of them were scored, and responded; mean change
    (points). differences: last minus before, one row per measure (shares 0 to 1, the mean change in points), with a
    95 % interval and p value: Newcombe's (Stat Med 1998, method 10) and Fisher's exact for shares, Welch's for means.
    Nothing is adjusted for.
    """

    before: int
    last: int
    years: pd.DataFrame
    differences: pd.DataFrame


def compared_years(study: Study) -> tuple[int, int] | None:
    """The last two index years in which patients of a study started; None without two. They are those of the whole
    study for every cohort of it: which years a small cohort has would say who is in it."""
    if "index_year" not in study.patients:
        return None
    started = np.bincount(study.patient_positions("sessions"), minlength=len(study.patients)) > 0
    year = study.patients["index_year"].to_numpy(dtype=float, na_value=np.nan)[started]
    known = np.unique(year[~np.isnan(year)])
    return (int(known[-2]), int(known[-1])) if len(known) >= LEAST_YEARS else None


def year_change(followed: Followed, of: Cutoffs, years: tuple[int, int] | None) -> YearChange | None:
    """Two index years of a cohort, the one before first; None without two to compare."""
    if years is None:
        return None
    before, last = years
    year = followed.people["index_year"].to_numpy(dtype=float, na_value=np.nan)
    chosen = {str(before): year == before, str(last): year == last}
    chosen[OTHER_YEARS] = ~(chosen[str(before)] | chosen[str(last)])
    able, responded = _response(followed, of)
    counted = pd.DataFrame(
        [_row(name, members, followed, able, responded) for name, members in chosen.items()], columns=list(YEARS)
    )
    changes = _changes(followed, chosen[str(before)]), _changes(followed, chosen[str(last)])
    return YearChange(before, last, counted, _differences(counted, changes[0], changes[1], bool(able.any())))


def _score(followed: Followed) -> Floats:
    return followed.score[END_OF_INDUCTION]


def _response(followed: Followed, of: Cutoffs) -> tuple[Mask, Mask]:
    """Who could respond, and who did; nobody where no response is defined."""
    nobody = np.zeros(len(followed.baseline), dtype=bool)
    found = (one for one in outcomes(followed.baseline, _score(followed), of) if one.name == RESPONSE)
    response = next(found, None)
    return (nobody, nobody) if response is None else (response.able, response.able & response.reached)


def _changes(followed: Followed, members: Mask) -> Floats:
    change = (_score(followed) - followed.baseline)[members]
    return change[~np.isnan(change)]


def _row(name: str, members: Mask, followed: Followed, able: Mask, responded: Mask) -> tuple[object, ...]:
    has_score = ~np.isnan(_score(followed))
    both = has_score & ~np.isnan(followed.baseline)
    counted = (True, followed.evaluable, both, able, able & has_score, responded)
    change = _changes(followed, members)
    mean = float(change.mean()) if len(change) else np.nan
    return name, *(int((members & mask).sum()) for mask in counted), mean


def _differences(years: pd.DataFrame, before: Floats, last: Floats, has_response: bool) -> pd.DataFrame:
    shown = SHARES if has_response else {EVALUABLE_SHARE: SHARES[EVALUABLE_SHARE]}
    rows: list[tuple[object, ...]] = [
        (measure, *_share_difference(years[part].tolist()[:2], years[whole].tolist()[:2]))
        for measure, (part, whole) in shown.items()
    ]
    rows.insert(1, (MEAN_CHANGE, *_mean_difference(before, last)))
    return pd.DataFrame(rows, columns=list(DIFFERENCES))


def _share_difference(parts: list[int], wholes: list[int]) -> tuple[float, ...]:
    """Both shares, last minus before, Newcombe's interval and Fisher's p value."""
    if 0 in wholes:
        return UNKNOWN
    (k1, k2), (n1, n2) = parts, wholes
    low, high = confint_proportions_2indep(k2, n2, k1, n1, method="newcomb", compare="diff")
    p_value = float(stats.fisher_exact(np.array([[k1, n1 - k1], [k2, n2 - k2]])).pvalue)
    return k1 / n1, k2 / n2, k2 / n2 - k1 / n1, float(low), float(high), p_value


def _mean_difference(before: Floats, last: Floats) -> tuple[float, ...]:
    """Both means, last minus before, Welch's interval and p value."""
    if min(len(before), len(last)) < FEWEST:
        return UNKNOWN
    means = float(before.mean()), float(last.mean())
    if before.std() + last.std() == 0:
        return *means, means[1] - means[0], np.nan, np.nan, np.nan
    test = stats.ttest_ind(last, before, equal_var=False)
    interval = test.confidence_interval()
    return *means, means[1] - means[0], float(interval.low), float(interval.high), float(test.pvalue)
