"""What every figure hands to a screen or a file: the plot, its numbers, and its words."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from .look import Theme

# Characters a line of title and subtitle. Both are held to what a figure of 500 px takes, half a page on a desk or a
# whole one on a tablet: Plotly cannot wrap again when the window is narrower.
_HALF_WIDTH = (54, 76)
_FULL_WIDTH = (56, 82)
_TITLE_PX = 17
_SUBTITLE_PX = 12.5
_LINE_HEIGHT = 1.3  # Plotly's own, of the font size


@dataclass(frozen=True, eq=False)
class Chart:
    """One figure ready to show.

    data makes the table of numbers drawn, one row per drawn point; it is what the table view and the CSV
    show, and is only made when asked for. alt states the finding for readers who do not see the plot. name is
    the stem of every file made from it. is_individual: single patients are drawn, which needs a right of its own.
    A chart is made of a released result, so that nothing in it is more than its audience may have.
    """

    name: str
    plot: go.Figure
    data: Callable[[], pd.DataFrame]
    caption: str
    alt: str
    how_to_read: str
    is_individual: bool = False


def drawn(spec: dict[str, Any]) -> go.Figure:
    """A figure from Plotly's own description.

    Checking every property takes four times as long as drawing and would be most of a redraw; tests
    check each figure instead.
    """
    return go.Figure(spec, _validate=False)


@dataclass(frozen=True)
class Heading:
    """A title and a subtitle, wrapped for a tablet because Plotly does not wrap text itself."""

    title: tuple[str, ...]
    subtitle: tuple[str, ...]
    theme: Theme

    @property
    def _title_height_px(self) -> float:
        return 6 + len(self.title) * _TITLE_PX * _LINE_HEIGHT

    @property
    def height_px(self) -> int:
        return round(self._title_height_px + len(self.subtitle) * _SUBTITLE_PX * _LINE_HEIGHT + 4)

    def annotations(self, top_margin_px: int, left_margin_px: int) -> list[dict[str, Any]]:
        """The heading from the top left corner down, in a figure with the given margins."""
        bold = "<br>".join(f"<b>{escape(line, quote=False)}</b>" for line in self.title)
        small = "<br>".join(escape(line, quote=False) for line in self.subtitle)
        corner = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left", "yanchor": "top"}
        corner |= {"align": "left", "showarrow": False, "xshift": 2 - left_margin_px}
        below = top_margin_px - self._title_height_px
        return [
            {**corner, "text": bold, "yshift": top_margin_px, "font": {"size": _TITLE_PX, "color": self.theme.ink}},
            {**corner, "text": small, "yshift": below, "font": {"size": _SUBTITLE_PX, "color": self.theme.secondary}},
        ]


def heading(title: str, subtitle: str, theme: Theme, full_width: bool = False) -> Heading:
    """The heading of a figure in half the page, or across it. Text is escaped: a clinic name is never markup."""
    title_line, subtitle_line = _FULL_WIDTH if full_width else _HALF_WIDTH
    return Heading(tuple(textwrap.wrap(title, title_line)), tuple(textwrap.wrap(subtitle, subtitle_line)), theme)
