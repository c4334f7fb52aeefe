"""How soon patients respond and remit, over days and over sessions, and how long it lasts."""

from .after_treatment import AfterTreatment
from .compare import Cox, LogRank, cox, log_rank
from .courses import Courses, read_courses
from .first_reach import FirstReach, first_reach
from .incidence import Incidence, cumulative_incidence
from .kaplan_meier import Quantity, SurvivalCurve, kaplan_meier, median_time, restricted_mean
from .relapse import AfterResponse, after_response, moderate_from
from .result import Durability, durability
from .time_to import AXES, TimeToOutcome

__all__ = [
    "AXES",
    "AfterResponse",
    "AfterTreatment",
    "Courses",
    "Cox",
    "Durability",
    "FirstReach",
    "Incidence",
    "LogRank",
    "Quantity",
    "SurvivalCurve",
    "TimeToOutcome",
    "after_response",
    "cox",
    "cumulative_incidence",
    "durability",
    "first_reach",
    "kaplan_meier",
    "log_rank",
    "median_time",
    "moderate_from",
    "read_courses",
    "restricted_mean",
]
