"""Where the rows of a fit can still be found, without keeping them alive: a fit stays small."""

from __future__ import annotations

from weakref import ReferenceType, WeakKeyDictionary

import pandas as pd

from .fit import MixedModelFit

Source = ReferenceType[pd.DataFrame]
_SOURCES: WeakKeyDictionary[MixedModelFit, Source] = WeakKeyDictionary()


def remember_rows(fit: MixedModelFit, source: Source) -> None:
    """Note the frame that a fit came from, for as long as somebody else keeps that frame."""
    _SOURCES[fit] = source


def rows_of(fit: MixedModelFit) -> pd.DataFrame | None:
    """The frame that a fit came from; None when nobody keeps it any more, or the fit was stored and loaded."""
    source = _SOURCES.get(fit)
    return None if source is None else source()
