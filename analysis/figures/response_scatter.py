"""Before against after, one point a patient, with the band of reliable change: for whoever may see single patients."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis.disclosure.response_page import ReleasedResponse
from analysis.vocabulary import route_label

from .chart import Chart, Heading, drawn, heading
from .frames import routes_in_order
from .look import Theme, base_layout, faded, route_marker
from .numbers import nice_ticks, number_text, share_text, tick_texts
from .response_waterfall import single_patients

_PLOT_PX = 240
_FOOT_PX = 52
_LEFT_PX = 56
_RIGHT_PX = 16
_HEAD_PX = 48  # with the key of routes
_SIGNS = {"IV": "\u25cb", "IN": "\u25a1", "IM": "\u25c7", "SL": "\u25b3", "SC": "\u271a", "PO": "\u2716"}
_OTHER_SIGN = "\u2b21"
_READ = (
    "One marker a patient scored at the end of induction: the score before across, the score then upwards. On the "
    "diagonal nothing changed, below it the score fell; below the dotted line, where there is one, it fell by as much "
    "as a response takes. {band}Patients with equal scores lie on one another. Patients without a score are not here."
)
_BAND = "Inside the grey band the change is no larger than measuring twice would give. "


def has_scatter(released: ReleasedResponse) -> bool:
    return single_patients(released) is not None


def scatter_chart(released: ReleasedResponse, theme: Theme) -> Chart:
    """Raises ValueError where single patients may not be seen; ask `has_scatter` first."""
    points = single_patients(released)
    if points is None:
        raise ValueError("single patients may not be shown")
    result = released.result
    name, reliable = result.instrument.name, result.reliable
    title = f"{name} before and at the end of induction"
    band = " Grey: no reliable change." if reliable is not None else ""
    top = heading(title, f"One marker a patient.{_dotted(result.cutoffs.response)}{band}", theme)
    ends = (float(result.instrument.minimum), float(result.instrument.maximum))
    traces = _lines(ends, None if reliable is None else reliable.points, result.cutoffs.response, theme)
    traces += _markers(points, theme)
    return Chart(
        name=f"before-after-{name}",
        plot=drawn({"data": traces, "layout": _layout(ends, name, points, top, theme)}),
        data=partial(points.round, {"percent": 1}),
        caption=_caption(released, points),
        alt=f"{title}: {int((points['score'] < points['baseline']).sum()):,} of {len(points):,} patients fell.",
        how_to_read=_READ.format(band=_BAND if reliable is not None else ""),
        is_individual=True,
    )


def _dotted(fraction: float | None) -> str:
    """What the dotted line is, where the instrument has a response."""
    return "" if fraction is None else f" Dotted: a fall of {share_text(fraction)}."


def _caption(released: ReleasedResponse, points: pd.DataFrame) -> str:
    reliable = released.result.reliable
    words = f"{len(points):,} patients scored at the end of induction, of {released.starters} starters."
    return words if reliable is None else f"{words} {reliable.sentence}"


def _lines(
    ends: tuple[float, float], reliable: float | None, fraction: float | None, theme: Theme
) -> list[dict[str, Any]]:
    low, high = ends
    bare = {"type": "scatter", "mode": "lines", "hoverinfo": "skip"}
    traces: list[dict[str, Any]] = []
    if reliable is not None:
        traces.append(
            {
                **bare,
                "x": [low, high, high, low],
                "y": [low + reliable, high + reliable, high - reliable, low - reliable],
                "fill": "toself",
                "fillcolor": faded(theme.context, 0.45),
                "line": {"width": 0},
            }
        )
    traces.append({**bare, "x": [low, high], "y": [low, high], "line": {"color": theme.secondary, "width": 1.2}})
    if fraction is not None:
        line = {"color": theme.secondary, "width": 1.2, "dash": "dot"}
        traces.append({**bare, "x": [0, high], "y": [0, (1 - fraction) * high], "line": line})
    return traces


def _markers(points: pd.DataFrame, theme: Theme) -> list[dict[str, Any]]:
    traces = []
    for code in routes_in_order(points["route"]):
        mine = points[points["route"] == code]
        words = [
            f"{route_label(code)}: {number_text(before, 0)} before, {number_text(after, 0)} after"
            for before, after in zip(mine["baseline"], mine["score"], strict=True)
        ]
        traces.append(
            {
                "type": "scatter",
                "x": mine["baseline"].tolist(),
                "y": mine["score"].tolist(),
                "mode": "markers",
                "marker": {"symbol": route_marker(code), "size": 8, "opacity": 0.75, "color": theme.route_colour(code)},
                "hovertext": words,
                "hovertemplate": "%{hovertext}<extra></extra>",
                "cliponaxis": False,
            }
        )
    return traces


def _key(points: pd.DataFrame, theme: Theme) -> dict[str, Any]:
    """Which marker is which route of the first session, over the points, in lines of three."""
    names = [
        f'<span style="color:{theme.route_ink(code)}">{_SIGNS.get(code, _OTHER_SIGN)} {route_label(code)}</span>'
        for code in routes_in_order(points["route"])
    ]
    lines = [" &nbsp; ".join(names[start : start + 3]) for start in range(0, len(names), 3)]
    return {
        "text": "<br>".join(lines),
        **{"x": 0, "xref": "paper", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 3},
        **{"align": "left", "showarrow": False, "font": {"size": 12, "color": theme.ink}},
    }


def _layout(ends: tuple[float, float], name: str, points: pd.DataFrame, top: Heading, theme: Theme) -> dict[str, Any]:
    head = top.height_px + _HEAD_PX
    layout = base_layout(theme, head + _PLOT_PX + _FOOT_PX, {"l": _LEFT_PX, "r": _RIGHT_PX, "t": head, "b": _FOOT_PX})
    ticks = nice_ticks(*ends)
    axis = {
        "range": [ends[0] - 0.02 * ends[1], 1.02 * ends[1]],
        "tickvals": ticks,
        "ticktext": tick_texts(ticks),
        "tickfont": {"size": 12, "color": theme.secondary},
        "gridcolor": theme.grid,
        "zeroline": False,
        "fixedrange": True,
    }
    font = {"size": 13, "color": theme.secondary}
    return layout | {
        "xaxis": axis | {"title": {"text": f"{name} before, points", "font": font}},
        "yaxis": axis | {"title": {"text": f"{name} then, points", "font": font, "standoff": 6}},
        "annotations": [*top.annotations(head, _LEFT_PX), _key(points, theme)],
    }
