"""Conditions beyond depression side by side: a panel an instrument, each on its own scale."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd

from analysis.disclosure.care import ReleasedCare
from analysis.disclosure.gate import ReleasedTable, count_words
from analysis.outcomes.safety import ALL
from analysis.vocabulary import INSTRUMENTS, WINDOWS

from .chart import Chart, drawn, heading
from .look import Theme, base_layout
from .numbers import interval_text, nice_ticks, number_text, tick_texts
from .safety_withheld import withheld_chart

_PLOT_PX = 220
_HEAD_PX = 56
_FOOT_PX = 72
_LEFT_PX = 52
_GAP = 0.07  # of the width, with the next panel's ticks in it
_WINDOW_NAMES = {window.name: place for place, window in enumerate(WINDOWS)}
_COUNTED = ("day 1", "day 28", "day 180")  # seven would touch on a tablet; the table has all
_DECISION = "day 28"
_TITLE = "Mean change in anxiety, PTSD and pain, in points"
_READ = (
    "Each panel is one instrument in its own points, over the patients who have a baseline and a score in the window: "
    "mean change with a 95% interval. Panels have scales of their own and are never pooled: a point of one is not a "
    "point of another. Numbers under a panel are patients; those scored late are a selected group. Below zero is "
    "improvement. Change in treated patients alone is not change due to treatment."
)


def has_conditions(released: ReleasedCare) -> bool:
    return bool(released.frame("condition_changes")["mean"].notna().any())


def conditions_chart(released: ReleasedCare, theme: Theme) -> Chart:
    """One panel an instrument: observed mean change by window."""
    table = released["condition_changes"]
    frame = table.frame[(table.frame["window"] != ALL) & table.frame["mean"].notna()]
    if frame.empty:
        return withheld_chart("conditions", _TITLE, table.min_cell, theme)
    names = [name for name in released.conditions if (frame["instrument"] == name).any()]
    subtitle = (
        f"Observed means, not adjusted, 95% intervals; over each panel, {_DECISION}. Each has a scale of its own."
    )
    top = heading(_TITLE, subtitle, theme, True)
    head = top.height_px + _HEAD_PX
    layout = base_layout(theme, head + _PLOT_PX + _FOOT_PX, {"l": _LEFT_PX, "r": 12, "t": head, "b": _FOOT_PX})
    data: list[dict[str, Any]] = []
    words = top.annotations(head, _LEFT_PX)
    width = (1 - _GAP * (len(names) - 1)) / len(names)
    for number, name in enumerate(names):
        rows, left = frame[frame["instrument"] == name], number * (width + _GAP)
        suffix = str(number + 1) if number else ""
        data += _traces(rows, table, suffix, theme)
        words += _words(name, rows, table, left, suffix, theme)
        layout |= _axes(rows, suffix, (left, min(left + width, 1.0)), theme)
    return Chart(
        name="conditions-beyond-depression",
        plot=drawn({"data": data, "layout": layout | {"annotations": words}}),
        data=lambda: table.as_text(),
        caption=_caption(released),
        alt=f"{_TITLE}. " + "; ".join(_said(name, frame[frame["instrument"] == name]) for name in names) + ".",
        how_to_read=_READ,
    )


def _said(name: str, rows: pd.DataFrame) -> str:
    last = rows.iloc[-1]
    return f"{name} {number_text(last['mean'])} points at {last['window']}"


def _caption(released: ReleasedCare) -> str:
    table = released["condition_changes"]
    base = table.frame[table.frame["window"] == ALL]
    said = [
        f"{row['instrument']} {count_words(row['n_patients'], str(table.states['n_patients'].loc[place]))}"
        for place, row in zip(base.index, base.to_dict("records"), strict=True)
    ]
    return f"Patients with a baseline: {', '.join(said)}; of {released.starters} starters."


def _is_small(table: ReleasedTable, rows: pd.DataFrame) -> list[bool]:
    return [state == "small" for state in table.states.loc[rows.index, "n_patients"].tolist()]


def _places(rows: pd.DataFrame) -> list[float]:
    return [float(_WINDOW_NAMES[window]) for window in rows["window"]]


def _traces(rows: pd.DataFrame, table: ReleasedTable, suffix: str, theme: Theme) -> list[dict[str, Any]]:
    x, small = _places(rows), _is_small(table, rows)
    axes = {"type": "scatter", "xaxis": "x" + suffix, "yaxis": "y" + suffix}
    bar_x: list[float | None] = []
    bar_y: list[float | None] = []
    for place, row in zip(x, rows.to_dict("records"), strict=True):
        if pd.notna(row["ci_low"]):
            bar_x += [place, place, None]
            bar_y += [row["ci_low"], row["ci_high"], None]
    thin = {"color": theme.everyone, "width": 1.6}
    bars = {"x": bar_x, "y": bar_y, "mode": "lines", "line": thin, "hoverinfo": "skip"}
    said = [f"{number_text(r['mean'])} ({interval_text(r['ci_low'], r['ci_high'])})" for r in rows.to_dict("records")]
    line = {
        "x": x,
        "y": rows["mean"].tolist(),
        "mode": "lines+markers",
        "line": {"color": theme.everyone, "width": 2},
        "marker": {
            "symbol": "circle",
            "size": [5 if few else 8 for few in small],
            "opacity": [0.55 if few else 1 for few in small],
            "color": theme.everyone,
        },
        "text": said,
        "hovertemplate": "%{text}<extra></extra>",
    }
    return [{**axes, **bars}, {**axes, **line}]


def _words(
    name: str, rows: pd.DataFrame, table: ReleasedTable, left: float, suffix: str, theme: Theme
) -> list[dict[str, Any]]:
    """The instrument over its panel, and the patients of each window under it."""
    item = INSTRUMENTS[name]
    title = {
        "text": f"<b>{escape(name)}</b>, {item.measures}, {item.minimum:g} to {item.maximum:g}<br>{_at_decision(rows)}",
        "align": "left",
        **{"x": left, "xref": "paper", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 6},
        "showarrow": False,
        "font": {"size": 12.5, "color": theme.ink},
    }
    states = table.states.loc[rows.index, "n_patients"].tolist()
    texts = {
        window: count_words(n, str(state)).replace("fewer than ", "<").replace(" (small)", "")
        for window, n, state in zip(rows["window"], rows["n_patients"], states, strict=True)
        if window in _COUNTED
    }
    counts = [
        {
            "text": text,
            **{"x": _WINDOW_NAMES[window], "xref": "x" + suffix},
            **{"y": 0, "yref": "paper", "yanchor": "top", "yshift": -21, "showarrow": False},
            "font": {"size": 11, "color": theme.secondary},
        }
        for window, text in texts.items()
    ]
    return [title, *counts]


def _at_decision(rows: pd.DataFrame) -> str:
    """The mean and its interval at the decision point, where they may be shown."""
    found = rows[(rows["window"] == _DECISION) & rows["ci_low"].notna()]
    if found.empty:
        return "points"
    row = found.iloc[0]
    return f"<b>{number_text(row['mean'])}</b> ({interval_text(row['ci_low'], row['ci_high'])})"


def _axes(rows: pd.DataFrame, suffix: str, domain: tuple[float, float], theme: Theme) -> dict[str, Any]:
    low = min(0.0, float(rows[["mean", "ci_low"]].min().min()))
    high = max(0.0, float(rows[["mean", "ci_high"]].max().max()))
    span = (high - low) or 1.0
    ticks = nice_ticks(low, high, 5)
    small = {"size": 11.5, "color": theme.secondary}
    x = {
        "domain": list(domain), "range": [-0.5, len(WINDOWS) - 0.5], "tickvals": list(range(len(WINDOWS))),
        "ticktext": [window.name.removeprefix("day ") for window in WINDOWS],
        "ticks": "outside", "ticklen": 3, "tickfont": small, "showgrid": False,
        "zeroline": False, "fixedrange": True, "tickangle": 0, "anchor": "y" + suffix,
        "title": {"text": "Day; patients beneath", "font": small, "standoff": 22},
    }  # fmt: skip
    y = {
        "range": [low - 0.06 * span, high + 0.06 * span], "tickvals": ticks, "ticktext": tick_texts(ticks),
        "tickfont": small, "gridcolor": theme.grid, "zeroline": True, "zerolinecolor": theme.ink, "fixedrange": True,
        "anchor": "x" + suffix,
    }  # fmt: skip
    return {"xaxis" + suffix: x, "yaxis" + suffix: y}
