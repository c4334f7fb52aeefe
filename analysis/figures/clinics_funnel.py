"""Funnel plots of clinics: each clinic's rate against its size, inside or outside what chance allows there."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure.clinic_words import (
    NAMES,
    finding,
    is_compared,
    limits_sentence,
    side_of,
    widening_words,
)
from analysis.disclosure.clinics import ReleasedClinics, ReleasedFunnel
from analysis.outcomes.clinics import RATE, limits

from .chart import Chart, drawn, heading
from .look import Theme, base_layout
from .numbers import nice_ticks, number_text, share_text, tick_texts

_PLOT_PX = 250
_HEAD_PX = 14
_FOOT_PX = 52
_LEFT_PX = 58
_RIGHT_PX = 58
_CURVE_POINTS = 60
_SMALLEST = 0.55  # of the smallest clinic: where the curves begin
_BEYOND = 1.12  # of the largest
_ABOVE = 1.5  # a curve that goes further than this times the largest rate is cut
_WIDTH_PX = 380.0  # of the plot, about: half a page, or a tablet
_LETTER_PX = 7.0
_FLOOR_PX = 24.0
_ENOUGH_PX = 13.0  # between the middles of two names, half of it sideways
_ANCHORS = {
    "top": {"yanchor": "bottom", "yshift": 7}, "bottom": {"yanchor": "top", "yshift": -7},
    "right": {"xanchor": "left", "xshift": 9}, "left": {"xanchor": "right", "xshift": -9},
}  # fmt: skip
_READ = (
    "Each marker is a clinic: to the right the more patients (or sessions) it is judged by, upwards the larger its "
    "rate. The middle line is this cohort's own rate. Between the dashed curves 95%, between the dotted ones 99.8% of "
    "clinics of that size would lie {if_alike}; smaller clinics scatter more. Rates are as observed, not adjusted for "
    "who the patients are: a clinic outside is a reason to look, not a verdict. {limits}"
)
_ALIKE = "if all were alike, so that one in twenty is outside the dashed curves by chance"
_WIDENED = (
    "if clinics differed as much as these do on the whole: the limits are widened for it, and clinics that are far out "
    "together hide each other"
)
_MARKED = " An open marker is a number of few patients and is left out of everything exported."
Trace = dict[str, Any]


def funnel_chart(released: ReleasedClinics, measure: str, theme: Theme) -> Chart:
    """One measure. Raises ValueError where nothing of it may be shown."""
    funnel = released.funnels[measure]
    if not is_compared(funnel):
        raise ValueError(f"no funnel of {measure} can be shown")
    frame = funnel.points.frame[funnel.points.frame["value"].notna()]
    small = (funnel.points.states.loc[frame.index] == "small").any(axis=1).tolist()
    title = f"{NAMES[measure]}: {finding(funnel)}"
    top = heading(title, _subtitle(funnel), theme)
    head = top.height_px + _HEAD_PX
    margin = {"l": _LEFT_PX, "r": _RIGHT_PX, "t": head, "b": _FOOT_PX}
    layout = base_layout(theme, head + _PLOT_PX + _FOOT_PX, margin)
    curves = _curves(funnel, frame)
    axes = _axes(funnel, frame, curves, theme)
    high = float(axes["yaxis"]["range"][1])
    layout |= {**axes, "annotations": [*top.annotations(head, _LEFT_PX), *_words(funnel, frame, curves, high, theme)]}
    return Chart(
        name=f"funnel-{measure.replace(' ', '-')}-{released.instrument}",
        plot=drawn({"data": [*_lines(curves, theme), _markers(funnel, frame, small, theme)], "layout": layout}),
        data=lambda: funnel_data(funnel),
        caption=_caption(funnel),
        alt=f"{title}. " + "; ".join(_point_words(funnel, row, few) for row, few in _records(frame, small)) + ".",
        how_to_read=_READ.format(
            limits=limits_sentence(funnel), if_alike=_WIDENED if float(funnel.whole["dispersion"]) > 1 else _ALIKE
        )
        + (_MARKED if released.audience.sees_small else ""),
    )


def _caption(funnel: ReleasedFunnel) -> str:
    """The rate of all with its numbers, as far as they may be said, and what is counted."""
    rate, table = _rate(funnel, float(funnel.whole["centre"])), funnel.of_all
    if funnel.unit == RATE:
        sessions = table.frame["denominator"].iloc[0]
        numbers = "" if pd.isna(sessions) else f" ({table.words('numerator')} in {sessions:,.0f} sessions)"
    else:
        numbers = f" ({table.words('n_with')} of {table.words('n_patients')})"
    return f"{rate} in all{numbers}: {funnel.what}."


def funnel_data(funnel: ReleasedFunnel) -> pd.DataFrame:
    """One row per clinic: counts as text, its rate, and the widest limits it is outside of."""
    table = funnel.points.as_text()
    sides = [
        f"{side_of(funnel, row)} {row['outside']}%" if row["outside"] in ("95", "99.8") else ""
        for row in funnel.points.frame.to_dict("records")
    ]
    table = table.assign(outside=pd.Series(sides, index=table.index, dtype="str"))
    return table[["clinic", "n_patients", "n_with", "numerator", "denominator", "value", "outside"]]


def _records(frame: pd.DataFrame, small: list[bool]) -> list[tuple[dict[Any, Any], bool]]:
    return list(zip(frame.to_dict("records"), small, strict=True))


def _rate(funnel: ReleasedFunnel, value: float) -> str:
    return f"{number_text(value)} per 100 sessions" if funnel.unit == RATE else share_text(value)


def _point_words(funnel: ReleasedFunnel, row: dict[Any, Any], few: bool) -> str:
    noun = "events in" if funnel.unit == RATE else "of"
    end = " sessions" if funnel.unit == RATE else ""
    outside = f", {side_of(funnel, row)} the {row['outside']}% limits" if row["outside"] else ""
    marked = " (small)" if few else ""
    numbers = f"{row['numerator']:,.0f} {noun} {row['denominator']:,.0f}{end}{marked}"
    return f"{row['clinic']} {_rate(funnel, row['value'])}, {numbers}{outside}"


def _curves(funnel: ReleasedFunnel, frame: pd.DataFrame) -> pd.DataFrame:
    sizes = np.linspace(
        max(1.0, _SMALLEST * frame["denominator"].min()), _BEYOND * frame["denominator"].max(), _CURVE_POINTS
    )
    return limits(funnel.whole, funnel.measure, np.unique(np.round(sizes))).assign(centre=float(funnel.whole["centre"]))


def _lines(curves: pd.DataFrame, theme: Theme) -> list[Trace]:
    """The centre, and both pairs of limits."""
    styles = {"centre": "solid", "low_95": "dash", "high_95": "dash", "low_998": "dot", "high_998": "dot"}
    return [
        {
            "type": "scatter", "mode": "lines", "x": curves["size"].tolist(), "y": curves[name].tolist(),
            "line": {"color": theme.muted, "width": 1.4, "dash": dash}, "hoverinfo": "skip",
        }
        for name, dash in styles.items()
    ]  # fmt: skip


def _markers(funnel: ReleasedFunnel, frame: pd.DataFrame, small: list[bool], theme: Theme) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": frame["denominator"].tolist(),
        "y": frame["value"].tolist(),
        "marker": {
            "symbol": ["circle-open" if few else "circle" for few in small],
            "size": 10,
            "color": theme.everyone,
            "line": {"width": 2, "color": theme.everyone},
        },
        "hovertext": [escape(_point_words(funnel, row, few)) for row, few in _records(frame, small)],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
    }


def _subtitle(funnel: ReleasedFunnel) -> str:
    whom = "sessions" if funnel.unit == RATE else "patients"
    return f"By number of {whom}; dashed 95%, dotted 99.8% limits. Not adjusted.{widening_words(funnel)}"


def _axes(funnel: ReleasedFunnel, frame: pd.DataFrame, curves: pd.DataFrame, theme: Theme) -> dict[str, Any]:
    is_rate = funnel.unit == RATE
    top = max(float(frame["value"].max()), float(curves["centre"].iloc[0])) * _ABOVE
    high = min(top, 1.0) if not is_rate else top
    high = max(high, 1e-9)
    y_ticks, x_ticks = nice_ticks(0, high, 5), nice_ticks(float(curves["size"].min()), float(curves["size"].max()), 5)
    scale, unit = (1, "") if is_rate else (100, "%")
    shared = {"tickfont": {"size": 12, "color": theme.secondary}, "zeroline": False, "fixedrange": True}
    title = {"font": {"size": 12.5, "color": theme.secondary}, "standoff": 6}
    return {
        "xaxis": {
            **shared, "range": [float(curves["size"].min()), float(curves["size"].max())], "showgrid": False,
            "tickvals": x_ticks, "ticktext": tick_texts(x_ticks), "tickangle": 0,
            "title": {**title, "text": "Sessions" if is_rate else "Patients"},
        },
        "yaxis": {
            **shared, "range": [-0.02 * high, high], "gridcolor": theme.grid, "tickvals": y_ticks,
            "ticktext": [f"{text}{unit}" for text in tick_texts([scale * tick for tick in y_ticks])],
            "title": {**title, "text": "Events per 100 sessions" if is_rate else "Share of patients"},
        },
    }  # fmt: skip


def _words(
    funnel: ReleasedFunnel, frame: pd.DataFrame, curves: pd.DataFrame, high: float, theme: Theme
) -> list[dict[str, Any]]:
    """The clinics' codes beside their markers, and the rate of all at the end of its line."""
    names = [
        {
            "text": f"<b>{escape(str(row['clinic']))}</b>" if row["outside"] else escape(row["clinic"]),
            "x": row["denominator"], "y": row["value"], "showarrow": False, **where,
            "font": {"size": 12, "color": theme.ink},
        }
        for row, where in zip(frame.to_dict("records"), _sides(frame, curves, high), strict=True)
    ]  # fmt: skip
    centre = {
        "text": _rate(funnel, float(funnel.whole["centre"])).replace(" per 100 sessions", ""),
        "x": 1, "xref": "paper", "xanchor": "left", "xshift": 5, "y": float(curves["centre"].iloc[0]),
        "showarrow": False, "font": {"size": 12, "color": theme.secondary},
    }  # fmt: skip
    return [*names, centre]


