"""The share that has reached an outcome, over days and over sessions, by route (Kaplan and Meier)."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis.disclosure import MIN_CELL, of_patients
from analysis.disclosure.response_page import ReleasedResponse, ReleasedTimes
from analysis.vocabulary import route_label

from .apart import kept_apart
from .chart import Chart, Heading, drawn, heading
from .frames import routes_in_order
from .look import Theme, base_layout, faded, route_dash
from .numbers import interval_text, share_text
from .response_rows import share_axis

_AXES = {"days": "Weeks from first session", "sessions": "Sessions completed"}
_LAST = {"days": 26.0, "sessions": 12.0}
_TICKS = {"days": [0, 4, 8, 13, 26], "sessions": [0, 3, 6, 9, 12]}
_LEAST = {"days": 8.0, "sessions": 6.0}
_UNIT = {"days": 7.0, "sessions": 1.0}
_PLOT_PX = 230
_LINE_PX = 17
_FOOT_PX = 66
_HEAD_PX = 26
_LEFT_PX = 88
_RIGHT_PX = 92
_GAP = 0.2
_NAME_SHARE = 0.075  # of the axis, between two names
_READ = (
    "The height of a line is the share estimated to have reached the outcome at least once by then (Kaplan-Meier). Who "
    "had no further score is taken to have been like those who were still followed: if patients stopped because they "
    "felt well, or because they did not, the lines are wrong. To have reached it once is not to keep it, so the lines "
    "lie above the shares at any one time. An outcome is seen at scores only, never between them. Grey: everyone, with "
    "the 95% interval. Beneath: patients still followed without it.{steps}"
)
_FAINT = " A line is thin and dotted where few patients are left; that part is left out of everything exported."
_STEPS = " Shares are in steps of 5%, so that no step counts a few patients."


def has_reach(times: ReleasedTimes) -> bool:
    return bool(times.curves["share"].notna().any())


def reach_chart(released: ReleasedResponse, times: ReleasedTimes, theme: Theme) -> Chart:
    """Days on the left, sessions on the right. Raises ValueError without a point to show."""
    if not has_reach(times):
        raise ValueError("no curve can be shown")
    name = released.result.instrument.name
    title = f"Time to first {times.outcome.lower()} on {name}, by route"
    subtitle = "Share that has reached it at least once (Kaplan-Meier). Grey: everyone, 95% interval."
    top = heading(title, subtitle, theme, full_width=True)
    codes = [code for code in routes_in_order(times.curves["route"]) if code != "all"]
    traces, notes = [], []
    for place, axis in enumerate(_AXES):
        suffix = "" if place == 0 else "2"
        panels = [_curve(times, axis, code) for code in codes]
        traces += _everyone(_curve(times, axis, "all"), suffix, theme)
        for code, curve in zip(codes, panels, strict=True):
            traces += _lines(curve, code, axis, suffix, theme)
        notes += _names(dict(zip(codes, panels, strict=True)), suffix, theme)
        notes += _left(times, axis, suffix, codes, theme)
    return Chart(
        name=f"time-to-{times.outcome.lower()}-{name}",
        plot=drawn({"data": traces, "layout": _layout(top, notes, len(codes), _ends(times), theme)}),
        data=partial(reach_data, times),
        caption=_caption(times),
        alt=f"{title}: {_alt(times)}.",
        how_to_read=_READ.format(steps=_FAINT if released.audience.sees_small else _STEPS),
    )


def reach_data(times: ReleasedTimes) -> pd.DataFrame:
    """One row per axis, route and point (days or sessions): share and its interval, 0 to 1; numbers where given."""
    return times.curves[["axis", "route", "x", "n_at_risk", "n_reached", "share", "ci_low", "ci_high"]]


def _curve(times: ReleasedTimes, axis: str, route: str) -> pd.DataFrame:
    frame = times.curves
    mine = frame[(frame["axis"] == axis) & (frame["route"] == route) & frame["share"].notna()]
    return mine.assign(at=mine["x"] / _UNIT[axis])


def _everyone(curve: pd.DataFrame, suffix: str, theme: Theme) -> list[dict[str, Any]]:
    known = curve.dropna(subset=["ci_low", "ci_high"])
    base = {"type": "scatter", "xaxis": f"x{suffix}", "yaxis": f"y{suffix}", "hoverinfo": "skip", "mode": "lines"}
    band = known["at"].tolist()
    ends = known["ci_high"].tolist() + known["ci_low"].tolist()[::-1]
    fill = {"fill": "toself", "fillcolor": faded(theme.context, 0.5), "line": {"width": 0}}
    line = {"color": theme.everyone, "width": 1.6}
    return [
        {**base, **fill, "x": band + band[::-1], "y": ends},
        {**base, "x": curve["at"].tolist(), "y": curve["share"].tolist(), "line": line},
    ]


def _lines(curve: pd.DataFrame, code: str, axis: str, suffix: str, theme: Theme) -> list[dict[str, Any]]:
    """The line up to where few are left, and thin and dotted from there on, which only the holder has."""
    few = (curve["n_at_risk"] < MIN_CELL).to_numpy()
    n_firm = int(few.argmax()) if few.any() else len(curve)
    firm = {"color": theme.route_colour(code), "width": 2.2, "dash": route_dash(code)}
    faint = {"color": theme.route_colour(code), "width": 1.2, "dash": "dot"}
    parts = ((curve.iloc[:n_firm], firm), (curve.iloc[max(n_firm - 1, 0) :] if few.any() else curve.iloc[:0], faint))
    return [_line(part, code, axis, suffix) | {"line": line} for part, line in parts if len(part)]


def _line(curve: pd.DataFrame, code: str, axis: str, suffix: str) -> dict[str, Any]:
    unit = "weeks" if axis == "days" else "sessions"
    words = [
        f"{route_label(code)}, {at:g} {unit}: {share_text(share)} ({interval_text(100 * low, 100 * high, 0)}%)"
        for at, share, low, high in zip(curve["at"], curve["share"], curve["ci_low"], curve["ci_high"], strict=True)
    ]
    return {
        "type": "scatter", "xaxis": f"x{suffix}", "yaxis": f"y{suffix}", "mode": "lines",
        "x": curve["at"].tolist(), "y": curve["share"].tolist(), "hovertext": words,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _names(curves: dict[str, pd.DataFrame], suffix: str, theme: Theme) -> list[dict[str, Any]]:
    """The routes at the right ends of their lines, kept apart; by their codes in the left panel, which has no room."""
    ends = {code: float(curve["share"].iloc[-1]) for code, curve in curves.items() if len(curve)}
    heights = kept_apart(list(ends.values()), _NAME_SHARE, 0.0, 1.0)
    notes = []
    for code, height in zip(ends, heights, strict=True):
        notes.append(
            {
                "text": route_label(code) if suffix else code,
                "xref": f"x{suffix} domain",
                "x": 1,
                "xanchor": "left",
                "xshift": 6,
            }
            | {"yref": f"y{suffix}", "y": height, "showarrow": False}
            | {"font": {"size": 12, "color": theme.route_ink(code)}}
        )
    return notes


def _left(times: ReleasedTimes, axis: str, suffix: str, codes: list[str], theme: Theme) -> list[dict[str, Any]]:
    """How many are still followed without it, beneath the axis, one line a route."""
    table = times.at_risk
    texts = table.texts("n_at_risk")
    lines = {code: place for place, code in enumerate(codes)}
    notes = []
    for row, text in zip(table.frame.to_dict("records"), texts, strict=True):
        if row["axis"] != axis or row["route"] not in lines:
            continue
        small = f"<i>{text.removesuffix(' (small)')}</i>" if text.endswith("(small)") else text
        shown = "–" if text == "withheld" else small
        notes.append(_under(shown, f"x{suffix}", row["x"] / _UNIT[axis], lines[row["route"]], theme.secondary))
    names = [
        _under(code, f"x{suffix} domain", 0, lines[code], theme.route_ink(code)) | {"xanchor": "right", "xshift": -8}
        for code in codes
    ]
    return [*notes, *names]


def _under(text: str, xref: str, x: float, line: int, colour: str) -> dict[str, Any]:
    return {"text": text, "xref": xref, "x": x, "yref": "paper", "y": 0, "yanchor": "top", "showarrow": False} | {
        "yshift": -_FOOT_PX + 18 - line * _LINE_PX, "font": {"size": 11, "color": colour},
    }  # fmt: skip


def _ends(times: ReleasedTimes) -> dict[str, float]:
    """Where each axis ends: with its last point, and within what a cohort of any size is followed for."""
    found = {}
    for axis, last in _LAST.items():
        frame = times.curves[(times.curves["axis"] == axis) & times.curves["share"].notna()]
        found[axis] = min(last, max(_LEAST[axis], float(frame["x"].max()) / _UNIT[axis]))
    return found


def _layout(
    top: Heading, notes: list[dict[str, Any]], n_lines: int, ends: dict[str, float], theme: Theme
) -> dict[str, Any]:
    head, foot = top.height_px + _HEAD_PX, _FOOT_PX + n_lines * _LINE_PX
    layout = base_layout(theme, head + _PLOT_PX + foot, {"l": _LEFT_PX, "r": _RIGHT_PX, "t": head, "b": foot})
    half = (1 - _GAP) / 2
    axes = {}
    for place, axis in enumerate(_AXES):
        suffix = "" if place == 0 else "2"
        left = 0.0 if place == 0 else half + _GAP
        axes[f"xaxis{suffix}"] = {
            "range": [0, ends[axis]],
            "tickvals": [tick for tick in _TICKS[axis] if tick <= ends[axis]],
            "domain": [left, left + half],
            "tickfont": {"size": 12, "color": theme.secondary},
            "gridcolor": theme.grid,
            "zeroline": False,
            "fixedrange": True,
            "anchor": f"y{suffix}",
            "title": {"text": _AXES[axis], "font": {"size": 13, "color": theme.secondary}, "standoff": 4},
        }
        axes[f"yaxis{suffix}"] = share_axis(theme, "") | {"anchor": f"x{suffix}"}
    return layout | axes | {"annotations": [*top.annotations(head, _LEFT_PX), *notes]}


def _caption(times: ReleasedTimes) -> str:
    row = times.followed.frame.index[(times.followed.frame["route"] == "all").to_numpy()][0]
    n, k = (times.followed.words(name, int(row)) for name in ("n_patients", "n_reached"))
    return (
        f"Of {of_patients(n)} who could reach it and have a later score, {k} did at least once. Beneath the axis: "
        "still followed without it, at 4 and 12 weeks and after 3 and 6 sessions."
    )


def _alt(times: ReleasedTimes) -> str:
    said = []
    for axis, spot, words in (("days", 28.0, "by week 4"), ("sessions", 6.0, "by session 6")):
        curve = _curve(times, axis, "all")
        share = curve.loc[curve["x"] == spot, "share"]
        if len(share):
            said.append(f"{share_text(share.iloc[0])} {words}")
    return ", ".join(said) or "withheld"
