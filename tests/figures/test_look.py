"""The colours are readable, distinct, and the same on the page as in the figures."""

import tomllib

import pytest

from analysis.figures import DARK, LIGHT, ROUTE_LOOKS, Theme
from analysis.vocabulary import ROUTES

READABLE = 4.5  # WCAG 2.1, 1.4.3: contrast of text with its background
VISIBLE = 3.0  # WCAG 2.1, 1.4.11: contrast of lines and markers that carry meaning


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_route_of_the_vocabulary_has_its_own_look() -> None:
    assert set(ROUTE_LOOKS) == set(ROUTES)


@pytest.mark.parametrize("part", ["light", "dark", "marker", "dash"])
def test_no_two_routes_share_a_colour_a_marker_or_a_dash(part: str) -> None:
    values = [getattr(look, part) for look in ROUTE_LOOKS.values()]
    assert len(set(values)) == len(values)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("route", list(ROUTES))
def test_a_routes_line_is_visible_and_its_words_readable_on_the_paper(theme: Theme, route: str) -> None:
    assert contrast(theme.route_colour(route), theme.paper) >= VISIBLE
    assert contrast(theme.route_ink(route), theme.paper) >= READABLE


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("part", ["ink", "secondary", "muted", "accent"])
def test_all_ink_is_readable_on_the_paper(theme: Theme, part: str) -> None:
    assert contrast(getattr(theme, part), theme.paper) >= READABLE


def test_a_route_keeps_its_published_colour() -> None:
    assert LIGHT.route_colour("IV") == "#0B6E99"
    assert LIGHT.route_colour("IN") == "#2A8F68"


def test_an_unknown_route_is_drawn_in_plain_grey() -> None:
    assert LIGHT.route_colour("by kite") == "#4B5563"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_page_has_the_figures_paper_ink_and_accent(theme: Theme, repository_root) -> None:
    config = tomllib.loads((repository_root / ".streamlit" / "config.toml").read_text())["theme"][theme.name]
    assert config["backgroundColor"] == theme.paper
    assert config["textColor"] == theme.ink
    assert config["primaryColor"] == theme.accent
