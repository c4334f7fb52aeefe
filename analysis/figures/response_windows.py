"""Response and remission from window to window, under three rules."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis.disclosure.response_page import ReleasedResponse
from analysis.outcomes.response import LAST_SCORE, NON_RESPONSE, OBSERVED, RULES
from analysis.vocabulary import WINDOWS

from .apart import kept_apart
from .chart import Chart, Heading, drawn, heading
from .look import Theme, base_layout, faded
from .numbers import share_text
from .response_rates import RULE_WORDS, of_words, outcomes_data
from .response_rows import share_axis

_OUTCOMES = ("Response", "Remission")
_PLOT_PX = 200
_FOOT_PX = 74
_HEAD_PX = 26
_LEFT_PX = 48
_RIGHT_PX = 128
_NAME_SHARE = 0.085  # of the axis, between two names
_GAP = 0.2  # room for the numbers at the right end of the left panel
_DASH = {OBSERVED: "solid", NON_RESPONSE: "dot", LAST_SCORE: "dash"}
_SYMBOLS = {OBSERVED: "circle", NON_RESPONSE: "diamond", LAST_SCORE: "square"}
_COUNTED = ("day 1", "day 28", "day 180")  # seven would touch on a tablet; the table has all
_DAYS = {window.name: window.target_day for window in WINDOWS}
_READ = (
    "Each line is one rule for patients without a score in a window. Of those scored rests on fewer and fewer "
    "patients, who are no random part of all: patients who feel well may stop coming, and so may those who feel "
    "worst. No score is a no falls as patients leave, whatever became of them. The truth lies between. The band is the "
    "95% interval (Wilson) of those scored; the numbers beneath are how many they are."
)
_Points = list[tuple[str, float, float, float, str]]


def has_windows(released: ReleasedResponse) -> bool:
    return any(_points(released, outcome, rule) for outcome in _OUTCOMES for rule in RULES)


def windows_chart(released: ReleasedResponse, theme: Theme) -> Chart:
    """Two panels, one an outcome. Raises ValueError without a point to show."""
    if not has_windows(released):
        raise ValueError("no window can be shown")
    name = released.result.instrument.name
    title = f"Response and remission on {name} over time, three ways"
    subtitle = "Band: 95% interval of those scored. Beneath: how many were scored in the window."
    top = heading(title, subtitle, theme, full_width=True)
    traces, notes = [], []
    for place, outcome in enumerate(_OUTCOMES):
        axis = "" if place == 0 else "2"
        traces += _panel(released, outcome, axis, theme)
        notes += _notes(released, outcome, axis, theme)
    return Chart(
        name=f"outcomes-over-time-{name}",
        plot=drawn({"data": traces, "layout": _layout(top, notes, theme)}),
        data=partial(outcomes_data, released),
        caption=f"{released.evaluable} evaluable of {released.starters} starters.",
        alt=f"{title}: " + "; ".join(_alt(released, outcome) for outcome in _OUTCOMES) + ".",
        how_to_read=_READ,
    )


def _points(released: ReleasedResponse, outcome: str, rule: str) -> _Points:
    """Window, share, its interval and numbers in words, in the order of days."""
    frame = released.rates.frame
    chosen = (frame["outcome"] == outcome) & (frame["route"] == "all") & frame["window"].isin(_DAYS)
    part, whole = {
        OBSERVED: ("n_reached", "n_scored"),
        NON_RESPONSE: ("n_reached", "n_able"),
        LAST_SCORE: ("n_last_reached", "n_later"),
    }[rule]
    found: _Points = []
    for place, record in zip(chosen.to_numpy().nonzero()[0].tolist(), frame[chosen].to_dict("records"), strict=True):
        row = {str(name): value for name, value in record.items()}
        if not pd.isna(row[f"{rule} share"]):
            share, low, high = (float(row[f"{rule} {name}"]) for name in ("share", "ci_low", "ci_high"))
            found.append((str(row["window"]), share, low, high, of_words(released, place, row, part, whole)))
    return found


def _panel(released: ReleasedResponse, outcome: str, axis: str, theme: Theme) -> list[dict[str, Any]]:
    places = {name: place for place, name in enumerate(_DAYS)}
    traces: list[dict[str, Any]] = []
    for rule in RULES:
        points = _points(released, outcome, rule)
        x = [places[point[0]] for point in points]
        base = {"type": "scatter", "xaxis": f"x{axis}", "yaxis": f"y{axis}"}
        colour = theme.everyone if rule == OBSERVED else theme.muted
        if rule == OBSERVED and points:
            ends = [point[3] for point in points] + [point[2] for point in reversed(points)]
            band = {"fill": "toself", "fillcolor": faded(colour, 0.14), "line": {"width": 0}, "mode": "lines"}
            traces.append({**base, **band, "x": x + x[::-1], "y": ends, "hoverinfo": "skip"})
        traces.append(
            {
                **base,
                "x": x,
                "y": [point[1] for point in points],
                "mode": "lines+markers",
                "line": {"color": colour, "width": 2.5 if rule == OBSERVED else 1.6, "dash": _DASH[rule]},
                "marker": {"symbol": _SYMBOLS[rule], "size": 7, "color": colour},
                "hovertext": [
                    f"{outcome}, {point[0]}, {RULE_WORDS[rule]}: {share_text(point[1])}, {point[4]}" for point in points
                ],
                "hovertemplate": "%{hovertext}<extra></extra>",
            }
        )
    return traces


def _notes(released: ReleasedResponse, outcome: str, axis: str, theme: Theme) -> list[dict[str, Any]]:
    """The names of the lines at their right ends, kept apart, the panel's title, and the numbers scored."""
    last = {rule: points[-1] for rule in RULES if (points := _points(released, outcome, rule))}
    heights = dict(zip(last, kept_apart([point[1] for point in last.values()], _NAME_SHARE, 0.0, 1.0), strict=True))
    bare = {"showarrow": False, "xref": f"x{axis}", "yref": f"y{axis}"}
    names = [
        {**bare, "text": _name(rule, last[rule][1], axis), "x": list(_DAYS).index(last[rule][0])}
        | {
            "xanchor": "left",
            "xshift": 9,
            "y": height,
            "font": {"size": 11.5, "color": theme.ink if rule == OBSERVED else theme.secondary},
        }
        for rule, height in heights.items()
    ]
    title = {"text": f"<b>{outcome}</b>", "xref": f"x{axis} domain", "yref": f"y{axis} domain", "x": 0, "y": 1}
    title |= {"xanchor": "left", "yanchor": "bottom", "yshift": 2, "showarrow": False, "font": {"size": 13}}
    places = {name: place for place, name in enumerate(_DAYS)}
    scored = {
        point[0]: point[4].split(" of ")[-1].removeprefix("of ")
        for point in _points(released, outcome, OBSERVED)
        if point[0] in _COUNTED and "withheld" not in point[4]
    }
    under = {"yref": "paper", "y": 0, "yanchor": "top", "yshift": -21, "showarrow": False}
    under |= {"font": {"size": 11, "color": theme.secondary}}
    counts = [{**under, "text": n, "xref": f"x{axis}", "x": places[window]} for window, n in scored.items()]
    if counts:
        name = {**under, "text": "scored", "xref": f"x{axis} domain", "x": 0, "xanchor": "right", "xshift": -8}
        counts.append(name)
    return [*names, title, *counts]


