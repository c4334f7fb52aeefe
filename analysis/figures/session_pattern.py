"""Observed change by sessions so far, apart for patients who stopped early and late: who stays on, seen."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.outcomes import SessionCount

from .chart import Chart, Heading, drawn, heading
from .look import Theme, base_layout
from .numbers import nice_ticks, number_text, tick_texts
from .released import enough, released, rows

_PLOT_PX = 300
_FOOT_PX = 52
_LEFT_PX = 62
_RIGHT_PX = 132
_HEAD_PX = 14
_DASHES = ("dot", "dash", "dashdot", "solid")
_MARKERS = ("triangle-up-open", "square-open", "diamond-open", "circle-open")
_READ = (
    "Patients are split by how many sessions they completed in all. Each line is the plain mean of their scores after so "
    "many sessions; a point rests on at least 11 patients. Where the lines lie apart at the same number of "
    "sessions, those who stopped and those who stayed were different people, and the end of a pooled line shows who is left."
)


def has_pattern(views: SessionCount) -> bool:
    """At least one point rests on enough patients to be drawn."""
    return not enough(views.pattern).empty


def session_pattern_chart(views: SessionCount, instrument: str, theme: Theme) -> Chart:
    """Mean change by sessions so far, one line for each group of patients by sessions completed in all.

    Raises ValueError when no point rests on 11 patients; ask `has_pattern` first.
    """
    shown = enough(views.pattern)
    if shown.empty:
        raise ValueError("no point of the drop-out pattern rests on 11 patients")
    groups = list(dict.fromkeys(shown["pattern"]))
    top = heading(
        "Change by sessions so far, by when patients stopped",
        f"Observed mean change in {instrument}, not adjusted. A line for each group by sessions completed in all.",
        theme,
        full_width=True,
    )
    lines = [_line(shown[shown["pattern"] == group], group, theme) for group in groups]
    return Chart(
        name=f"drop-out-pattern-{instrument}",
        plot=drawn({"data": lines, "layout": _layout(shown, groups, instrument, top, theme)}),
        data=lambda: released(views.pattern, ["mean"]),
        caption="Means of fewer than 11 patients are left out.",
        alt=_alt(shown, groups, instrument),
        how_to_read=_READ,
    )


def _order(group: str) -> int:
    """The place of a group's dash and marker, the same whichever groups are shown."""
    return next((place for place, word in enumerate(("1 to 3", "4 to 6", "7 to 9")) if word in group), 3)


def _line(points: pd.DataFrame, group: str, theme: Theme) -> dict[str, Any]:
    place = _order(group)
    colour = theme.accent if place == len(_DASHES) - 1 else theme.secondary
    return {
        "type": "scatter",
        "x": points["x"].tolist(),
        "y": points["mean"].tolist(),
        "text": [f"{number_text(row.mean)}, {row.n_patients:,} patients" for row in rows(points)],
        "mode": "lines+markers",
        "line": {"color": colour, "width": 2, "dash": _DASHES[place]},
        "marker": {"symbol": _MARKERS[place], "size": 8, "color": colour, "line": {"width": 1.6}},
        "hovertemplate": f"<b>{group}</b> after %{{x}}<br>%{{text}}<extra></extra>",
    }


def _layout(shown: pd.DataFrame, groups: list[str], instrument: str, top: Heading, theme: Theme) -> dict[str, Any]:
    head = top.height_px + _HEAD_PX
    margin = {"l": _LEFT_PX, "r": _RIGHT_PX, "t": head, "b": _FOOT_PX}
    low, high = min(0.0, float(shown["mean"].min())), max(0.0, float(shown["mean"].max()))
    ticks = nice_ticks(low, high)
    font = {"size": 13, "color": theme.secondary}
    ends = [_end_label(shown[shown["pattern"] == group], group, theme) for group in groups]
    return base_layout(theme, head + _PLOT_PX + _FOOT_PX, margin) | {
        "xaxis": {
            "title": {"text": "Ketamine sessions completed before the assessment", "font": font},
            "range": [0.5, float(shown["x"].max()) + 0.4],
            "dtick": 1,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "title": {"text": f"Observed change in {instrument}, points", "font": font},
            "range": [low - 0.06 * (high - low), high + 0.06 * (high - low)],
            "tickvals": ticks,
            "ticktext": tick_texts(ticks),
            "gridcolor": theme.grid,
            "zeroline": True,
            "zerolinecolor": theme.ink,
            "fixedrange": True,
        },
        "annotations": [*top.annotations(head, _LEFT_PX), *ends],
    }


def _end_label(points: pd.DataFrame, group: str, theme: Theme) -> dict[str, Any]:
    """The group's name beside its last point: no legend to look up."""
    last = points.iloc[-1]
    where = {"x": float(last["x"]), "y": float(last["mean"]), "xanchor": "left", "xshift": 8, "showarrow": False}
    return {"text": group, **where, "font": {"size": 12, "color": theme.ink}}


def _alt(shown: pd.DataFrame, groups: list[str], instrument: str) -> str:
    parts = []
    for group in groups:
        last = shown[shown["pattern"] == group].iloc[-1]
        parts.append(f"{group}, {number_text(last['mean'])} points after {last['x']:g}")
    return (
        f"Observed mean change in {instrument} by when patients stopped, at the last point shown: {'; '.join(parts)}."
    )
