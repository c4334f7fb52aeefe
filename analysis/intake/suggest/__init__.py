"""A mapping suggested from what a clinic's files are called and hold; a person accepts or changes it."""

from .draft import suggest_mapping
from .suggestion import ColumnSuggestion, Draft

__all__ = ["ColumnSuggestion", "Draft", "suggest_mapping"]
