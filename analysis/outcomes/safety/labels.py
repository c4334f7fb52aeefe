"""A column of a few texts as numbers: who has one of them is asked for many times, and numbers compare quickly."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Texts = NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Labels:
    """One text per row, as the place of it in names, which has no text twice."""

    names: tuple[str, ...]
    place: NDArray[np.int16]

    def where(self, text: str) -> Mask:
        """Which rows have a text; none for one that is not there."""
        number = self._places.get(text)
        return np.zeros(len(self.place), dtype=bool) if number is None else self.place == number

    def where_any(self, texts: Collection[str]) -> Mask:
        """Which rows have one of some texts."""
        chosen = np.array([name in texts for name in self.names], dtype=bool)
        return chosen[self.place] if len(chosen) else np.zeros(0, dtype=bool)

    def present(self, rows: Mask | None = None) -> frozenset[str]:
        """The texts that some rows have, or all of them."""
        chosen = self.place if rows is None else self.place[rows]
        counts = np.bincount(chosen, minlength=len(self.names))
        return frozenset(name for name, n in zip(self.names, counts.tolist(), strict=True) if n)

    def texts(self, rows: Mask | slice = slice(None)) -> Texts:
        """The texts themselves, row by row."""
        return np.array(self.names, dtype=object)[self.place[rows]]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}


def labels(values: pd.Series | Sequence[str] | Texts) -> Labels:
    """The labels of a column without missing texts."""
    place, names = pd.factorize(np.asarray(values, dtype=object) if not isinstance(values, pd.Series) else values)
    return Labels(tuple(str(name) for name in names), place.astype(np.int16))


def label_column(frame: pd.DataFrame, column: str, missing: str = "") -> Labels:
    """A column of text; its missing entries, or all where there is no such column, are called `missing`."""
    if column not in frame:
        return Labels((missing,), np.zeros(len(frame), dtype=np.int16))
    return labels(frame[column].astype("str").fillna(missing).replace("", missing))
