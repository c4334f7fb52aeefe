"""What became of responders, week by week, and how many kept the response, against what was published."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis.disclosure.response_page import ReleasedResponse

from .chart import Chart, Heading, drawn, heading
from .look import Theme, base_layout, faded
from .numbers import NOT_SHOWN, interval_text, share_text
from .response_rows import share_axis

_LAST_WEEK = 26.0
_PLOT_PX = 210
_FOOT_PX = 72
_HEAD_PX = 26
_LEFT_PX = 52
_RIGHT_PX = 20
_GAP = 0.13
_READ = (
    "Left: responders at the end of induction fall apart into three. Relapse is two scores in a row without response, "
    "or in the moderate band again after a milder response. A booster is a completed session after induction; it comes "
    "first for many, and what their response would have done without it is not known, so it is an event of its own "
    "(cumulative incidence of competing events). Right: the share that has not relapsed, taking those with a booster "
    "as no longer followed (Kaplan-Meier, 95% interval). That is right only if a booster is given whatever the course: "
    "where it is given at the first signs of relapse, the line is too high. Open markers: published, on the same "
    "instrument, in other patients.{steps}"
)
_STEPS = " Shares are in steps of 5%, so that no step counts a few patients; weeks of a few events are left out."
_Trace = dict[str, Any]


def has_after(released: ReleasedResponse) -> bool:
    return len(released.incidence) > 0 and bool(released.incidence["kept"].iloc[1:].notna().any())


def after_chart(released: ReleasedResponse, theme: Theme) -> Chart:
    """Two panels. Raises ValueError without a week to show."""
    if not has_after(released):
        raise ValueError("nothing after a response can be shown")
    name = released.result.instrument.name
    frame = released.incidence[released.incidence["kept"].notna()]
    title = f"After a response on {name} at the end of induction"
    subtitle = "Left: what came first. Right: without relapse, boosters as no longer followed; open: published."
    top = heading(title, subtitle, theme, full_width=True)
    traces = [*_areas(frame, theme), *_kept(released, frame, theme)]
    return Chart(
        name=f"after-response-{name}",
        plot=drawn({"data": traces, "layout": _layout(released, frame, top, theme)}),
        data=partial(after_data, released),
        caption=_caption(released),
        alt=f"{title}: {_alt(frame)}.",
        how_to_read=_READ.format(steps="" if released.audience.sees_small else _STEPS),
    )


def after_data(released: ReleasedResponse) -> pd.DataFrame:
    """One row per week from the response on: shares with their intervals (0 to 1), numbers where they are given."""
    return released.incidence


def _weeks(frame: pd.DataFrame) -> list[float]:
    return [float(day) / 7 for day in frame["day"]]


def _areas(frame: pd.DataFrame, theme: Theme) -> list[_Trace]:
    """From below: relapse first, booster first; above them, still responding without a booster."""
    x, relapsed = _weeks(frame), frame["relapsed"].tolist()
    both = (frame["relapsed"] + frame["boosted"]).tolist()
    base = {"type": "scatter", "x": x, "mode": "lines", "hovertemplate": "%{hovertext}<extra></extra>"}

    def words(kind: str, column: str) -> list[str]:
        shares = zip(frame[column], frame[f"{column}_low"], frame[f"{column}_high"], strict=True)
        return [
            f"{kind}, week {week:g}: {share_text(share)} ({interval_text(100 * low, 100 * high, 0)}%)"
            for week, (share, low, high) in zip(x, shares, strict=True)
        ]

    return [
        {**base, "y": relapsed, "fill": "tozeroy", "fillcolor": faded(theme.ink, 0.42)}
        | {"line": {"color": theme.ink, "width": 1.8}, "hovertext": words("Relapse first", "relapsed")},
        {**base, "y": both, "fill": "tonexty", "fillcolor": faded(theme.muted, 0.22)}
        | {"line": {"color": theme.muted, "width": 1.8, "dash": "dash"}}
        | {"hovertext": words("Booster first", "boosted")},
    ]


def _kept(released: ReleasedResponse, frame: pd.DataFrame, theme: Theme) -> list[_Trace]:
    known = frame.dropna(subset=["kept_low", "kept_high"])
    x = _weeks(known)
    ends = known["kept_high"].tolist() + known["kept_low"].tolist()[::-1]
    axes = {"type": "scatter", "xaxis": "x2", "yaxis": "y2"}
    fill = {"fill": "toself", "fillcolor": faded(theme.everyone, 0.14), "line": {"width": 0}, "hoverinfo": "skip"}
    words = [f"Week {week:g}: {share_text(share)}" for week, share in zip(_weeks(frame), frame["kept"], strict=True)]
    after = released.durability.after
    published = () if after is None else after.published
    return [
        {**axes, **fill, "mode": "lines", "x": x + x[::-1], "y": ends},
        {**axes, "mode": "lines", "x": _weeks(frame), "y": frame["kept"].tolist(), "hovertext": words}
        | {"line": {"color": theme.everyone, "width": 2.4}, "hovertemplate": "%{hovertext}<extra></extra>"},
        {
            **axes,
            "mode": "markers",
            "x": [one.weeks for one in published],
            "y": [one.share for one in published],
            "marker": {"symbol": "circle-open", "size": 10, "color": theme.muted, "line": {"width": 2}},
            "hovertext": [f"{one.study}: about {share_text(one.share)}, {one.denominator}" for one in published],
            "hovertemplate": "%{hovertext}<extra></extra>",
        },
    ]


def _layout(released: ReleasedResponse, frame: pd.DataFrame, top: Heading, theme: Theme) -> dict[str, Any]:
    head = top.height_px + _HEAD_PX
    layout = base_layout(theme, head + _PLOT_PX + _FOOT_PX, {"l": _LEFT_PX, "r": _RIGHT_PX, "t": head, "b": _FOOT_PX})
    half, last = (1 - _GAP) / 2, min(_LAST_WEEK, max(4.0, float(frame["day"].max()) / 7))
    x = {
        "range": [0, last],
        "tickvals": [week for week in (0, 4, 8, 12, 16, 20, 26) if week <= last],
        "tickfont": {"size": 12, "color": theme.secondary},
        "gridcolor": theme.grid,
        "zeroline": False,
        "fixedrange": True,
        "title": {"text": "Weeks since the response", "font": {"size": 13, "color": theme.secondary}, "standoff": 30},
    }
    share = share_axis(theme, "") | {"range": [0, 1.02]}
    return layout | {
        "xaxis": x | {"domain": [0, half]},
        "xaxis2": x | {"domain": [half + _GAP, 1], "anchor": "y2"},
        "yaxis": share,
        "yaxis2": share | {"anchor": "x2"},
        "annotations": [
            *top.annotations(head, _LEFT_PX),
            *_words(released, frame, last, theme),
            *_followed(released, last, theme),
        ],
    }


def _words(released: ReleasedResponse, frame: pd.DataFrame, last: float, theme: Theme) -> list[dict[str, Any]]:
    """What each area is, in it; the published points beside their markers."""
    end = frame.iloc[-1]
    relapsed, both = float(end["relapsed"]), float(end["relapsed"] + end["boosted"])
    middle = {"xref": "x", "yref": "y", "x": last * 0.97, "xanchor": "right", "showarrow": False}
    areas = [
        ("relapse first", relapsed / 2, theme.ink),
        ("booster first", (relapsed + both) / 2, theme.ink),
        ("neither: still responding", (1 + both) / 2, theme.secondary),
    ]
    notes = [
        {**middle, "text": text, "y": height, "font": {"size": 12, "color": colour}} for text, height, colour in areas
    ]
    after = released.durability.after
    published = () if after is None else after.published
    for one in published:
        label = {"text": f"{one.study} {share_text(one.share)}", "xref": "x2", "yref": "y2", "x": one.weeks}
        place = {"y": one.share, "xanchor": "left", "yanchor": "top", "xshift": 7, "yshift": -2, "showarrow": False}
        notes.append({**label, **place, "font": {"size": 11.5, "color": theme.secondary}})
    return notes


def _followed(released: ReleasedResponse, last: float, theme: Theme) -> list[dict[str, Any]]:
    """Responders still followed without a relapse or a booster, under the weeks where they are counted."""
    if released.left is None or released.after is None:
        return []
    weeks = [0.0, *(float(day) / 7 for day in released.left.frame["day"])]
    texts = [released.after.texts("n_patients")[1], *released.left.texts("n_at_risk")]
    under = {"yref": "paper", "y": 0, "yanchor": "top", "yshift": -20, "showarrow": False}
    under |= {"font": {"size": 11, "color": theme.secondary}}
    shown = [(week, _count(text)) for week, text in zip(weeks, texts, strict=True) if week <= last]
    counts = [{**under, "xref": axis, "x": week, "text": text} for axis in ("x", "x2") for week, text in shown]
    name = {**under, "text": "n", "x": 0, "xanchor": "right", "xshift": -18}
    return [*counts, *({**name, "xref": f"{axis} domain"} for axis in ("x", "x2"))]


def _count(text: str) -> str:
    """A small number, which only the holder sees, in italics; a withheld one as a dash."""
    if text.endswith("(small)"):
        return f"<i>{text.removesuffix(' (small)')}</i>"
    return NOT_SHOWN if text == "withheld" else text


def _caption(released: ReleasedResponse) -> str:
    table = released.after
    if table is None:
        return ""
    responders, followed, relapsed, boosted, left = (table.words("n_patients", row) for row in range(5))
    return (
        f"{responders} responders, {followed} with a later score: {relapsed} relapsed first, {boosted} had a booster "
        f"first, {left} were not followed further. Beneath the axes: still followed without either."
    )


def _alt(frame: pd.DataFrame) -> str:
    week = frame[frame["day"].isin([28.0, 56.0])]
    said = [
        f"week {day / 7:g}: {share_text(kept)} without relapse, {share_text(boosted)} with a booster first"
        for day, kept, boosted in zip(week["day"], week["kept"], week["boosted"], strict=True)
    ]
    return "; ".join(said) or "fewer than four weeks followed"
