"""Texts as a reader sees them: letters of other alphabets that look Latin, and signs that cannot be seen.

Word processors write hyphens and spaces that do not break, and whoever wants past a pattern writes a Cyrillic "a".
Only the gate reads texts so; a study keeps them as they came.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

import pyarrow as arrow
import pyarrow.compute as compute

LONGEST_SIGN = 3  # letters; what looks like a word in one sign must not make a file grow
LONGEST_COMPOSED = 1_000  # letters; putting accents on letters takes time with the square of the length
BEYOND_ASCII = r"[^\x00-\x7F]"
_CYRILLIC = dict(
    zip(
        "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408"
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04bb\u0501\u051b\u051d\u043a\u043c\u0442",
        "ABEKMHOPCTYXSIJ" + "aeopcyxsijhdqwkmt",
        strict=True,
    )
)
_GREEK = dict(
    zip(
        "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u03bd\u03b1\u03b9",
        "ABEZHIKMNOPTYXovai",
        strict=True,
    )
)
LOOK_LATIN = {**_CYRILLIC, **_GREEK, "\u0131": "i", "\u0251": "a", "\u0261": "g", "\u2212": "-", "\u2043": "-"}


def as_seen(texts: Any) -> Any:
    """A plain Arrow array of texts as they look. Most studies have no letter beyond ASCII, which costs one look."""
    places = compute.indices_nonzero(compute.match_substring_regex(texts, BEYOND_ASCII))
    if not len(places):
        return texts
    seen = arrow.array([text_as_seen(text) for text in texts.take(places).to_pylist()], arrow.large_string())
    mask = compute.is_in(arrow.array(range(len(texts)), places.type), value_set=places)
    return compute.replace_with_mask(texts, mask, seen)


def text_as_seen(text: str) -> str:
    """A text as it looks: "ｊ．ｄｏｅ＠example.org" is an e-mail address."""
    seen = "".join(map(_letter_as_seen, text)).strip()
    return unicodedata.normalize("NFC", seen) if len(seen) <= LONGEST_COMPOSED else seen


def without_accents(text: str) -> str:
    """A text as it looks, its letters without their accents ("Téléphone" is "Telephone")."""
    return "".join(_base_letters(letter) for letter in text_as_seen(text))


@cache
def _base_letters(letter: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if unicodedata.category(part) != "Mn")


@cache
def _letter_as_seen(letter: str) -> str:
    """What one letter or sign looks like. Few signs stand for more than LONGEST_SIGN letters, one for eighteen."""
    plain = unicodedata.normalize("NFKC", letter)
    if len(plain) > LONGEST_SIGN:
        return letter
    kind = unicodedata.category(letter)
    if kind == "Cf":
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(letter))
    return {"Zs": " ", "Pd": "-"}.get(kind, "".join(LOOK_LATIN.get(part, part) for part in plain))
