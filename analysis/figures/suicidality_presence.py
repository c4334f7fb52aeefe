"""The share with suicidal thoughts at each time, by the item of an instrument."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis.disclosure.response_page import ReleasedResponse
from analysis.outcomes.suicidality import NO_ALARM, item_words
from analysis.vocabulary import WINDOWS

from .chart import Chart, Heading, drawn, heading
from .look import Theme, base_layout
from .numbers import interval_text, share_text
from .response_rows import share_axis

_DAYS = {"baseline": 0.0, **{window.name: window.target_day for window in WINDOWS}}
_PLOT_PX = 220
_FOOT_PX = 76
_HEAD_PX = 12
_LEFT_PX = 52
_RIGHT_PX = 16
_READ = (
    "The share of those who answered the item at a time, among patients who had answered it before treatment, with an "
    "answer of 1 or more. Lines are 95% intervals of a generalised estimating equation for yes or no, which knows that "
    "the same patients come again; the item is never averaged. Fewer and fewer answer, and not at random. "
) + NO_ALARM


_Point = tuple[int, float, float, float, str, str]


def has_presence(released: ReleasedResponse) -> bool:
    return released.answers is not None and bool(released.answers.frame["share"].notna().any())


def presence_chart(released: ReleasedResponse, theme: Theme) -> Chart:
    """One marker a time. Raises ValueError without one to show."""
    if not has_presence(released):
        raise ValueError("no share can be shown")
    item = item_words(released.suicidality.instrument)
    title = f"Suicidal thoughts: {item} at 1 or more"
    top = heading(title, "Of those who answered then, 95% interval. Beneath: how many they are.", theme)
    points = _points(released)
    return Chart(
        name=f"suicidal-thoughts-{released.suicidality.instrument.name}",
        plot=drawn({"data": _traces(points, theme), "layout": _layout(points, top, theme)}),
        data=partial(presence_data, released),
        caption=f"{released.starters} starters. {NO_ALARM.split('. ')[0]}.",
        alt=f"{title}: " + "; ".join(words for *_, words in points) + ".",
        how_to_read=_READ,
    )


def presence_data(released: ReleasedResponse) -> pd.DataFrame:
    """One row per time: counts as text, share with its interval, odds against baseline."""
    assert released.answers is not None
    return released.answers.as_text()


def _points(released: ReleasedResponse) -> list[_Point]:
    """Place, share, its interval, how many answered, and all of it in words."""
    table = released.answers
    assert table is not None
    found = []
    places = {name: place for place, name in enumerate(_DAYS)}
    numbers = zip(table.frame.to_dict("records"), table.texts("n_patients"), table.texts("n_present"), strict=True)
    for row, n, k in numbers:
        if row["window"] in _DAYS and not pd.isna(row["share"]):
            low, high = float(row["ci_low"]), float(row["ci_high"])
            interval = interval_text(100 * low, 100 * high, 0)
            words = f"{row['window']} {share_text(row['share'])} ({interval}%), {k} of {n}"
            found.append((places[row["window"]], float(row["share"]), low, high, n, words))
    return found


def _traces(points: list[_Point], theme: Theme) -> list[dict[str, Any]]:
    x: list[float | None] = []
    y: list[float | None] = []
    for place, _, low, high, _, _ in points:
        x += [place, place, None]
        y += [low, high, None]
    line = {"color": theme.everyone, "width": 2.5}
    return [
        {"type": "scatter", "x": x, "y": y, "mode": "lines", "line": line, "hoverinfo": "skip"},
        {
            "type": "scatter",
            "x": [point[0] for point in points],
            "y": [point[1] for point in points],
            "mode": "markers",
            "marker": {"symbol": "circle", "size": 10, "color": theme.everyone},
            "hovertext": [point[5] for point in points],
            "hovertemplate": "%{hovertext}<extra></extra>",
        },
    ]


def _layout(points: list[_Point], top: Heading, theme: Theme) -> dict[str, Any]:
    head = top.height_px + _HEAD_PX
    layout = base_layout(theme, head + _PLOT_PX + _FOOT_PX, {"l": _LEFT_PX, "r": _RIGHT_PX, "t": head, "b": _FOOT_PX})
    values = [
        {"text": share_text(share), "x": place, "y": high, "yanchor": "bottom", "yshift": 3, "showarrow": False}
        | {"font": {"size": 12, "color": theme.ink}}
        for place, share, _, high, _, _ in points
    ]
    counts = [
        {"text": "–" if n == "withheld" else n, "x": place, "yref": "paper", "y": 0, "yanchor": "top", "yshift": -21}
        | {"showarrow": False, "font": {"size": 11, "color": theme.secondary}}
        for place, _, _, _, n, _ in points
    ]
    return layout | {
        "xaxis": {
            "range": [-0.5, len(_DAYS) - 0.5],
            "tickvals": list(range(len(_DAYS))),
            "ticktext": ["before", *(f"{day:g}" for day in list(_DAYS.values())[1:])],
            "tickfont": {"size": 12, "color": theme.secondary},
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "title": {"text": "Day aimed at", "font": {"size": 13, "color": theme.secondary}, "standoff": 32},
        },
        "yaxis": share_axis(theme, "") | {"range": [0, 1.02]},
        "annotations": [*top.annotations(head, _LEFT_PX), *values, *counts],
    }
