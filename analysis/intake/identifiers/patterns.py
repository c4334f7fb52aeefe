"""Identifiers with a shape of their own: e-mail, telephone, social security, web, IP, device, address, files.

One cell is enough for a pattern of WRITTEN: punctuation makes a coincidence unlikely. Plain digits could be
anything, so a pattern of DIGITS needs nearly the whole column and, where there is one, a check digit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as compute

from ..findings import Mask
from .check_digits import is_card_number, is_iban, is_imei, is_vehicle_number
from .column import ColumnWords
from .letters import CAPITAL, SMALL

OPEN, SHUT = r"(?:^|[^0-9A-Za-z-])", r"(?:$|[^0-9A-Za-z-])"
STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|"
    "OR|PA|PR|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY"
)
AREA = "(?:00[1-9]|0[1-9][0-9]|[1-578][0-9]{2}|6[0-57-9][0-9]|66[0-57-9])"  # never 000, 666 or 900 to 999
GROUP, SERIAL = "(?:0[1-9]|[1-9][0-9])", "(?:000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})"
NANP = "[2-9][0-9]{2}"  # area and exchange codes of North American numbers begin with 2 to 9
OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
HEX4 = "[0-9A-Fa-f]{1,4}"
STREETS = (
    "Street|St|Avenue|Ave|Boulevard|Blvd|Road|Rd|Lane|Ln|Drive|Dr|Court|Ct|Circle|Cir|Highway|Hwy|Parkway|Pkwy|Way|"
    "Place|Pl|Terrace|Ter"
)


def _labelled(always: str, with_sign: str, number: str) -> str:
    """A number behind a word for it: an abbreviation that means nothing else, or a word with "no.", ":" or "#"."""
    alone = rf"(?:{always})(?: ?(?:no|number|nr|id))?[ .:#]+"
    signed = rf"(?:{with_sign})(?: ?(?:no|number|nr|id)[ .:#]+| ?[:#] ?)"
    return rf"(?i:\b(?:{alone}|{signed}){number})"


WRITTEN: dict[str, str] = {
    "email": r"[A-Za-zÀ-ž0-9._%+-]@[A-Za-zÀ-ž0-9-]+(?:\.[A-Za-zÀ-ž0-9-]+)*\.[A-Za-z]{2,}",
    "ssn": rf"{OPEN}{AREA}[-. ]{GROUP}[-. ]{SERIAL}{SHUT}",
    "phone": (
        rf"{OPEN}(?:\+?1[ .-]?)?(?:\({NANP}\) ?|{NANP}[ ./-]){NANP}[ .-][0-9]{{4}}(?:$|[^0-9A-Za-z-])"
        r"|\+[1-9][0-9]{0,2}[ (-][0-9() .-]{6,16}[0-9]|\+[1-9][0-9]{9,14}\b"
        r"|(?i:\b(?:tel|phone|call|fax|cell|mobile)[ .:#]*[0-9]{3}[ .-]?[0-9]{4}\b)"
    ),
    "url": (
        r"(?i)\b(?:https?|s?ftp)://|\bwww\.[a-z0-9-]+\.[a-z]{2,}"
        r"|(?:^|[\s(])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|edu|gov|info)(?:/\S*)?(?:$|[\s,)])"
        r"|\b(?:facebook|instagram|twitter|linkedin)\.com"
    ),
    "ip": (
        rf"(?:^|[^0-9A-Za-z.])(?:{OCTET}\.){{3}}{OCTET}(?:$|[^0-9A-Za-z.])|(?:^|[^0-9A-Za-z:])"
        rf"(?:(?:{HEX4}:){{7}}{HEX4}|(?:{HEX4}:){{1,6}}(?::{HEX4}){{1,6}}|(?:{HEX4}:){{2,7}}:)(?:$|[^0-9A-Za-z:])"
    ),
    "device": (
        r"(?i)(?:^|[^0-9a-z:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?:$|[^0-9a-z:-])|\(01\)[0-9]{14}"
        + "|"
        + _labelled("imei|s/n", "serial|sn|lot|batch", "[a-z]*-?[0-9][0-9a-z-]{3,}")
    ),
    "record": _labelled("mrn", "med(?:ical)? rec(?:ord)?|record|chart|patient", "[a-z]{0,3}-?[0-9]{3,}"),
    "account": _labelled("acct|iban", "account|claim|invoice|card", "[a-z]{0,3}-?[0-9]{4,}"),
    "plan": _labelled("mbi|hicn", "policy|member|subscriber|medicare|medicaid", "[a-z]{0,3}-?[0-9]{4,}"),
    "address": (
        rf"\b[0-9]{{1,6}}[A-Za-z]? (?:[NSEW]{{1,2}}\.? )?(?:[A-Z0-9][A-Za-z0-9'’.-]* ){{1,3}}(?:{STREETS})\b"
        rf"|\b[0-9]{{1,6}} (?:[A-Z][A-Z0-9'.-]* ){{1,3}}(?:{STREETS.upper()})\b"
        r"|(?i:\b[0-9]{1,6} (?:[a-z0-9'’.-]+ ){1,3}(?:street|avenue|boulevard)\b|\bp\.? ?o\.? box [0-9]+)"
        r"|(?i:\b(?:apt|apartment|suite|ste)[ .#]+[0-9]+[a-z]?\b)"
    ),
    "zip": rf"(?:^|[^0-9A-Za-z-])[0-9]{{5}}-[0-9]{{4}}(?:$|[^0-9A-Za-z-])|\b(?:{STATES}),? [0-9]{{5}}\b",
    "place": (r"[-+]?[0-9]{1,2}\.[0-9]{3,}°? ?[NS]?[,;/ ] ?[-+]?[0-9]{1,3}\.[0-9]{3,}|[0-9]{1,3}° ?[0-9]{1,2}['′’ ]"),
    "image": (
        r"(?i)\bdata:(?:image|audio|video|application)/|^(?:/9j/|iVBORw0KGgo)[a-z0-9+/]{20,}|[^\s.]\.(?:jpe?g|png|gif|bmp|"
        r"tiff?|heic|webp|dcm|dicom|mp[34]|wav|m4a|mov|avi|pdf|docx?)(?:$|[\s,;)?])"
    ),
    "name": rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? (?:{CAPITAL}\.? )?{CAPITAL}{SMALL}{{2,}}",
    "vehicle": _labelled("vin", "plate", "[a-z0-9-]*[0-9][a-z0-9-]{3,}"),
    "licence": _labelled("dln|npi", "licen[cs]e|dea|passport|certificate", "[a-z]{0,2}-?[0-9]{4,}"),
    "age": (
        r"(?i)\b(?:9[1-9]|1[0-2][0-9])[ -]?(?:years?|yrs?|y)[ -]?(?:/o\b|o\b|old\b)|\baged? (?:9[1-9]|1[0-2][0-9])\b"
    ),
}

HALF = 0.5
NEARLY_ALL = 0.97  # of random nine digits 11 % are no social security number, of random ten 29 % no telephone number
VARIED = 0.5  # distinct numbers for each patient
SSN_DIGITS = 9
LEFT_WHOLE = 0.8  # of social security numbers written as numbers one in ten has lost its zeros in front
FEWEST = 2  # distinct words before a column of plain digits is taken for anything


@dataclass(frozen=True)
class Digits:
    """Words without punctuation of one shape, the share of the column that has to have it, and a check digit.

    varied: without a check digit, patients must not share the numbers, as they share the codes of a terminology.
    """

    pattern: str
    share: float
    passes: Callable[[str], bool] | None = None
    varied: bool = False


DIGITS: dict[str, tuple[Digits, ...]] = {
    "ssn": (Digits(rf"^{AREA}{GROUP}{SERIAL}$", NEARLY_ALL, varied=True),),
    "phone": (Digits(rf"^1?{NANP}{NANP}[0-9]{{4}}$", NEARLY_ALL, varied=True),),
    "vehicle": (Digits(r"^[A-HJ-NPR-Z0-9]{17}$", HALF, is_vehicle_number),),
    "account": (
        Digits(r"^[3-6][0-9]{3}[ -]?[0-9]{4,6}[ -]?[0-9]{4,5}[ -]?[0-9]{0,4}$", HALF, is_card_number),
        Digits(r"^[A-Z]{2}[0-9]{2}[A-Z0-9 ]{11,36}$", HALF, is_iban),
    ),
    "device": (Digits(r"^[0-9]{15}$", HALF, is_imei),),
    "plan": (
        Digits(
            r"^[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]-?"
            r"[AC-HJKMNP-RT-Y]{2}[0-9]{2}$",
            HALF,
        ),
    ),
    "zip": (
        Digits(r"^[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]$|^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$", HALF),
    ),
    "place": (Digits(rf"^[A-Z][A-Za-z .'’-]+, ?(?:{STATES})$|(?i:^[a-z .'’-]+ county$)", HALF),),
}  # fmt: skip


def written_words(column: ColumnWords) -> dict[str, Mask]:
    """By kind, the words that hold an identifier written with its punctuation."""
    if column.is_number or not column.matching(r"[^0-9A-Za-z]").any():
        return {}
    found = {kind: column.matching(pattern) for kind, pattern in WRITTEN.items()}
    return {kind: words for kind, words in found.items() if words.any()}


def digit_words(column: ColumnWords, n_patients: int) -> dict[str, Mask]:
    """By kind, the words of a column that is nearly all made of one kind of number."""
    found: dict[str, Mask] = {}
    for kind, shapes in DIGITS.items():
        for shape in shapes:
            words = _of_shape(column, kind, shape)
            enough = words.any() and column.share(words) >= shape.share and (words & column.used).sum() >= FEWEST
            if enough and (not shape.varied or column.variety(n_patients) >= VARIED):
                found[kind] = found.get(kind, np.zeros_like(words)) | words
    return found


def _of_shape(column: ColumnWords, kind: str, shape: Digits) -> Mask:
    texts = column
    if kind == "ssn" and column.is_number and column.share(column.lengths == SSN_DIGITS) >= LEFT_WHOLE:
        texts = ColumnWords(column.name, compute.utf8_lpad(column.words, SSN_DIGITS, "0"), column.codes)
    words = texts.matching(shape.pattern)
    if shape.passes is None or column.share(words) < shape.share:
        return words
    places = np.flatnonzero(words)
    words[places] = [shape.passes(column.words[int(place)].as_py()) for place in places]
    return words
