"""Words from a study's files on their way into a sentence of the page."""

from __future__ import annotations

import re

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~$:])")


def plain(text: str) -> str:
    """Text that Markdown shows as it is: a clinic called `[x](y)` must not become a link or a picture."""
    return _MARKUP.sub(r"\\\1", text)
