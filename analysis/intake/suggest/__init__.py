"""A mapping suggested from what a clinic's files are called and hold; a person accepts or changes it."""

from .draft import suggest_mapping
from .sources import read_sources
from .suggestion import ColumnSuggestion, Draft

__all__ = ["ColumnSuggestion", "Draft", "read_sources", "suggest_mapping"]
