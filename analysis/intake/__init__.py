"""Files of any origin to a checked Study, or to one report with every finding."""

from .findings import Finding, StudyDataError, findings_frame
from .mapping import Mapping
from .reading import read_study, read_upload

__all__ = ["Finding", "Mapping", "StudyDataError", "findings_frame", "read_study", "read_upload"]
