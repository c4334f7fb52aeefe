"""The clinics of a cohort side by side: adjusted differences and funnels, never a league table."""

from .comparison import MIN_PATIENTS, clinics
from .funnel import FEWEST_FOR_DISPERSION, dispersion
from .limits import limits
from .prepared import CASE_MIX, PreparedClinics, prepare_clinics
from .result import (
    COMPLETENESS,
    DROP_OUT,
    EVENTS_ASKED,
    EVENTS_MENTIONED,
    POOLED,
    RATE,
    RESPONSE,
    SHARE,
    Clinics,
)

__all__ = [
    "CASE_MIX",
    "COMPLETENESS",
    "DROP_OUT",
    "EVENTS_ASKED",
    "EVENTS_MENTIONED",
    "FEWEST_FOR_DISPERSION",
    "MIN_PATIENTS",
    "POOLED",
    "RATE",
    "RESPONSE",
    "SHARE",
    "Clinics",
    "PreparedClinics",
    "clinics",
    "dispersion",
    "limits",
    "prepare_clinics",
]
