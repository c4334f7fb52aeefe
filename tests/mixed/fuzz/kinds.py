"""The kinds of design that are fuzzed, each from a seed to its verdict."""

from __future__ import annotations

from collections.abc import Callable

from .cohorts import judged_cohort
from .designs import random_design
from .residual_designs import residual_design
from .verdicts import Verdict, judged, judged_mmrm, judged_residuals
from .visit_designs import visit_design

KINDS: dict[str, Callable[[int], Verdict]] = {
    "patients": lambda seed: judged(random_design(seed)),
    "clinics": lambda seed: judged(random_design(seed, nested=True)),
    "MMRM": lambda seed: judged_mmrm(visit_design(seed)),
    "residuals": lambda seed: judged_residuals(residual_design(seed)),
    "cohorts": lambda seed: judged_cohort(random_design(seed)),
    "cohorts-in-clinics": lambda seed: judged_cohort(random_design(seed, nested=True)),
}
