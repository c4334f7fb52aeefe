"""Codes of public vocabularies that records carry, as data: only those that a source was read for.

LOINC totals come from the instruments and SNOMED CT routes from the routes, where each is declared; this module
turns them round and adds the PHQ-9 panel, its item 9 and its answers (LOINC LL358-3), and the answers of the
Columbia scale (LL5434-7, of which the ends were read; the three between follow in sequence, their check digits by
the rule that the ends obey). Medications have no code here: none was verified, so which codes are ketamine is a
setting of the mapping.
"""

from __future__ import annotations

import re

from .instruments import INSTRUMENTS
from .routes import ROUTES

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SYSTEMS = {"loinc": LOINC, "snomed": SNOMED, "rxnorm": RXNORM}  # short names, as a mapping writes them
SYSTEM_TITLES = {LOINC: "LOINC", SNOMED: "SNOMED CT", RXNORM: "RxNorm"}

INSTRUMENT_OF_LOINC = {item.loinc: item.name for item in INSTRUMENTS.values() if item.loinc is not None}
ROUTE_OF_SNOMED = {route.snomed: route.code for route in ROUTES.values() if route.snomed is not None}

PHQ9_PANEL = "44249-1"
PHQ9_ITEM_9 = "44260-8"
PHQ9_ANSWERS = {"LA6568-5": 0, "LA6569-3": 1, "LA6570-1": 2, "LA6571-9": 3}
CSSRS_ANSWERS = {"LA30370-3": 1, "LA30371-1": 2, "LA30372-9": 3, "LA30373-7": 4, "LA30374-5": 5}
PCL_C_TOTAL = "70221-7"  # the list for DSM-IV, 17 items: often taken for PCL-5, which it is not
CSSRS_LIFETIME = "93294-7"  # worst ever: does not change with treatment, so it is no score at a time

# OMOP's standard concepts of sex, the same in every release of its vocabularies.
SEX_OF_CONCEPT = {"8507": "male", "8532": "female"}

_LOINC_CODE = re.compile(r"[0-9]{1,6}-[0-9]")
_SNOMED_CODE = re.compile(r"[1-9][0-9]{3,15}[01][0-2][0-9]")
_RXNORM_CODE = re.compile(r"[1-9][0-9]{1,6}")

# Verhoeff's check (1969), which SNOMED CT identifiers end with: multiplication in the dihedral group of order 10.
_FLIPS = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def shown_code(system: str, code: str) -> str | None:
    """A code as it may stand in a sentence, "LOINC 44261-6"; None when it could be anything but a public code.

    A code is shown only when it has the form of its vocabulary and, for LOINC and SNOMED CT, the right check
    digit: a record number put in its place does not pass.
    """
    passes = {LOINC: _is_loinc, SNOMED: _is_snomed, RXNORM: _is_rxnorm}
    return f"{SYSTEM_TITLES[system]} {code}" if system in passes and passes[system](code) else None


def _is_rxnorm(code: str) -> bool:
    return _RXNORM_CODE.fullmatch(code) is not None


def _is_loinc(code: str) -> bool:
    if not _LOINC_CODE.fullmatch(code):
        return False
    number, check = code.split("-")
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(number))]
    return (sum(value - 9 * (value > 9) for value in doubled) + int(check)) % 10 == 0


def _is_snomed(code: str) -> bool:
    if not _SNOMED_CODE.fullmatch(code):
        return False
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = _dihedral(check, int(_FLIPS[place % 8][int(digit)]))
    return check == 0


def _dihedral(first: int, second: int) -> int:
    if first < 5:
        return (first + second) % 5 + 5 * (second >= 5)
    return (first - second) % 5 + 5 * (second < 5)
