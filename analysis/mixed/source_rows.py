"""Where the rows of a fit can still be found, without keeping them alive: a fit stays small."""

from __future__ import annotations

from weakref import ReferenceType, WeakKeyDictionary

import pandas as pd

from .fitted_model import FittedModel
from .refusal import ModelRefused

Source = ReferenceType[pd.DataFrame]
_SOURCES: WeakKeyDictionary[FittedModel, Source] = WeakKeyDictionary()


def remember_rows(fit: FittedModel, source: Source) -> None:
    """Note the frame that a fit came from, for as long as somebody else keeps that frame."""
    _SOURCES[fit] = source


def rows_of(fit: FittedModel) -> pd.DataFrame | None:
    """The frame that a fit came from; None when nobody keeps it any more, or the fit was stored and loaded."""
    source = _SOURCES.get(fit)
    return None if source is None else source()


def frame_of(fit: FittedModel, given: pd.DataFrame | None, call: str) -> pd.DataFrame:
    """The frame given, or the one the fit came from. Raises ModelRefused when it is gone or is another table.

    ``call`` shows how to give the frame, for example ``cross_check(fit, data)``.
    """
    data = rows_of(fit) if given is None else given
    if data is None:
        raise ModelRefused("The rows of this fit are no longer in memory.", f"Give them: {call}.")
    if fit.groups not in data.columns:
        raise ModelRefused(f"The data has no column '{fit.groups}'.", "Give the frame that was fitted.")
    return data


def check_same_size(fit: FittedModel, n_rows: int, n_groups: int) -> None:
    """Raises ModelRefused when a frame gives the fit's patients another number of rows than the fit used."""
    if (n_rows, n_groups) != (fit.n_rows, fit.n_groups):
        raise ModelRefused(
            f"The data holds {n_rows} rows of the fit's patients, the fit used {fit.n_rows}.",
            "Give the frame that was fitted.",
        )
