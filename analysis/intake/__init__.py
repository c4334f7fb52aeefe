"""Files of any origin to a checked Study, or to one report with every finding."""

from .findings import Finding, StudyDataError, findings_frame
from .mapping import Mapping
from .preview import Preview, preview_mapping, words_to_translate
from .reading import read_study, read_upload
from .suggest import ColumnSuggestion, Draft, read_sources, suggest_mapping
from .toml_writer import mapping_file_name, mapping_toml

__all__ = [
    "ColumnSuggestion",
    "Draft",
    "Finding",
    "Mapping",
    "Preview",
    "StudyDataError",
    "findings_frame",
    "mapping_file_name",
    "mapping_toml",
    "preview_mapping",
    "read_sources",
    "read_study",
    "read_upload",
    "suggest_mapping",
    "words_to_translate",
]
