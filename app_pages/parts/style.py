"""The page's own look beyond the theme: spacing, number cards and tables."""

from __future__ import annotations

import streamlit as st

from analysis.figures import DARK, THEMES, Theme

_CSS = """
<style>
[data-testid="stMainBlockContainer"] { padding: 2.6rem 2.2rem 3rem; max-width: 1320px; }
@media (max-width: 1000px) { [data-testid="stMainBlockContainer"] { padding: 2.6rem 1rem 2rem; } }
[class*="dense"] [data-testid="stVerticalBlock"], [data-testid="stVerticalBlock"][class*="dense"] { gap: .55rem; }
[class*="dense"] h2 { padding: .7rem 0 1rem; }
dl.kat-cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(132px, 1fr)); gap: .7rem;
            margin: 0 0 .3rem; padding: 0; }
.kat-card { border: 1px solid color-mix(in srgb, currentColor 18%, transparent); border-radius: 6px;
            padding: .65rem .8rem; margin: 0; }
.kat-card dt { font-size: .82rem; margin: 0; }
.kat-card dd { margin: 0; }
.kat-card .value { font-size: 1.45rem; font-weight: 600; line-height: 1.45; font-variant-numeric: tabular-nums; }
.kat-card .of { font-size: .78rem; line-height: 1.35; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p { color: inherit; opacity: .88; }
.kat-scroll { overflow-x: auto; }
.kat-table { border-collapse: collapse; font-size: .86rem; font-variant-numeric: tabular-nums; width: 100%; }
.kat-table caption { text-align: left; font-weight: 600; padding: 0 0 .35rem; }
.kat-table th, .kat-table td { padding: .3rem .65rem; text-align: right; vertical-align: top;
            border-bottom: 1px solid color-mix(in srgb, currentColor 16%, transparent); }
.kat-table th { font-weight: 600; vertical-align: bottom; }
.kat-table td { white-space: nowrap; }
.kat-table .text { text-align: left; white-space: normal; }
.kat-table td.text { min-width: 5.5rem; }
.kat-table tr > :first-child { padding-left: 0; }
@media (max-width: 1000px) {
  [class*="st-key-halves"] [data-testid="stColumn"] { flex: 1 1 100%; min-width: 100%; }
  [class*="st-key-halves"] [data-testid="stHorizontalBlock"] { row-gap: .6rem; }
  .st-key-model-controls [data-testid="stColumn"] { flex: 1 1 44%; min-width: 44%; }
  .kat-table { font-size: .78rem; }
  .kat-table th, .kat-table td { padding: .25rem .3rem; }
  .kat-table td.text { min-width: 6rem; }
}
</style>
"""


# Streamlit writes white on the accent colour, which is too pale for it on dark paper.
_DARK_TAGS = f"""
<style>[data-testid="stMultiSelect"] [data-tag], [data-testid="stMultiSelect"] [data-tag] *,
[data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primary"] * {{
  color: {DARK.paper}; }}</style>
"""


def apply() -> None:
    st.html(_CSS + (_DARK_TAGS if theme() is DARK else ""))


def theme() -> Theme:
    """The figures' theme for what the reader's browser shows; light when it does not say."""
    return THEMES.get(str(st.context.theme.type), THEMES["light"])
