"""What happened to the patients of a cohort, as results: frames, counts and sentences. Nothing is drawn here."""

from .attrition import Followed, attrition, follow
from .balance import route_balance
from .model_spec import COVARIATES, ROUTE_RULES, SHAPES, TIMES, ModelSpec
from .overview import Card, Overview, overview
from .prepared import MIN_PER_ROUTE, PreparedSymptomChange, prepare_symptom_change
from .rates import rates
from .result import SymptomChange
from .symptom_change import symptom_change

__all__ = [
    "COVARIATES",
    "MIN_PER_ROUTE",
    "ROUTE_RULES",
    "SHAPES",
    "TIMES",
    "Card",
    "Followed",
    "ModelSpec",
    "Overview",
    "PreparedSymptomChange",
    "SymptomChange",
    "attrition",
    "follow",
    "overview",
    "prepare_symptom_change",
    "rates",
    "route_balance",
    "symptom_change",
]
