"""Response, remission, meaningful and reliable change, deterioration: under three rules, with bounds."""

from .definitions import OUTCOMES, Cutoffs, cutoffs, meaning, outcomes
from .percent_change import change_bins, patient_changes, severity_shift
from .rapid import EARLY_TIMES, rapid_relief
from .reliable import ReliableChange, reliable_change, reliable_limit
from .result import WINDOW_NAMES, Response, ResponseSettings, response
from .three_rules import LAST_SCORE, NON_RESPONSE, OBSERVED, RULES, outcome_counts, wilson, with_shares

__all__ = [
    "EARLY_TIMES",
    "LAST_SCORE",
    "NON_RESPONSE",
    "OBSERVED",
    "OUTCOMES",
    "RULES",
    "WINDOW_NAMES",
    "Cutoffs",
    "ReliableChange",
    "Response",
    "ResponseSettings",
    "change_bins",
    "cutoffs",
    "meaning",
    "outcome_counts",
    "outcomes",
    "patient_changes",
    "rapid_relief",
    "reliable_change",
    "reliable_limit",
    "response",
    "severity_shift",
    "wilson",
    "with_shares",
]
