"""Response and remission of this cohort beside what was published, each with its own denominator."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from analysis.disclosure import ReleasedOverview
from analysis.disclosure.gate import WITHHELD_WORDS
from analysis.outcomes.response import LAST_SCORE, NON_RESPONSE, OBSERVED
from analysis.outcomes.response.three_rules import NUMBERS, SHARES

from .chart import Chart, Heading, drawn, heading
from .frames import rows
from .look import Theme, base_layout, route_marker
from .numbers import interval_text, share_text, tick_texts

_OUTCOMES = ("Response", "Remission")
_RULE_WORDS = {
    OBSERVED: "of those scored at the end of induction",
    NON_RESPONSE: "of all who could, no score counted as no",
    LAST_SCORE: "by the last score until then, of all with one",
}
_ROW_PX = 50
_HEAD_PX = 26
_FOOT_PX = 62
_ROOM_UP_TO = 0.5  # a larger share has its words to its left
_GAP = 0.12  # of the width, so that 100% of one side keeps clear of 0% of the other
_LONGEST_LABEL = 80  # characters on one line of a figure of 500 px
_MARKER_DROP = 0.2  # of a row: markers sit under their label
_READ = (
    "Filled markers are this cohort at the end of induction, with 95% intervals, under three rules for patients "
    "without a score then: left out, counted as not reached, or judged by their last score before. Open grey markers "
    "are published arms on the same instrument. Time points, cut-offs and denominators differ between them (a rate of "
    "completers is no rate of everyone who started), so read them as a range and not as a ranking; the table names "
    "each source."
)
_MARKED = " An open marker of this cohort rests on a small number of patients and is left out of everything exported."


@dataclass(frozen=True)
class Rate:
    """One marker: a share (0 to 1) of one outcome, with an interval and its numbers (of) when it is the cohort's
    own."""

    outcome: str
    label: str
    share: float
    low: float | None
    high: float | None
    own: bool
    symbol: str
    is_small: bool = False
    of: str = ""


def rates_chart(result: ReleasedOverview, theme: Theme) -> Chart:
    """Response and remission side by side, the cohort's own first. Raises ValueError without any rate to show."""
    rates = _own(result) + _published(result)
    labels = list(dict.fromkeys(rate.label for rate in rates))
    if not labels:
        raise ValueError("no rate can be shown")
    title = f"Response and remission on {result.instrument}, end of induction"
    subtitle = "Filled: this cohort, 95% interval. Open, grey: published, other time points and denominators."
    top = heading(title, subtitle, theme)
    return Chart(
        name=f"response-remission-{result.instrument}",
        plot=drawn({"data": _traces(rates, labels, theme), "layout": _layout(rates, labels, top, theme)}),
        data=partial(rates_data, result),
        caption=_caption(result),
        alt=f"{title}: " + "; ".join(_words(rate) for rate in rates if rate.own) + ".",
        how_to_read=_READ + (_MARKED if result.audience.sees_small else ""),
    )


def has_rates(result: ReleasedOverview) -> bool:
    return bool(_own(result))


def rates_data(result: ReleasedOverview) -> pd.DataFrame:
    """The cohort's rates, all starters and by route: one row per outcome and route, counts as text."""
    return result.rates.as_text()


def _own(result: ReleasedOverview) -> list[Rate]:
    table = result.rates
    records = [(place, row) for place, row in enumerate(table.frame.to_dict("records")) if row["route"] == "all"]
    rates = []
    for rule, words in _RULE_WORDS.items():
        for place, row in records:
            share, low, high = (row[f"{rule} {name}"] for name in SHARES)
            if pd.notna(share):
                few = bool((table.states[list(NUMBERS[rule])].iloc[place] == "small").any())
                symbol = "circle-open" if few else "circle"
                of = " of ".join(table.words(column, place) for column in NUMBERS[rule])
                of = f"({of})" if WITHHELD_WORDS not in of else ""
                rates.append(Rate(row["outcome"], f"This cohort, {words}", share, low, high, True, symbol, few, of))
    return rates


def _published(result: ReleasedOverview) -> list[Rate]:
    rates = []
    for row in rows(result.benchmarks):
        arm = "control arm" if row.route == "control" else row.route
        symbol = "line-ns-open" if row.route == "control" else route_marker(str(row.route))
        for outcome, share in (("Response", row.response), ("Remission", row.remission)):
            if pd.notna(share):
                rates.append(Rate(outcome, _published_label(row, arm), float(share), None, None, False, symbol))
    return rates


def _published_label(row: Any, arm: str) -> str:
    """Study, arm, time point and whom the share is of: the first clause of it, cut where the line ends."""
    whom = str(row.denominator).split(";", 1)[0]
    label = f"{row.study}, {arm}; {row.time_point}; {whom}"
    return textwrap.shorten(label, _LONGEST_LABEL, placeholder="\u2026")


def _words(rate: Rate) -> str:
    if rate.low is None or rate.high is None:
        return f"{rate.label}: {share_text(rate.share)}"
    interval = interval_text(100 * rate.low, 100 * rate.high, 0)
    label = f"{rate.outcome} {rate.label.removeprefix('This cohort, ')}"
    return f"{label}: {share_text(rate.share)} ({interval}%) {rate.of}".rstrip()


