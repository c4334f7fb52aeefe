"""Adjusted differences between clinics: how far each is from the average one, drawn towards it, with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.disclosure.clinics import ReleasedClinics
from analysis.disclosure.gate import of_patients
from analysis.outcomes import COVARIATES

from .chart import Chart, heading
from .look import Theme
from .numbers import interval_text, number_text
from .safety_rows import RowLabel, RowPanel, RowPoint, rows_figure

_READ = (
    "Each row is a clinic, in the order of their codes and never of their results. The marker is how much more (right "
    "of zero) or less (left: more improvement) scores changed there than at the average clinic, for patients alike in "
    "what the model adjusts for and on the same route at the same number of sessions. Small clinics are drawn towards "
    "zero, because a small clinic is easily far out by chance; the bar is the 95% interval of the clinic's own "
    "difference. To the right the same before shrinking, each clinic by itself. A bar across zero leaves no difference "
    "possible. Routes and sessions are chosen by clinics: what they do through them is adjusted away. A single clinic "
    "far from many alike is drawn in more than its interval says. This is no measure of quality."
)
_READ_ZERO = (
    "Each row is a clinic, in the order of their codes and never of their results: how much more (right of zero) or "
    "less (left: more improvement) scores changed there than at the mean of all clinics, for patients alike in what "
    "the model adjusts for and on the same route at the same number of sessions, with a 95% interval. The model that "
    "lets clinics vary around a common level found no more variation between them than chance gives, and would draw "
    "every one of these to zero. That is no proof that clinics are alike. Routes and sessions are chosen by clinics: "
    "what they do through them is adjusted away. This is no measure of quality."
)
_MARKED = " Small markers are clinics with few patients in the model and are left out of everything exported."
Row = dict[Any, Any]


@dataclass(frozen=True)
class Columns:
    """Estimate and interval of one panel, and how they are drawn."""

    columns: tuple[str, str, str]
    symbol: str


Points = tuple[RowPoint, ...]
AFTER = Columns(("estimate", "ci_low", "ci_high"), "circle")
BEFORE = Columns(("fixed", "fixed_low", "fixed_high"), "diamond-open")


def has_adjusted(released: ReleasedClinics) -> bool:
    """Whether there is a difference to draw."""
    return bool(len(released.adjusted.frame)) and bool(released.adjusted.frame["estimate"].notna().any())


def adjusted_chart(released: ReleasedClinics, theme: Theme) -> Chart:
    """One row a clinic. Raises ValueError when there is no difference that may be shown."""
    if not has_adjusted(released):
        raise ValueError("no difference between clinics can be shown")
    table = released.adjusted
    frame = table.frame[table.frame["estimate"].notna()]
    small = (table.states["n_patients"] == "small").loc[frame.index].tolist()
    counts = [table.words("n_patients", int(place)) for place in frame.index]
    labels = [
        RowLabel(f"{row['clinic']}, {n}")
        for row, n in zip(frame.to_dict("records"), map(of_patients, counts), strict=True)
    ]
    records = list(zip(frame.to_dict("records"), small, strict=True))
    after = tuple(_point(place, row, few, theme, AFTER) for place, (row, few) in enumerate(records))
    before = tuple(
        _point(place, row, few, theme, BEFORE) for place, (row, few) in enumerate(records) if not pd.isna(row["fixed"])
    )
    ends = [end for p in (*after, *before) for end in (p.value, p.low, p.high) if end is not None]
    span = (min(ends), max(ends))
    title = _title(released, frame)
    top = heading(title, _subtitle(released), theme, full_width=True)
    axis = "Difference from the average clinic, points"
    panels = _panels(released, after, before, axis, span)
    shown = panels[0].points
    return Chart(
        name=f"clinics-adjusted-{released.instrument}",
        plot=rows_figure(labels, panels, top, theme),
        data=lambda: released.adjusted.as_text(),
        caption=f"{of_patients(released.n_model)} of {released.starters} starters are in the model.".capitalize(),
        alt=f"{title}. " + "; ".join(f"{label.text}: {p.words}" for label, p in zip(labels, shown, strict=False)) + ".",
        how_to_read=(_READ_ZERO if _vanished(released) and before else _READ)
        + (_MARKED if released.audience.sees_small else ""),
    )


def _vanished(released: ReleasedClinics) -> bool:
    return released.result.between_sd == 0


def _panels(
    released: ReleasedClinics, after: Points, before: Points, axis: str, span: tuple[float, float]
) -> list[RowPanel]:
    """Shrunken differences, and beside them the same before shrinking. Where every one is shrunken to zero, only the
    latter: dots on a line say nothing."""
    if _vanished(released) and before:
        return [RowPanel("Each clinic by itself, not shrunken", axis, False, before, span)]
    panels = [RowPanel("Shrunken: read this", axis, False, after, span)]
    return [*panels, RowPanel("Before shrinking", axis, False, before, span)] if before else panels


def _point(place: int, row: Row, few: bool, theme: Theme, of: Columns) -> RowPoint:
    value, low, high = (row[name] for name in of.columns)
    words = number_text(value)
    if pd.isna(low):
        return RowPoint(place, float(value), None, None, words, theme.everyone, of.symbol, few)
    words += f" ({interval_text(low, high)})"
    return RowPoint(place, float(value), float(low), float(high), words, theme.everyone, of.symbol, few)


def _title(released: ReleasedClinics, frame: pd.DataFrame) -> str:
    if _vanished(released):
        high = released.result.between_high
        most = "" if pd.isna(high) else f"; up to {number_text(high)} points (standard deviation) are possible"
        return f"Variation between clinics in {released.instrument} change was estimated as zero{most}"
    clear = frame.loc[(frame["ci_low"] > 0) | (frame["ci_high"] < 0), "clinic"].tolist()
    if not clear:
        return f"No clinic's adjusted change in {released.instrument} differs clearly from the average"
    n = f"{len(clear)} of {len(frame)} clinics' adjusted change" if len(clear) > 1 else f"Adjusted change at {clear[0]}"
    return f"{n} in {released.instrument} differs from the average clinic beyond chance"


def _subtitle(released: ReleasedClinics) -> str:
    words = (COVARIATES.get(name, name) for name in released.result.covariates)
    kept = "Differences in points" if _vanished(released) else "Shrunken differences in points"
    return (
        f"Mixed model, patients nested in clinics; adjusted for {', '.join(('baseline', *words))}, route and sessions. "
        f"{kept}, 95% intervals; negative is more improvement."
    )
