"""Who is left at each step, as bars that start at everyone."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis.disclosure import cell_text, is_small
from analysis.outcomes import Overview

from .chart import Chart, drawn, heading
from .look import Theme, base_layout
from .numbers import NOT_SHOWN, share_text
from .released import released, rows

_ROW_PX = 40
_HEAD_PX = 10
_FOOT_PX = 14
_RIGHT_PX = 108
_READ = (
    "Each bar is the number of patients of this cohort who reach a step, as a share of all who started. Nobody who is "
    "missing from a later step is known to be well or unwell: what is shown further on speaks only of those who stay."
)


def attrition_chart(result: Overview, theme: Theme) -> Chart:
    """One bar per step, labelled with its count and its share of starters; small counts are withheld."""
    steps = result.attrition
    top = heading("Who is left, from the first session on", f"{result.instrument}; share of all starters.", theme)
    head = top.height_px + _HEAD_PX
    margin = {"l": 10, "r": _RIGHT_PX, "t": head, "b": _FOOT_PX}
    layout = base_layout(theme, head + len(steps) * _ROW_PX + _FOOT_PX, margin)
    layout |= {
        "xaxis": {"range": [0, 1], "visible": False, "fixedrange": True},
        "yaxis": {"range": [len(steps) - 0.4, -0.6], "visible": False, "fixedrange": True},
        "barmode": "overlay",
        "annotations": [*top.annotations(head, 10), *_labels(steps, theme)],
    }
    return Chart(
        name=f"attrition-{result.instrument}",
        plot=drawn({"data": _bars(steps, theme), "layout": layout}),
        data=partial(released, steps, ["share"]),
        caption=f"{cell_text(result.n_starters)} patients started.",
        alt="Patients left at each step: " + "; ".join(_words(row) for row in rows(steps)) + ".",
        how_to_read=_READ,
    )


def _words(row: Any) -> str:
    return f"{row.step} {_value(row)}"


def _value(row: Any) -> str:
    share = NOT_SHOWN if is_small(row.n_patients) else share_text(row.share)
    return f"{cell_text(row.n_patients)} ({share})"


def _bars(steps: pd.DataFrame, theme: Theme) -> list[dict[str, Any]]:
    """A pale full-width bar behind each solid one, so that what was lost is seen too."""
    places = list(range(len(steps)))
    shares = [0.0 if is_small(row.n_patients) else float(row.share) for row in rows(steps)]
    base = {"type": "bar", "orientation": "h", "y": places, "width": 0.42, "offset": -0.02}
    text = [_words(row) for row in rows(steps)]
    solid = {"x": shares, "marker": {"color": theme.accent}, "text": text, "textposition": "none"}
    return [
        {**base, "x": [1.0] * len(steps), "marker": {"color": theme.grid}, "hoverinfo": "skip"},
        {**base, **solid, "hovertemplate": "%{text}<extra></extra>"},
    ]


def _labels(steps: pd.DataFrame, theme: Theme) -> list[dict[str, Any]]:
    """The step above its bar, its count and share to the right."""
    labels: list[dict[str, Any]] = []
    for place, row in enumerate(rows(steps)):
        step = {"x": 0, "xanchor": "left", "y": place - 0.04, "yanchor": "bottom", "text": str(row.step)}
        value = {"x": 1, "xanchor": "left", "y": place + 0.19, "xshift": 6, "text": f"<b>{_value(row)}</b>"}
        labels += [
            {**step, "xref": "paper", "showarrow": False, "font": {"size": 12.5, "color": theme.secondary}},
            {**value, "xref": "paper", "showarrow": False, "font": {"size": 12.5, "color": theme.ink}},
        ]
    return labels