def _traces(rates: list[Rate], labels: list[str], theme: Theme) -> list[dict[str, Any]]:
    traces = []
    for suffix, outcome in zip(("", "2"), _OUTCOMES, strict=True):
        axes = {"type": "scatter", "xaxis": "x" + suffix, "yaxis": "y"}
        shown = [rate for rate in rates if rate.outcome == outcome]
        traces += [_intervals(shown, labels, theme) | axes, _markers(shown, labels, theme) | axes]
    return traces


def _height(rate: Rate, labels: list[str]) -> float:
    return labels.index(rate.label) + _MARKER_DROP


def _intervals(rates: list[Rate], labels: list[str], theme: Theme) -> dict[str, Any]:
    """The cohort's own intervals as one broken line."""
    x: list[float | None] = []
    y: list[float | None] = []
    for rate in rates:
        if rate.low is not None:
            x += [rate.low, rate.high, None]
            y += [_height(rate, labels)] * 2 + [None]
    return {"x": x, "y": y, "mode": "lines", "line": {"color": theme.everyone, "width": 3}, "hoverinfo": "skip"}


def _markers(rates: list[Rate], labels: list[str], theme: Theme) -> dict[str, Any]:
    colours = [theme.everyone if rate.own else theme.muted for rate in rates]
    return {
        "x": [rate.share for rate in rates],
        "y": [_height(rate, labels) for rate in rates],
        "mode": "markers",
        "marker": {
            "symbol": [rate.symbol for rate in rates],
            "size": [11 if rate.own else 9 for rate in rates],
            "color": colours,
            "opacity": 1,
            "line": {"width": 2, "color": colours},
        },
        "hovertext": [_words(rate) for rate in rates],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
    }


def _values(rates: list[Rate], labels: list[str], theme: Theme) -> list[dict[str, Any]]:
    """Each share in words, with its numbers where it is the cohort's own, beside its marker or interval: to the left
    where there is no room to the right."""
    said = []
    for rate in rates:
        is_left = rate.own and rate.share > _ROOM_UP_TO
        end = rate.low if is_left else rate.high
        said.append(
            {
                "text": f"<b>{share_text(rate.share)}</b> {rate.of}" if rate.own else share_text(rate.share),
                "xref": "x" if rate.outcome == _OUTCOMES[0] else "x2",
                "x": rate.share if end is None else end,
                "y": _height(rate, labels),
                "xanchor": "right" if is_left else "left",
                "xshift": -8 if is_left else 8,
                "showarrow": False,
                "font": {"size": 12, "color": theme.ink if rate.own else theme.secondary},
            }
        )
    return said


def _layout(rates: list[Rate], labels: list[str], top: Heading, theme: Theme) -> dict[str, Any]:
    head = top.height_px + _HEAD_PX
    layout = base_layout(theme, head + len(labels) * _ROW_PX + _FOOT_PX, {"l": 10, "r": 14, "t": head, "b": _FOOT_PX})
    half = (1 - _GAP) / 2
    words = [
        {"text": label, "x": 0, "xref": "paper", "xanchor": "left", "y": place, "yanchor": "bottom"}
        | {"showarrow": False, "bgcolor": theme.paper, "font": {"size": 12, "color": theme.secondary}}
        for place, label in enumerate(labels)
    ]
    names = [
        {"text": f"<b>{name}</b>", "x": left, "xref": "paper", "y": 1, "yref": "paper", "xanchor": "left"}
        | {"yanchor": "bottom", "yshift": 2, "showarrow": False, "font": {"size": 13, "color": theme.ink}}
        for left, name in zip((0.0, half + _GAP), _OUTCOMES, strict=True)
    ]
    return layout | {
        "xaxis": _axis(theme, 0.0, half),
        "xaxis2": _axis(theme, half + _GAP, 1.0) | {"anchor": "y"},
        "yaxis": {"range": [len(labels) - 0.35, -0.6], "visible": False, "fixedrange": True},
        "annotations": [*top.annotations(head, 10), *names, *words, *_values(rates, labels, theme)],
    }


def _axis(theme: Theme, left: float, right: float) -> dict[str, Any]:
    ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
    return {
        "domain": [left, right],
        "range": [-0.02, 1.02],
        "tickvals": ticks,
        "ticktext": [f"{text}%" for text in tick_texts([100 * tick for tick in ticks])],
        "tickfont": {"size": 12, "color": theme.secondary},
        "gridcolor": theme.grid,
        "tickangle": 0,
        "zeroline": False,
        "fixedrange": True,
        "title": {"text": "Share of patients", "font": {"size": 13, "color": theme.secondary}, "standoff": 6},
    }


def _caption(result: ReleasedOverview) -> str:
    rule = f" Remission: {result.remission_rule}." if result.remission_rule else ""
    words = f"{result.evaluable} evaluable of {result.starters} starters.{rule}"
    return words[0].upper() + words[1:]
