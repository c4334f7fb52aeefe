"""The overview of one cohort: who is left, what happened to their scores, safety and care in a line, and last year."""

from .lines import CareLine, SafetyLine, care_line, first_response, safety_line
from .result import BENCHMARK_COLUMNS, SHOWN, ObservedChange, Overview, overview, published
from .years import OTHER_YEARS, YearChange, compared_years, year_change

__all__ = [
    "BENCHMARK_COLUMNS",
    "OTHER_YEARS",
    "SHOWN",
    "CareLine",
    "ObservedChange",
    "Overview",
    "SafetyLine",
    "YearChange",
    "care_line",
    "compared_years",
    "first_response",
    "overview",
    "published",
    "safety_line",
    "year_change",
]
