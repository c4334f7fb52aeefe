"""Symptom change over sessions or weeks: one panel a route, or all routes in one panel."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis.disclosure import ReleasedChange, count_text, of_patients

from .all_in_one import one_panel
from .axes import DrawnChange, drawn_change
from .chart import Chart, drawn, heading
from .look import Theme
from .numbers import estimate_text
from .panels import small_multiples

_READ_PANELS = (
    "Each panel is one route. The bold line is the adjusted mean change from baseline that the model gives for that "
    "route; the band is its 95% interval. Thin grey lines are the other routes. Open markers are plain means of the "
    "scores, not adjusted. Numbers above the axis are patients of that route still assessed at that point or later; "
)
_READ_ONE = (
    "Each line is the adjusted mean change from baseline of one route, told apart by colour, dash and marker; the "
    "pale band is its 95% interval, the number at its name the adjusted change at the end of induction. Open "
    "markers are plain means of the scores. Numbers under the axis are patients still assessed there or later; "
)
_ENDS = (
    "a dash is a number withheld because it would give a small one away. A line ends, and a marker is left out, where "
    "fewer than {few} remain. Below zero is improvement."
)
_MARKED = (
    "one in italics is smaller than {few}. Where fewer remain a line is thin and dotted and a marker small and pale: "
    "that part is left out of everything exported. Below zero is improvement."
)


def trajectory_chart(change: ReleasedChange, theme: Theme, in_one_panel: bool = False) -> Chart:
    """The model's adjusted change by route, with intervals, observed means and patient counts.

    Raises ValueError for a refused result, which has no numbers.
    """
    if change.status == "refused":
        raise ValueError("a refused fit has nothing to draw")
    shown = drawn_change(change, theme)
    top = heading(change.title, change.subtitle, theme, full_width=True)
    spec = one_panel(shown, top) if in_one_panel else small_multiples(shown, top)
    ends = (_MARKED if change.audience.sees_small else _ENDS).format(few=change.audience.min_cell)
    return Chart(
        name=f"symptom-change-{change.spec.instrument}-by-{change.spec.time}",
        plot=drawn(spec),
        data=partial(trajectory_data, change),
        caption=_caption(change),
        alt=_alt(change, shown),
        how_to_read=(_READ_ONE if in_one_panel else _READ_PANELS) + ends,
    )


def trajectory_data(change: ReleasedChange) -> pd.DataFrame:
    """What the figure draws as a table: one row per route and point.

    estimate and its interval are in the instrument's points; n_patients counts those still assessed
    there or later; observed_mean is the plain mean of n_observed patients with a score exactly there. Counts are
    text, empty where only the holder is given them.
    """
    model = change.trajectory.assign(n_patients=count_texts(change.trajectory))
    observed = change.observed.assign(n_observed=count_texts(change.observed))
    observed = observed.rename(columns={"mean": "observed_mean"})
    columns = ["route", "x", "estimate", "ci_low", "ci_high", "n_patients"]
    table = model[columns].merge(observed[["route", "x", "observed_mean", "n_observed"]], on=["route", "x"], how="left")
    return table.rename(columns={"x": change.spec.x})


def count_texts(frame: pd.DataFrame) -> pd.Series:
    """The column n_patients as text, by what became of each number."""
    pairs = zip(frame["n_patients"].tolist(), frame["n_state"].tolist(), strict=True)
    return pd.Series([count_text(n, state) if state else "" for n, state in pairs], index=frame.index, dtype="str")


def _caption(change: ReleasedChange) -> str:
    counts = change.counts
    words = (
        f"{of_patients(counts['model'])} and {change.n_rows:,} scores in the model, of {counts['evaluable']} evaluable "
        f"and {counts['starters']} who started."
    )
    return words[0].upper() + words[1:]


def _alt(change: ReleasedChange, shown: DrawnChange) -> str:
    at = "; ".join(
        f"{route.name} {estimate_text(route.decision.y, route.decision.low, route.decision.high)}"
        for route in shown.routes
        if route.decision
    )
    detail = f" Adjusted change after {shown.decision_words} with 95% interval: {at}." if at else ""
    return f"{change.title}.{detail} {_caption(change)}"
