"""Who is left at each step, as bars that start at everyone."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis.disclosure import ReleasedOverview, ReleasedTable, of_patients

from .chart import Chart, drawn, heading
from .look import Theme, base_layout
from .numbers import share_text

_ROW_PX = 40
_HEAD_PX = 10
_FOOT_PX = 14
_RIGHT_PX = 118
_READ = (
    "Each bar is the number of patients of this cohort who reach a step, as a share of all who started. Nobody who is "
    "missing from a later step is known to be well or unwell: what is shown further on speaks only of those who stay."
)
_MARKED = " A hollow bar is a small number of patients and is left out of everything exported."


def attrition_chart(result: ReleasedOverview, theme: Theme) -> Chart:
    """One bar per step, labelled with its count and its share of starters; hollow where the count is small."""
    steps = result.attrition
    top = heading("Who is left, from the first session on", f"{result.instrument}; share of all starters.", theme)
    head = top.height_px + _HEAD_PX
    margin = {"l": 10, "r": _RIGHT_PX, "t": head, "b": _FOOT_PX}
    n = len(steps.frame)
    layout = base_layout(theme, head + n * _ROW_PX + _FOOT_PX, margin)
    layout |= {
        "xaxis": {"range": [0, 1], "visible": False, "fixedrange": True},
        "yaxis": {"range": [n - 0.4, -0.6], "visible": False, "fixedrange": True},
        "barmode": "overlay",
        "annotations": [*top.annotations(head, 10), *_labels(steps, theme)],
    }
    caption = f"{of_patients(result.starters)} started."
    return Chart(
        name=f"attrition-{result.instrument}",
        plot=drawn({"data": _bars(steps, theme), "layout": layout}),
        data=partial(attrition_data, steps),
        caption=caption[0].upper() + caption[1:],
        alt="Patients left at each step: " + "; ".join(_words(steps)) + ".",
        how_to_read=_READ + (_MARKED if result.audience.sees_small else ""),
    )


def attrition_data(steps: ReleasedTable) -> pd.DataFrame:
    """One row per step: step, n_patients as text, share (0 to 1)."""
    return steps.as_text()[["step", "n_patients", "share"]]


def _words(steps: ReleasedTable) -> list[str]:
    return [f"{step} {value}" for step, value in zip(steps.frame["step"], _values(steps), strict=True)]


def _values(steps: ReleasedTable) -> list[str]:
    """Each step's count and its share of starters."""
    pairs = zip(steps.texts("n_patients"), steps.frame["share"].tolist(), strict=True)
    return [f"{text} ({share_text(share)})" for text, share in pairs]


def _bars(steps: ReleasedTable, theme: Theme) -> list[dict[str, Any]]:
    """A pale full-width bar behind each solid one, so that what was lost is seen too."""
    shares = [0.0 if pd.isna(share) else float(share) for share in steps.frame["share"]]
    places = list(range(len(shares)))
    base = {"type": "bar", "orientation": "h", "y": places, "width": 0.42, "offset": -0.02}
    small = (steps.states["n_patients"] == "small").tolist()
    marker = {
        "color": [theme.paper if few else theme.accent for few in small],
        "line": {"color": theme.accent, "width": [1.5 if few else 0 for few in small]},
    }
    solid = {"x": shares, "marker": marker, "text": _words(steps), "textposition": "none"}
    return [
        {**base, "x": [1.0] * len(shares), "marker": {"color": theme.grid}, "hoverinfo": "skip"},
        {**base, **solid, "hovertemplate": "%{text}<extra></extra>"},
    ]


def _labels(steps: ReleasedTable, theme: Theme) -> list[dict[str, Any]]:
    """The step above its bar, its count and share to the right."""
    labels: list[dict[str, Any]] = []
    for place, (name, words) in enumerate(zip(steps.frame["step"], _values(steps), strict=True)):
        step = {"x": 0, "xanchor": "left", "y": place - 0.04, "yanchor": "bottom", "text": str(name)}
        value = {"x": 1, "xanchor": "left", "y": place + 0.19, "xshift": 6, "text": f"<b>{words}</b>"}
        labels += [
            {**step, "xref": "paper", "showarrow": False, "font": {"size": 12.5, "color": theme.secondary}},
            {**value, "xref": "paper", "showarrow": False, "font": {"size": 12.5, "color": theme.ink}},
        ]
    return labels
