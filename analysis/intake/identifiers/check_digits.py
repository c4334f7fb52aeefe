"""Numbers that carry a check digit: cards and telephones (Luhn), bank accounts (ISO 13616), vehicles (ISO 3779)."""

from __future__ import annotations

_VEHICLE_VALUES = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    **{"P": 7, "R": 9},
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_VEHICLE_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def _passes_luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def is_card_number(text: str) -> bool:
    """Whether 13 to 19 digits (spaces and dashes do not count) pass the check of payment cards."""
    digits = text.replace(" ", "").replace("-", "")
    return digits.isdigit() and 13 <= len(digits) <= 19 and _passes_luhn(digits)


def is_imei(text: str) -> bool:
    """Whether 15 digits pass the check of mobile devices."""
    return text.isdigit() and len(text) == 15 and _passes_luhn(text)


def is_iban(text: str) -> bool:
    """Whether a text is an international bank account number: the remainder by 97 is 1."""
    plain = text.replace(" ", "")
    turned = plain[4:] + plain[:4]
    return plain.isalnum() and int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def is_vehicle_number(text: str) -> bool:
    """Whether 17 letters and digits carry the check digit of a vehicle (North America), and are not digits alone."""
    if text.isdigit() or len(text) != 17 or any(letter not in _VEHICLE_VALUES for letter in text):
        return False
    total = sum(_VEHICLE_VALUES[letter] * weight for letter, weight in zip(text, _VEHICLE_WEIGHTS, strict=True))
    return text[8] == "0123456789X"[total % 11]
