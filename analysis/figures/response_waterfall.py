"""Percent change at the end of induction: patient by patient for whoever may see single ones, else in groups."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from analysis.disclosure.response_page import ReleasedResponse
from analysis.vocabulary import route_label

from .chart import Chart, Heading, drawn, heading
from .frames import routes_in_order
from .look import Theme, base_layout
from .numbers import number_text, share_text

_PLOT_PX = 262
_FOOT_PX = 46
_LEFT_PX = 62
_RIGHT_PX = 16
_HEAD_PX = 12
_ROW_PX = 38
_VALUE_PX = 96
MOST_SINGLE = 2_000  # patients that a browser draws one by one without a wait
_TOP_PERCENT = 100.0  # a rise beyond it is drawn as it: from a low baseline percent has no end
_LEAST_BLOCK = 0.06  # of all patients: what a route of a few needs for its name
_BETWEEN_BLOCKS = 0.02
_WIDE_BLOCK = 0.17  # of the axis: room for the name of a route on a tablet
_READ = (
    "One thin bar a patient scored at the end of induction, on each route of the first session from the largest fall "
    "to the largest rise, as a share of that patient's own baseline. Bars beyond the dotted line are responders. Rises "
    "of more than 100% are drawn as 100%. Patients without a score are not here, and change in treated patients alone "
    "is not change due to treatment. Routes were chosen, not drawn by lot."
)
_READ_BINS = (
    "Patients scored at the end of induction in groups of percent change from their own baseline; the first two groups "
    "have fallen by half or more. Patients without a score are not here."
)
_MARKED = " Hollow bars are small numbers of patients and are left out of everything exported."


@dataclass(frozen=True)
class _Block:
    """The patients of one route side by side: percent change in order, and the block's place on the axis."""

    code: str
    percent: list[float]
    start: float
    width: float

    @property
    def middle(self) -> float:
        return self.start + self.width / 2


def has_changes(released: ReleasedResponse) -> bool:
    return bool(released.bins.is_seen("n_patients").any() and released.bins.frame["n_patients"].sum() > 0)


def waterfall_chart(released: ReleasedResponse, theme: Theme) -> Chart:
    """The waterfall. Single patients are drawn only where the release holds them, and not too many."""
    points = single_patients(released)
    return _bins(released, theme) if points is None else _patients(released, points, theme)


def single_patients(released: ReleasedResponse) -> pd.DataFrame | None:
    """The patients that can be drawn one by one; None without the right, without any, or with too many."""
    points = released.points
    return points if points is not None and 0 < len(points) <= MOST_SINGLE else None


def _patients(released: ReleasedResponse, points: pd.DataFrame, theme: Theme) -> Chart:
    name = released.result.instrument.name
    fell, rose = _moved(points)
    title = f"{name} fell in {fell:,} of {len(points):,} patients scored, rose in {rose:,}"
    fraction = released.result.cutoffs.response
    dotted = "" if fraction is None else f" Dotted: {number_text(-100 * fraction, 0)}%."
    top = heading(title, f"Percent change at the end of induction, one bar a patient, by first route.{dotted}", theme)
    blocks = _blocks(points)
    return Chart(
        name=f"waterfall-{name}",
        plot=drawn({"data": _bars(blocks, theme), "layout": _layout(blocks, fraction, top, theme)}),
        data=partial(points.round, {"percent": 1}),
        caption=f"{len(points):,} patients scored at the end of induction, of {released.starters} starters.",
        alt=f"{title}.",
        how_to_read=_READ,
        is_individual=True,
    )


def _moved(points: pd.DataFrame) -> tuple[int, int]:
    """How many fell, and how many rose."""
    return int((points["percent"] < 0).sum()), int((points["percent"] > 0).sum())


def _blocks(points: pd.DataFrame) -> list[_Block]:
    """A block a route, its patients from the largest fall to the largest rise."""
    least = _LEAST_BLOCK * len(points)
    blocks, at = [], 0.0
    for code in routes_in_order(points["route"]):
        percent = points.loc[points["route"] == code, "percent"].sort_values().tolist()
        width = max(float(len(percent)), least)
        blocks.append(_Block(code, percent, at, width))
        at += width + _BETWEEN_BLOCKS * len(points)
    return blocks