def _name(rule: str, share: float, axis: str) -> str:
    """The share at the right end of a line, in the right panel with the line's name: both panels have the same."""
    return f"{RULE_WORDS[rule]} {share_text(share)}" if axis else share_text(share)


def _layout(top: Heading, notes: list[dict[str, Any]], theme: Theme) -> dict[str, Any]:
    head = top.height_px + _HEAD_PX
    layout = base_layout(theme, head + _PLOT_PX + _FOOT_PX, {"l": _LEFT_PX, "r": _RIGHT_PX, "t": head, "b": _FOOT_PX})
    half = (1 - _GAP) / 2
    share = share_axis(theme, "")
    x = {
        "range": [-0.3, len(_DAYS) - 0.6],
        "tickvals": list(range(len(_DAYS))),
        "ticktext": [f"{day:g}" for day in _DAYS.values()],
        "tickfont": {"size": 12, "color": theme.secondary},
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "title": {"text": "Day aimed at", "font": {"size": 13, "color": theme.secondary}, "standoff": 32},
    }
    return layout | {
        "xaxis": x | {"domain": [0, half]},
        "xaxis2": x | {"domain": [half + _GAP, 1], "anchor": "y2"},
        "yaxis": share,
        "yaxis2": share | {"anchor": "x2"},
        "annotations": [*top.annotations(head, _LEFT_PX), *notes],
    }


def _alt(released: ReleasedResponse, outcome: str) -> str:
    said = [f"{window} {share_text(share)}" for window, share, _, _, _ in _points(released, outcome, OBSERVED)]
    return f"{outcome} of those scored: " + (", ".join(said) or "withheld")
