"""What happened to the patients of a cohort, as results: frames, counts and sentences. Nothing is drawn here."""

from .attrition import Followed, attrition, follow
from .balance import Traits, patient_traits, route_balance, route_names
from .counted import Counted
from .model_spec import COVARIATES, ROUTE_RULES, SHAPES, TIMES, ModelSpec
from .numbers import MINUS, NOT_SHOWN, interval_text, number_text
from .overview import Card, Overview, overview
from .prepared import MIN_PER_ROUTE, PreparedSymptomChange, prepare_symptom_change
from .rates import rates
from .result import SymptomChange
from .session_count import SessionCount, session_count
from .symptom_change import symptom_change
from .wording import clear_of_chance

__all__ = [
    "COVARIATES",
    "MINUS",
    "MIN_PER_ROUTE",
    "NOT_SHOWN",
    "ROUTE_RULES",
    "SHAPES",
    "TIMES",
    "Card",
    "Counted",
    "Followed",
    "ModelSpec",
    "Overview",
    "PreparedSymptomChange",
    "SessionCount",
    "SymptomChange",
    "Traits",
    "attrition",
    "clear_of_chance",
    "follow",
    "interval_text",
    "number_text",
    "overview",
    "patient_traits",
    "prepare_symptom_change",
    "rates",
    "route_balance",
    "route_names",
    "session_count",
    "symptom_change",
]
