"""Minimise the profile over the residual parameters, and prove that the minimum was reached.

Independent residuals come first; a correlation is then searched for from a ladder of values. With few patients scouts
look for lower ground everywhere, and the lowest end counts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..certificate import PROVEN
from ..refusal import ModelRefused
from .descent import Found, descend, tried_descent
from .ladder import rungs_beside, valleys
from .limits import Limit, nearest_correlation
from .profile import Point, Profile
from .scouts import sightings
from .shape import Family

FloatArray = npt.NDArray[np.float64]

FLAT = 1e-3  # curvature in log units under which a parameter's standard error is a factor of e^45: nothing is known
LEVEL = 1e-7  # deviance: no correlation and two rungs of the ladder never agree so well where they are told apart
SMALL_CORRELATION = 0.2  # of the nearest rows; below it curvature is judged in the correlation itself
FOLLOWED = 4  # sightings that are followed up: the lowest may lie where a variance runs towards zero


def find_parameters(profile: Profile, family: Family, start: FloatArray | None = None) -> Found:
    """The certified minimum of ``family``; its ``limit`` is None, or says that the correlation vanished (``family``
    is then that of independent residuals).

    Raises ModelRefused when a parameter runs away or the rows say nothing about it.
    """
    plain = family.without_correlation()
    independent = _independent(profile, plain, start)
    if not family.correlated:
        return _certified(independent)
    ends = _ends(profile, _correlated_places(profile, family, independent.point))
    vanishes = any(_vanished(end) for end in ends)
    inside = [end for end in ends if not _vanished(end)]
    inside += [end for end in _seen(profile, family, *inside, independent) if not _vanished(end)]
    best = _lowest(inside) if inside else None
    if best is None or _is_better_without(independent, best, vanishes):
        certified = _certified(independent)
        return Found(plain, certified.point, certified.curvature, Limit("vanished"))
    return _certified(best)


def _independent(profile: Profile, plain: Family, start: FloatArray | None) -> Found:
    """The lowest end without a correlation, from equal variances or where scouts lead. Raises ModelRefused when an
    inner fit is refused on the way and no scout knows another."""
    try:
        first = descend(profile, profile.at(plain, np.zeros(plain.size), start))
    except ModelRefused:
        seen = _seen(profile, plain)
        if not seen:
            raise
        return seen[0]
    return _lowest([first, *_seen(profile, plain, first)])


def _correlated_places(profile: Profile, family: Family, first: Point) -> list[Point]:
    """The lowest rungs of the ladder; no correlation too where the family holds it, so that no end is higher."""
    rungs = rungs_beside(profile, family, first)
    if max(abs(point.value - first.value) for point in rungs[:2]) < LEVEL:
        raise _not_told_apart()
    places = valleys(rungs)
    if family.kind == "ar1" and first.value < places[0].value:
        none = profile.tried(family, np.append(0.0, first.parameters), first.optimum.at.covariance)
        places += [] if none is None else [none]
    return places


def _is_better_without(independent: Found, best: Found, vanishes: bool) -> bool:
    """Whether no correlation is the best: as good as any where a search led there, or else better."""
    lower = best.point.value - independent.point.value
    return (vanishes and lower >= -PROVEN) or (lower > PROVEN and independent.limit is None)


def _seen(profile: Profile, family: Family, *known: Found) -> list[Found]:
    """The end below those known that scouts lead to; none when they saw nothing lower."""
    lowest = min((end.point.value for end in known if end.limit is None), default=np.inf)
    for sighting in sightings(profile, family)[:FOLLOWED]:
        if sighting.value > lowest - PROVEN:
            return []
        place = profile.tried(family, sighting.parameters, sighting.covariance)
        end = None if place is None else tried_descent(profile, place)
        if end is not None and end.limit is None:
            return [end]
    return []


def _ends(profile: Profile, places: list[Point]) -> list[Found]:
    """Where descents end that no inner fit stops."""
    tried = [tried_descent(profile, place) for place in places]
    return [end for end in tried if end is not None]


def _vanished(end: Found) -> bool:
    return end.limit is not None and end.limit.kind == "vanished"


def _lowest(ends: list[Found]) -> Found:
    """The lowest minimum; a limit only where there is no minimum: towards a variance of zero the deviance may fall
    without end, and no fit is meant there."""
    minima = [end for end in ends if end.limit is None] or ends
    return min(minima, key=lambda end: end.point.value)


def _certified(end: Found) -> Found:
    """The end itself when it is a minimum. Raises ModelRefused otherwise."""
    if end.limit is not None:
        raise end.limit.refusal()
    size = _natural_size(end)
    values = np.linalg.eigvalsh(end.curvature / np.outer(size, size))
    if len(values) and values[0] < FLAT:
        raise _not_told_apart()
    if end.expected_gain > PROVEN:
        raise ModelRefused(
            "The optimiser could not certify that it reached the best residual structure.",
            "Use a simpler residual structure, or fewer random effects.",
        )
    return end


def _not_told_apart() -> ModelRefused:
    return ModelRefused(
        "The rows do not tell the residual structure and the random effects apart: other values of its parameters fit"
        " as well.",
        "Use a simpler residual structure, or fewer random effects.",
    )


def _natural_size(end: Found) -> FloatArray:
    """Units in which a parameter's curvature is judged: near zero it is the correlation of the nearest rows that the
    deviance depends on, and the log of the range is flat because it is nearly irrelevant, not because it is unknown."""
    size = np.ones(end.family.size)
    if end.family.kind == "exponential":
        nearest = nearest_correlation(end.family, end.point)
        if nearest < SMALL_CORRELATION:
            size[0] = -nearest * np.log(nearest)
    return size
