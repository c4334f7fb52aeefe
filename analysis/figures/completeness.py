"""Who was scored when, as a grid of shares: a row a group, a column a window, darker for more."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from analysis.disclosure.data_page import GROUPS
from analysis.disclosure.gate import Release, count_text, count_words
from analysis.outcomes.completeness import ALL
from analysis.vocabulary import WINDOWS, route_label

from .chart import Chart, Heading, drawn, heading
from .look import Theme, base_layout, faded
from .numbers import share_text

TITLED = ("day 28", "day 90")  # the windows that the title speaks of
_ROW_PX = 29
_HEAD_PX = 46
_FOOT_PX = 12
_LEFT_PX = 158
_LONGEST_NAME = 14  # characters of a group beside its n
_GROUP_GAP = 0.95  # of a row, with the heading of the groups in it
_DEEPEST = 0.5  # of the accent in a full cell: its ink keeps a contrast of 4.5 on light and dark paper
_CELL = {"wide": 0.95, "high": 0.88}
_HEADINGS = {"route": "By route of the first session", "clinic": "By clinic"}
_READ = (
    "Each cell is the share of a group's starters with at least one score in that window (days since the first "
    "session, both ends included). Starters are all patients with a ketamine session, also those who stopped and "
    "those whose window is yet to come: the study has no calendar, so a clinic that began lately looks incomplete. "
    "A low share means that results at that time speak for those who answered only."
)


@dataclass(frozen=True)
class _Cell:
    """One cell: where it is, its group and window, and what may be said of it."""

    row: float
    column: int
    group: str
    window: str
    share: float
    text: str
    words: str
    is_small: bool


def completeness_chart(instrument: str, shown: Release, theme: Theme) -> Chart:
    """One row for everyone, for each route and for each clinic; numbers that are withheld leave their cell blank."""
    cells, labels, n_rows = _cells(shown)
    title = _title(instrument, cells)
    top = heading(title, "Share of starters with a score in each window; n is the starters of a row.", theme, True)
    return Chart(
        name=f"completeness-{instrument}",
        plot=drawn({"data": [_grid(cells, theme)], "layout": _layout(cells, labels, n_rows, top, theme)}),
        data=lambda: completeness_data(shown),
        caption=" ".join(text for text in (_caption(shown), shown.sentence) if text),
        alt=f"{title}. " + "; ".join(cell.words for cell in cells if cell.group == ALL) + ".",
        how_to_read=_READ,
    )


def completeness_data(shown: Release) -> pd.DataFrame:
    """One row per group and window, counts as text."""
    route, clinic = (shown[name].as_text() for name in GROUPS)
    return pd.concat([route, clinic[clinic["by"] == "clinic"]], ignore_index=True)


def _cells(shown: Release) -> tuple[list[_Cell], list[tuple[float, str, bool]], float]:
    """Every cell, the labels of the rows (height, words, is a heading), and the height of all in rows."""
    cells: list[_Cell] = []
    labels: list[tuple[float, str, bool]] = []
    height = 0.0
    for by in (ALL, *GROUPS):
        table = shown[by if by != ALL else GROUPS[0]]
        frame, states = table.frame[table.frame["by"] == by], table.states
        if by != ALL and len(frame):
            labels.append((height + 0.1, _HEADINGS[by], True))
            height += _GROUP_GAP
        for group, rows in frame.groupby("group", sort=False):
            labels.append((height, _name(str(group), by, rows, states), False))
            cells += [_cell(height, place, row, states) for place, row in enumerate(rows.itertuples())]
            height += 1
    return cells, labels, height


def _name(group: str, by: str, rows: pd.DataFrame, states: pd.DataFrame) -> str:
    words = {ALL: "All starters", "route": route_label(group)}.get(by, group)
    first = rows.index[0]
    n = count_text(rows["n_starters"].loc[first], states["n_starters"].loc[first]).replace(" (small)", "")
    shown = words if len(words) <= _LONGEST_NAME else words[: _LONGEST_NAME - 1] + "\u2026"
    return f"{shown}, n {n}"


def _cell(height: float, place: int, row: Any, states: pd.DataFrame) -> _Cell:
    state, of = states["n_scored"].loc[row.Index], states["n_starters"].loc[row.Index]
    counts = f"{count_words(row.n_scored, state)} of {count_words(row.n_starters, of)} starters"
    seen = pd.notna(row.share)
    text = share_text(row.share) if seen else ("<11" if state.startswith("<") else "\u2013")
    share = f" ({share_text(row.share)})" if seen else ""
    return _Cell(
        height, place, str(row.group), str(row.window), float(row.share), text,
        f"{row.window}: {counts}{share}", state == "small" or of == "small",
    )  # fmt: skip


def _title(instrument: str, cells: list[_Cell]) -> str:
    """The shares of everyone at two windows, when they may be shown."""
    shares = {cell.window: cell.share for cell in cells if cell.group == ALL and pd.notna(cell.share)}
    parts = [f"{share_text(shares[window])} around {window}" for window in TITLED if window in shares]
    if len(parts) < len(TITLED):
        return f"Who has a {instrument} score when"
    return f"Scored on {instrument}: {', '.join(parts)}"


def _caption(shown: Release) -> str:
    return f"{shown.words(GROUPS[0], 'n_starters').capitalize()} starters of this study."


def _grid(cells: list[_Cell], theme: Theme) -> dict[str, Any]:
    """The cells as bars side by side. A small one is an outline, which the words say too."""
    fills = [
        theme.paper if pd.isna(cell.share) or cell.is_small else faded(theme.accent, _DEEPEST * cell.share)
        for cell in cells
    ]
    edges = [theme.accent if cell.is_small and pd.notna(cell.share) else theme.grid for cell in cells]
    return {
        "type": "bar",
        "orientation": "h",
        "x": [_CELL["wide"]] * len(cells),
        "base": [cell.column - _CELL["wide"] / 2 for cell in cells],
        "y": [cell.row for cell in cells],
        "width": _CELL["high"],
        "marker": {"color": fills, "line": {"color": edges, "width": 1.2}},
        "text": [cell.text for cell in cells],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "insidetextfont": {"size": 12.5, "color": [theme.muted if pd.isna(c.share) else theme.ink for c in cells]},
        "hovertext": [f"{escape(_group_words(cell.group))}, {cell.words}" for cell in cells],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def _group_words(group: str) -> str:
    return "All starters" if group == ALL else group


def _layout(
    cells: list[_Cell], labels: list[tuple[float, str, bool]], n_rows: float, top: Heading, theme: Theme
) -> dict[str, Any]:
    head = top.height_px + _HEAD_PX
    margin = {"l": _LEFT_PX, "r": 8, "t": head, "b": _FOOT_PX}
    layout = base_layout(theme, round(head + n_rows * _ROW_PX + _FOOT_PX), margin)
    return layout | {
        "xaxis": {"range": [-0.5, len(WINDOWS) - 0.5], "visible": False, "fixedrange": True},
        "yaxis": {"range": [n_rows - 0.5, -0.5], "visible": False, "fixedrange": True},
        "barmode": "overlay",
        "annotations": [*top.annotations(head, _LEFT_PX), *_heads(theme), *_labels(labels, theme)],
    }


def _heads(theme: Theme) -> list[dict[str, Any]]:
    """Each window over its column, with its days beneath."""
    return [
        {
            "text": f"<b>{window.name}</b><br>{window.first_day:g}\u2013{window.last_day:g}",
            **{"x": place, "xref": "x", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 3, "showarrow": False},
            "font": {"size": 11.5, "color": theme.secondary},
        }
        for place, window in enumerate(WINDOWS)
    ]


def _labels(labels: list[tuple[float, str, bool]], theme: Theme) -> list[dict[str, Any]]:
    return [
        {
            "text": f"<b>{escape(words)}</b>" if is_heading else escape(words),
            **{"x": 0, "xref": "paper", "xanchor": "left", "xshift": 2 - _LEFT_PX, "y": height, "yref": "y"},
            **{"yanchor": "middle", "align": "left", "showarrow": False},
            "font": {"size": 12.5, "color": theme.ink if is_heading else theme.secondary},
        }
        for height, words, is_heading in labels
    ]
