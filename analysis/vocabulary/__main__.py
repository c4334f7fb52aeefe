"""Print the data dictionary: `python -m analysis.vocabulary > analysis/vocabulary/DATA_DICTIONARY.md`."""

from __future__ import annotations

import sys

from .dictionary import dictionary_markdown

sys.stdout.write(dictionary_markdown())
