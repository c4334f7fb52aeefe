"""Symptom change over sessions or weeks: one panel a route, or all routes in one panel."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis.outcomes import SymptomChange

from .all_in_one import one_panel
from .axes import DrawnChange, drawn_change
from .chart import Chart, drawn, heading
from .look import Theme
from .numbers import estimate_text
from .panels import small_multiples
from .released import released

_READ_PANELS = (
    "Each panel is one route. The bold line is the adjusted mean change from baseline that the model gives for that "
    "route; the band is its 95% interval. Thin grey lines are the other routes. Open markers are plain means of the "
    "scores, not adjusted. Numbers above the axis are patients of that route still assessed at that point or later; "
    "a line ends, and a marker is left out, where fewer than 11 remain. Below zero is improvement."
)
_READ_ONE = (
    "Each line is the adjusted mean change from baseline of one route, told apart by colour, dash and marker; the "
    "pale band is its 95% interval, the number at its name the adjusted change at the end of induction. Open "
    "markers are plain means of the scores. A line ends where fewer than 11 "
    "patients remain. Below zero is improvement."
)


def trajectory_chart(change: SymptomChange, theme: Theme, in_one_panel: bool = False) -> Chart:
    """The model's adjusted change by route, with intervals, observed means and patient counts.

    Draws only points about at least 11 patients. Raises ValueError for a refused result, which has no numbers.
    """
    if change.status == "refused":
        raise ValueError("a refused fit has nothing to draw")
    shown = drawn_change(change, theme)
    top = heading(change.title, change.subtitle, theme, full_width=True)
    spec = one_panel(shown, top) if in_one_panel else small_multiples(shown, top)
    return Chart(
        name=f"symptom-change-{change.spec.instrument}-by-{change.spec.time}",
        plot=drawn(spec),
        data=partial(trajectory_data, change),
        caption=_caption(change),
        alt=_alt(change, shown),
        how_to_read=_READ_ONE if in_one_panel else _READ_PANELS,
    )


def trajectory_data(change: SymptomChange) -> pd.DataFrame:
    """What the figure draws as a table: one row per route and point, small cells withheld.

    estimate and its interval are in the instrument's points; n_patients counts those still assessed
    there or later; observed_mean is the plain mean of n_observed patients with a score exactly there.
    """
    model = released(change.trajectory, ["estimate", "std_error", "df", "ci_low", "ci_high"])
    observed = released(change.observed, ["mean"]).rename(columns={"mean": "observed_mean", "n_patients": "n_observed"})
    columns = ["route", "x", "estimate", "ci_low", "ci_high", "n_patients"]
    table = model[columns].merge(observed[["route", "x", "observed_mean", "n_observed"]], on=["route", "x"], how="left")
    return table.rename(columns={"x": change.spec.x})


def _caption(change: SymptomChange) -> str:
    return (
        f"{change.n_model:,} patients and {change.n_rows:,} scores in the model, of {change.n_evaluable:,} evaluable "
        f"and {change.n_starters:,} who started."
    )


def _alt(change: SymptomChange, shown: DrawnChange) -> str:
    at = "; ".join(
        f"{route.name} {estimate_text(route.decision.y, route.decision.low, route.decision.high)}"
        for route in shown.routes
        if route.decision
    )
    detail = f" Adjusted change after {shown.decision_words} with 95% interval: {at}." if at else ""
    return f"{change.title}.{detail} {_caption(change)}"
