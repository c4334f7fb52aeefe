"""Observed change by sessions so far, apart for patients with few and with many sessions in all: who stays, seen."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from analysis.disclosure import ReleasedSessions, count_text

from .chart import Chart, Heading, drawn, heading
from .frames import rows
from .look import Theme, base_layout
from .numbers import nice_ticks, number_text, tick_texts
from .trajectory import count_texts

_PLOT_PX = 240
_FOOT_PX = 52
_LEFT_PX = 62
_RIGHT_PX = 14
_HEAD_PX = 48
_GAP = 0.03  # between panels, of the figure's width
_MARKER = "circle-open"
_READ = (
    "Patients are split by how many sessions they completed in all. Each panel shows the plain mean of one group's "
    "scores after so many sessions, with the other groups in grey; {few}. Where the "
    "lines lie apart at the same number of sessions, those who stayed for fewer and for more differed."
)


def has_pattern(views: ReleasedSessions) -> bool:
    """At least one point may be drawn."""
    return bool(views.pattern["mean"].notna().any())


def session_pattern_chart(views: ReleasedSessions, instrument: str, theme: Theme) -> Chart:
    """Mean change by sessions so far, one line for each group of patients by sessions completed in all.

    Raises ValueError when there is no point to draw; ask `has_pattern` first.
    """
    shown = views.pattern[views.pattern["mean"].notna()]
    if shown.empty:
        raise ValueError("the drop-out pattern has no point to draw")
    groups = list(dict.fromkeys(shown["pattern"]))
    top = heading(
        "Change by sessions so far, by sessions completed in all",
        f"Observed mean change in {instrument}, not adjusted. A patient still in treatment may yet change group.",
        theme,
        full_width=True,
    )
    panels = [trace for place, group in enumerate(groups, 1) for trace in _panel(shown, group, place, theme)]
    few = views.audience.min_cell
    return Chart(
        name=f"drop-out-pattern-{instrument}",
        plot=drawn({"data": panels, "layout": _layout(views, shown, groups, instrument, top, theme)}),
        data=lambda: pattern_data(views.pattern),
        caption=_caption(views),
        alt=_alt(shown, groups, instrument),
        how_to_read=_READ.format(
            few=f"a small pale point rests on fewer than {few} patients and is left out of everything exported"
            if views.audience.sees_small
            else f"a point rests on at least {few} patients"
        ),
    )


def pattern_data(pattern: pd.DataFrame) -> pd.DataFrame:
    """One row per group and sessions so far: pattern, x, mean, and the patients as text where they are given."""
    return pattern.assign(n_patients=count_texts(pattern))[["pattern", "x", "mean", "n_patients"]]


def _caption(views: ReleasedSessions) -> str:
    groups = zip(views.groups["pattern"], views.groups["n_patients"], strict=True)
    who = "Patients: " + "; ".join(f"{label}, {text}" for label, text in groups) + "."
    return who if views.audience.sees_small else f"{who} Means of fewer than {views.audience.min_cell} are left out."


def _panel(shown: pd.DataFrame, group: str, place: int, theme: Theme) -> list[dict[str, Any]]:
    """The other groups in grey, then the panel's own in colour."""
    own = shown[shown["pattern"] == group]
    axes = {"type": "scatter", "xaxis": f"x{place}" if place > 1 else "x", "yaxis": "y"}
    others: dict[str, list[float | None]] = {"x": [], "y": []}
    for _, points in shown[shown["pattern"] != group].groupby("pattern", sort=False):
        others["x"] += [*points["x"].tolist(), None]
        others["y"] += [*points["mean"].tolist(), None]
    context = {**axes, **others, "mode": "lines", "line": {"color": theme.context, "width": 1.3}, "hoverinfo": "skip"}
    line = {
        **axes,
        "x": own["x"].tolist(),
        "y": own["mean"].tolist(),
        "text": [_about(row) for row in rows(own)],
        "mode": "lines+markers",
        "line": {"color": theme.accent, "width": 2.4},
        "marker": {
            "symbol": _MARKER,
            "size": [4 if state == "small" else 7 for state in own["n_state"]],
            "opacity": [0.55 if state == "small" else 1 for state in own["n_state"]],
            "color": theme.accent,
            "line": {"width": 1.6},
        },
        "hovertemplate": f"<b>{group}</b> after %{{x}}<br>%{{text}}<extra></extra>",
    }
    return [context, line]


