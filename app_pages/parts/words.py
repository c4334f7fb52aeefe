"""Words from a study's files on their way into a sentence of the page."""

from __future__ import annotations

import re

_SPACES = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~$:&])")
_BLOCK = re.compile(r"^(\d{0,9})([-=.])")  # at the start: a list, or the line under a heading

# Streamlit makes links, symbols and icons of the text that is left when every backslash has been taken away, so
# that no backslash keeps it from them: an address, "user@host", " -> " and ":material/home:". Something has to
# stand between the letters; a word joiner has no width and breaks no line.
_JOINER = "\u2060"
_REWRITTEN = re.compile(
    r"www(?=\.)|https?(?=://[-\w]*\.)|(?<=[-.\w+])(?=@)"
    r"|(?<!\S)[-<>~](?=(?:->|[->=])(?!\S))|:(?=material[/_]|streamlit:)",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line: a clinic called `[x](y)` or `www.x.org` becomes no link."""
    joined = _REWRITTEN.sub(rf"\g<0>{_JOINER}", _SPACES.sub(" ", text).strip())
    return _BLOCK.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", joined))
