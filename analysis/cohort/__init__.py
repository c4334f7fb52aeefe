"""The cohort as a value: selecting it, describing it, and carrying it in a URL."""

from .cohort import RANGE_RULES, RULE_NAMES, SET_RULES, Cohort, CohortError, Rule
from .describe import describe
from .facts import patient_facts, values_present
from .query import EXTRA_PREFIX, cohort_from_query, cohort_to_query
from .select import Selection, select

__all__ = [
    "EXTRA_PREFIX",
    "RANGE_RULES",
    "RULE_NAMES",
    "SET_RULES",
    "Cohort",
    "CohortError",
    "Rule",
    "Selection",
    "cohort_from_query",
    "cohort_to_query",
    "describe",
    "patient_facts",
    "select",
    "values_present",
]