def _sides(frame: pd.DataFrame, curves: pd.DataFrame, high: float) -> list[dict[str, Any]]:
    """On which side of each marker its name stands: where it comes closest to no other marker or name."""
    width = float(curves["size"].max() - curves["size"].min()) or 1.0
    x = ((frame["denominator"] - curves["size"].min()) / width * _WIDTH_PX).to_numpy(dtype=float)
    y = (frame["value"] / high * _PLOT_PX).to_numpy(dtype=float)
    markers, chosen = list(zip(x, y, strict=True)), []
    taken: list[tuple[float, float]] = []
    for place, name in enumerate(frame["clinic"]):
        reach = 8 + _LETTER_PX * len(str(name)) / 2
        spots = {"top": (0.0, 15.0), "bottom": (0.0, -15.0), "right": (reach, 0.0), "left": (-reach, 0.0)}
        if markers[place][1] < _FLOOR_PX:
            del spots["bottom"]  # there are the axis' numbers
        others = [*taken, *(spot for number, spot in enumerate(markers) if number != place)]
        side = max(spots, key=lambda one: _clear(markers[place], spots[one], others))
        taken.append((markers[place][0] + spots[side][0], markers[place][1] + spots[side][1]))
        chosen.append(_ANCHORS[side])
    return chosen


def _clear(marker: tuple[float, float], off: tuple[float, float], others: list[tuple[float, float]]) -> float:
    """How far a name would be from the nearest other marker or name, in pixels; names are wider than high. Far enough
    is far enough, so that names stand over their markers where there is room."""
    gaps = (max(abs(marker[0] + off[0] - x) / 2, abs(marker[1] + off[1] - y)) for x, y in others)
    return min(_ENOUGH_PX, min(gaps, default=_ENOUGH_PX))
