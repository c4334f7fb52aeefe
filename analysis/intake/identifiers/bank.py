"""The words of many short columns in one list, so that a pattern is prepared and run once for all of them.

Preparing a pattern costs more than running it on a few words: an export of thousands of columns would wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from ..findings import Mask


class WordBank:
    """Words of several columns behind one another, and the answers to the patterns already asked."""

    def __init__(self, texts: Sequence[Any]) -> None:
        self._words = arrow.concat_arrays(texts)
        self._answers: dict[str, Mask] = {}

    def matching(self, pattern: str, start: int, stop: int) -> Mask:
        """The words from one place to another that hold a match of a pattern."""
        if pattern not in self._answers:
            found = compute.match_substring_regex(self._words, pattern)
            self._answers[pattern] = found.to_numpy(zero_copy_only=False)
        return np.array(self._answers[pattern][start:stop])