def _bars(blocks: list[_Block], theme: Theme) -> list[dict[str, Any]]:
    return [
        {
            "type": "bar",
            "x": [block.middle - len(block.percent) / 2 + place + 0.5 for place in range(len(block.percent))],
            "y": [min(percent, _TOP_PERCENT) for percent in block.percent],
            "width": 1,
            "marker": {"color": theme.route_colour(block.code), "line": {"width": 0}},
            "hovertext": [f"{route_label(block.code)}: {number_text(percent, 0)}%" for percent in block.percent],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
        for block in blocks
    ]


def _block_names(blocks: list[_Block], theme: Theme) -> list[dict[str, Any]]:
    """Each route under its block with its number of patients; by its code where the block is narrow."""
    wide = _WIDE_BLOCK * (blocks[-1].start + blocks[-1].width)
    return [
        {
            "text": f"{route_label(block.code) if block.width > wide else block.code}<br>{len(block.percent)}",
            **{"x": block.middle, "xref": "x", "y": 0, "yref": "paper", "yanchor": "top", "yshift": -4},
            "showarrow": False,
            "font": {"size": 11.5, "color": theme.route_ink(block.code)},
        }
        for block in blocks
    ]


def _layout(blocks: list[_Block], fraction: float | None, top: Heading, theme: Theme) -> dict[str, Any]:
    head = top.height_px + _HEAD_PX
    layout = base_layout(theme, head + _PLOT_PX + _FOOT_PX, {"l": _LEFT_PX, "r": _RIGHT_PX, "t": head, "b": _FOOT_PX})
    ticks = [-100.0, -50.0, 0.0, 50.0, 100.0]
    small = {"size": 12, "color": theme.secondary}
    return layout | {
        "barmode": "overlay",
        "bargap": 0,
        "xaxis": {
            "range": [-1, blocks[-1].start + blocks[-1].width + 1],
            "showticklabels": False,
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "range": [-104, 104],
            "tickvals": ticks,
            "ticktext": [f"{number_text(tick, 0)}%" for tick in ticks],
            "tickfont": small,
            "gridcolor": theme.grid,
            "zeroline": True,
            "zerolinecolor": theme.secondary,
            "fixedrange": True,
            "title": {"text": "Change from baseline", "font": {"size": 12.5, "color": theme.secondary}},
        },
        "shapes": [] if fraction is None else [_response_line(fraction, theme)],
        "annotations": [*top.annotations(head, _LEFT_PX), *_block_names(blocks, theme)],
    }


def _response_line(fraction: float, theme: Theme) -> dict[str, Any]:
    place = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": -100 * fraction, "y1": -100 * fraction}
    return place | {"line": {"color": theme.secondary, "width": 1.2, "dash": "dot"}}


def _bins(released: ReleasedResponse, theme: Theme) -> Chart:
    name = released.result.instrument.name
    title = f"Percent change in {name} at the end of induction"
    top = heading(title, "Patients scored then, by how far their score moved from its baseline.", theme)
    table = released.bins
    labels, texts = table.frame["bin"].tolist(), table.texts("n_patients")
    head = top.height_px + _HEAD_PX
    margin = {"l": 10, "r": _VALUE_PX, "t": head, "b": 14}
    layout = base_layout(theme, head + len(labels) * _ROW_PX + 14, margin) | {
        "xaxis": {"visible": False, "fixedrange": True, "rangemode": "tozero"},
        "yaxis": {"range": [len(labels) - 0.4, -0.6], "visible": False, "fixedrange": True},
        "annotations": [*top.annotations(head, 10), *_labels(labels, texts, theme)],
    }
    return Chart(
        name=f"percent-change-{name}",
        plot=drawn({"data": [_bin_bars(released, theme)], "layout": layout}),
        data=lambda: table.as_text()[["bin", "n_patients"]],
        caption=f"Patients scored at the end of induction, of {released.starters} starters.",
        alt=f"{title}: " + "; ".join(f"{a} {b}" for a, b in zip(labels, texts, strict=True)) + ".",
        how_to_read=_READ_BINS + (_MARKED if released.audience.sees_small else ""),
    )


def _bin_bars(released: ReleasedResponse, theme: Theme) -> dict[str, Any]:
    table = released.bins
    seen = table.is_seen("n_patients").tolist()
    small = (table.states["n_patients"] == "small").tolist()
    values = [float(n) if sees else 0.0 for n, sees in zip(table.frame["n_patients"], seen, strict=True)]
    total = sum(values)
    words = [
        f"{label}: {text} ({share_text(value / total if total else 0)} of those shown)"
        for label, text, value in zip(table.frame["bin"], table.texts("n_patients"), values, strict=True)
    ]
    marker = {
        "color": [theme.paper if few else theme.everyone for few in small],
        "line": {"color": theme.everyone, "width": [1.5 if few else 0 for few in small]},
    }
    return {
        "type": "bar", "orientation": "h", "y": list(range(len(values))), "x": values, "width": 0.42, "offset": -0.02,
        "marker": marker, "hovertext": words, "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip


def _labels(labels: list[str], texts: list[str], theme: Theme) -> list[dict[str, Any]]:
    bare = {"xref": "paper", "showarrow": False, "xanchor": "left"}
    found = []
    for place, (label, text) in enumerate(zip(labels, texts, strict=True)):
        name = {"text": label[0].upper() + label[1:], "x": 0, "y": place - 0.04, "yanchor": "bottom"}
        value = {"text": f"<b>{text}</b>", "x": 1, "xshift": 6, "y": place + 0.19}
        found += [
            {**bare, **name, "font": {"size": 12.5, "color": theme.secondary}},
            {**bare, **value, "font": {"size": 12.5, "color": theme.ink}},
        ]
    return found
