"""What happened to the patients of a cohort, as results: frames, counts and sentences. Nothing is drawn here."""

from .attrition import Followed, attrition, follow
from .balance import Traits, patient_traits, route_balance, route_names
from .denominators import Denominators, starters_of_study
from .model_spec import COVARIATES, ROUTE_RULES, SHAPES, TIMES, ModelSpec, RouteRule
from .numbers import MINUS, NOT_SHOWN, interval_text, number_text
from .overview import CareLine, ObservedChange, Overview, SafetyLine, YearChange, overview
from .prepared import MIN_PER_ROUTE, PreparedSymptomChange, prepare_symptom_change
from .rates import AS_NON_RESPONSE, OBSERVED, rates
from .result import SymptomChange
from .session_count import Landmark, SessionCount, landmark_words, session_count
from .symptom_change import MIN_AT_DECISION, symptom_change
from .wording import clear_of_chance, honesty_notes, subtitle, title_and_finding, who_is_counted_how

__all__ = [
    "AS_NON_RESPONSE",
    "COVARIATES",
    "MINUS",
    "MIN_AT_DECISION",
    "MIN_PER_ROUTE",
    "NOT_SHOWN",
    "OBSERVED",
    "ROUTE_RULES",
    "SHAPES",
    "TIMES",
    "CareLine",
    "Denominators",
    "Followed",
    "Landmark",
    "ModelSpec",
    "ObservedChange",
    "Overview",
    "PreparedSymptomChange",
    "RouteRule",
    "SafetyLine",
    "SessionCount",
    "SymptomChange",
    "Traits",
    "YearChange",
    "attrition",
    "clear_of_chance",
    "follow",
    "honesty_notes",
    "interval_text",
    "landmark_words",
    "number_text",
    "overview",
    "patient_traits",
    "prepare_symptom_change",
    "rates",
    "route_balance",
    "route_names",
    "session_count",
    "starters_of_study",
    "subtitle",
    "symptom_change",
    "title_and_finding",
    "who_is_counted_how",
]