def _about(row: Any) -> str:
    """A mean, and how many patients it is about where that is given."""
    value = number_text(row.mean)
    return f"{value}, {count_text(row.n_patients, row.n_state)} patients" if row.n_state else value


def _x_axes(shown: pd.DataFrame, groups: list[str]) -> dict[str, Any]:
    width = (1 - _GAP * (len(groups) - 1)) / len(groups)
    axes = {}
    for place in range(len(groups)):
        left = place * (width + _GAP)
        axes[f"xaxis{place + 1}" if place else "xaxis"] = {
            "domain": [left, min(left + width, 1.0)],
            "range": [0.5, float(shown["x"].max()) + 0.5],
            "dtick": 3,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "anchor": "y",
        }
    return axes


def _y_axis(shown: pd.DataFrame, instrument: str, theme: Theme) -> dict[str, Any]:
    low, high = min(0.0, float(shown["mean"].min())), max(0.0, float(shown["mean"].max()))
    ticks = nice_ticks(low, high)
    return {
        "title": {"text": f"Observed change in {instrument}, points", "font": {"size": 13, "color": theme.secondary}},
        "range": [low - 0.08 * (high - low), high + 0.08 * (high - low)],
        "tickvals": ticks,
        "ticktext": tick_texts(ticks),
        "gridcolor": theme.grid,
        "zeroline": True,
        "zerolinecolor": theme.ink,
        "fixedrange": True,
    }


def _layout(
    views: ReleasedSessions, shown: pd.DataFrame, groups: list[str], instrument: str, top: Heading, theme: Theme
) -> dict[str, Any]:
    head = top.height_px + _HEAD_PX
    margin = {"l": _LEFT_PX, "r": _RIGHT_PX, "t": head, "b": _FOOT_PX}
    x_title = {"text": "Ketamine sessions completed before the assessment", "x": 0.5, "y": 0, "yshift": -26}
    x_title |= {"xref": "paper", "yref": "paper", "yanchor": "top", "showarrow": False, "font": {"size": 13}}
    return base_layout(theme, head + _PLOT_PX + _FOOT_PX, margin) | {
        **_x_axes(shown, groups),
        "yaxis": _y_axis(shown, instrument, theme),
        "annotations": [*top.annotations(head, _LEFT_PX), *_names(views, groups, theme), x_title],
    }


def _names(views: ReleasedSessions, groups: list[str], theme: Theme) -> list[dict[str, Any]]:
    """Each panel's group over it, with its patients."""
    patients = dict(zip(views.groups["pattern"], views.groups["n_patients"], strict=True))
    names = []
    for place, group in enumerate(groups, 1):
        where = {"xref": f"x{place if place > 1 else ''} domain", "x": 0, "yref": "paper", "y": 1, "yshift": 6}
        number = patients.get(group, "")
        words = f"<b>{group}</b><br>" + (f"{escape(number)} patients" if number != "withheld" else "number withheld")
        names.append({"text": words, **where, "xanchor": "left", "yanchor": "bottom", "align": "left",
                      "showarrow": False, "font": {"size": 12, "color": theme.ink}})  # fmt: skip
    return names


def _alt(shown: pd.DataFrame, groups: list[str], instrument: str) -> str:
    parts = []
    for group in groups:
        last = shown[shown["pattern"] == group].iloc[-1]
        parts.append(f"{group}, {number_text(last['mean'])} points after {last['x']:g}")
    words = f"Observed mean change in {instrument} by sessions completed in all, at the last point shown"
    return f"{words}: {'; '.join(parts)}."
