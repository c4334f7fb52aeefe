"""A study and what is derived from it: the checked tables, episodes, baselines, outcome rows."""

from .baseline import baselines
from .episodes import completed_sessions, episodes, first_sessions, in_induction, index_route, sessions_completed
from .outcome_rows import outcome_rows
from .permissions import AllowedColumn
from .rules import BaselineRule, EpisodeRules
from .study import Study

__all__ = [
    "AllowedColumn",
    "BaselineRule",
    "EpisodeRules",
    "Study",
    "baselines",
    "completed_sessions",
    "episodes",
    "first_sessions",
    "in_induction",
    "index_route",
    "outcome_rows",
    "sessions_completed",
]
