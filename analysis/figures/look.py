"""The one look of every figure: colours, markers and dashes of the routes, ink, and the type.

Every colour, marker and dash of the product is declared here and nowhere else. A route keeps its
look whatever is filtered; marker and dash carry it for readers who do not see the colour.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from typing import Any

FONT_FAMILY = "Open Sans, Liberation Sans, Arial, sans-serif"
_DARK_LIFT = 0.20
_TEXT_DROP = -0.04  # on white, so that small words keep a contrast of 4.5


@dataclass(frozen=True)
class RouteLook:
    """How one route is drawn: line colour on white and on dark, marker symbol, line dash."""

    light: str
    marker: str
    dash: str

    @property
    def dark(self) -> str:
        return _lighter(self.light, _DARK_LIFT)


def _lighter(colour: str, lift: float) -> str:
    """The same hue with its lightness raised by `lift` of the full range (lowered when negative)."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    parts = colorsys.hls_to_rgb(hue, min(1.0, max(0.0, lightness + lift)), saturation)
    return "#" + "".join(f"{round(part * 255):02X}" for part in parts)


ROUTE_LOOKS: dict[str, RouteLook] = {
    "IV": RouteLook("#0B6E99", "circle-open", "solid"),
    "IN": RouteLook("#2A8F68", "square-open", "dash"),
    "IM": RouteLook("#B85C14", "diamond-open", "dot"),
    "SL": RouteLook("#7F4A98", "triangle-up-open", "dashdot"),
    "SC": RouteLook("#8A6D00", "cross-open", "longdash"),
    "PO": RouteLook("#5B6472", "x-open", "longdashdot"),
    "buccal": RouteLook("#A8326B", "hexagon-open", "8px,3px"),
    "rectal": RouteLook("#4F6D2F", "star-open", "2px,6px"),
}
_UNKNOWN_ROUTE = RouteLook("#4B5563", "pentagon-open", "solid")


@dataclass(frozen=True)
class Theme:
    """Ink and paper of one appearance. paper is the page's own background, so that exports stay legible."""

    name: str
    paper: str
    ink: str
    secondary: str
    muted: str
    grid: str
    context: str
    accent: str

    @property
    def everyone(self) -> str:
        """The colour of all patients together beside single routes: ink, which no route has."""
        return self.ink

    def route_colour(self, route: str) -> str:
        look = ROUTE_LOOKS.get(route, _UNKNOWN_ROUTE)
        return look.dark if self.name == "dark" else look.light

    def route_ink(self, route: str) -> str:
        """The route's colour for words and numbers, dark enough to read on this paper."""
        colour = self.route_colour(route)
        return colour if self.name == "dark" else _lighter(colour, _TEXT_DROP)


LIGHT = Theme("light", "#FFFFFF", "#1F2937", "#4B5563", "#6B7280", "#EEF0F3", "#C9CED6", "#0B6E99")
DARK = Theme("dark", "#0E1117", "#E5E7EB", "#B6BDC9", "#9AA3B2", "#232A36", "#4A5363", _lighter("#0B6E99", _DARK_LIFT))
THEMES: dict[str, Theme] = {theme.name: theme for theme in (LIGHT, DARK)}


def route_marker(route: str) -> str:
    return ROUTE_LOOKS.get(route, _UNKNOWN_ROUTE).marker


def route_dash(route: str) -> str:
    return ROUTE_LOOKS.get(route, _UNKNOWN_ROUTE).dash


def faded(colour: str, opacity: float) -> str:
    """A colour as rgba with the given opacity, for bands and text backgrounds."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def base_layout(theme: Theme, height: int, margin: dict[str, int]) -> dict[str, Any]:
    """What every figure's layout shares: paper, font, hover box, no legend. height and margins in pixels."""
    return {
        "height": height,
        "margin": margin,
        "autosize": True,
        "paper_bgcolor": theme.paper,
        "plot_bgcolor": theme.paper,
        "font": {"family": FONT_FAMILY, "size": 13, "color": theme.ink},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "uirevision": "kept",
        "hoverlabel": {
            "bgcolor": theme.paper,
            "bordercolor": theme.context,
            "font": {"family": FONT_FAMILY, "size": 13, "color": theme.ink},
        },
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": theme.muted, "activecolor": theme.ink},
    }
