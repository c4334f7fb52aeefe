"""Made-up identifiers of every kind, drawn from a seed. None belongs to anyone."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable

import numpy as np

Draw = Callable[[np.random.Generator, int], list[object]]

GIVEN = ("James", "Mary", "Priya", "Robert", "Linda", "Ahmed", "Susan", "Carlos", "Karen", "Wei", "Thomas", "Nancy")
RARE_GIVEN = ("Aldous", "Brunhild", "Cosima", "Dashiell", "Ermintrude", "Fenwick", "Guinevere", "Hyacinth", "Isolde")
SURNAMES = ("Smith", "Okafor", "Nguyen", "Kowalski", "Brown", "Garcia", "Haugland", "Tanaka", "O'Neill", "Fitzgerald")
RARE_SURNAMES = (
    "Quackenbush",
    "Zwingli",
    "Vanderhoof",
    "Throckmorton",
    "Abernathy",
    "Lindqvist",
    "Papadakis",
    "Oyelaran",
)
STREETS = ("Elm", "Oak Hill", "Main", "Sunset", "Lincoln", "N Park", "Old Mill")
CITIES = ("Austin", "Portland", "Chicago", "Boston", "Denver", "Seattle")
SENTENCES = (
    "felt calmer after the second infusion and slept through the night",
    "mother called to say that mood has been worse since the weekend",
    "was anxious before dosing, music helped, wants to talk about work",
    "reports vivid images of the childhood house near the lake again",
)


def _digits(rng: np.random.Generator, n: int, first: str = "123456789") -> str:
    return str(rng.choice(list(first))) + "".join(str(digit) for digit in rng.integers(0, 10, n - 1))


def _luhn(start: str) -> str:
    total = sum(
        (value := int(digit) * (2 - place % 2)) - 9 * (value > 9) for place, digit in enumerate(reversed(start))
    )
    return start + str(-total % 10)


def _day(rng: np.random.Generator) -> datetime.datetime:
    minutes = int(rng.integers(0, 20 * 365 * 1440))
    return datetime.datetime(2004, 1, 1) + datetime.timedelta(minutes=minutes)


def _dates(form: str) -> Draw:
    return lambda rng, n: [_day(rng).strftime(form) for _ in range(n)]


def _each(make: Callable[[np.random.Generator], object]) -> Draw:
    return lambda rng, n: [make(rng) for _ in range(n)]


def _pick(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return str(rng.choice(words))


def _ssn(rng: np.random.Generator, between: str) -> str:
    area = int(rng.choice([*range(1, 666), *range(667, 900)]))
    return between.join((f"{area:03d}", f"{rng.integers(1, 100):02d}", f"{rng.integers(1, 10000):04d}"))


def _phone(rng: np.random.Generator, form: str) -> str:
    area, exchange = _digits(rng, 3, "23456789"), _digits(rng, 3, "23456789")
    return form.format(area, exchange, _digits(rng, 4, "0123456789"))


def _vin(rng: np.random.Generator) -> str:
    known = [*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)]
    values = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", known, strict=True))
    letters = [_pick(rng, tuple(values)) for _ in range(17)]
    letters[0] = "1A"[int(rng.integers(0, 2))]
    total = sum(values[letter] * weight for place, (letter, weight) in enumerate(
        zip(letters, (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2), strict=True)) if place != 8)  # fmt: skip
    return "".join([*letters[:8], "0123456789X"[total % 11], *letters[9:]])


def _iban(rng: np.random.Generator) -> str:
    account = _digits(rng, 18)
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def _mbi(rng: np.random.Generator) -> str:
    letters, digits = tuple("ACDEFGHJKMNPQRTUVWXY"), tuple("0123456789")
    return "".join(_pick(rng, digits[1:] if place == 0 else letters if sign == "A" else digits)
                   for place, sign in enumerate("NAANAANAANN".replace("AAN", "ANN", 1)))  # fmt: skip


# Kind of the gate, how it is written, and how to draw a column of it.
PLANTED: tuple[tuple[str, str, Draw], ...] = (
    ("name", "James Smith", _each(lambda rng: f"{_pick(rng, GIVEN)} {_pick(rng, SURNAMES)}")),
    ("name", "SMITH, JAMES", _each(lambda rng: f"{_pick(rng, SURNAMES)}, {_pick(rng, GIVEN)}".upper())),
    ("name", "Smith, James Q.", _each(lambda rng: f"{_pick(rng, SURNAMES)}, {_pick(rng, GIVEN)} Q.")),
    ("name", "James", _each(lambda rng: _pick(rng, GIVEN))),
    ("name", "james smith", _each(lambda rng: f"{_pick(rng, GIVEN)} {_pick(rng, SURNAMES)}".lower())),
    ("name", "Rare Uncommon", _each(lambda rng: f"{_pick(rng, RARE_GIVEN)} {_pick(rng, RARE_SURNAMES)}")),
    ("name", "Dr. Zwingli", _each(lambda rng: f"Dr. {_pick(rng, RARE_SURNAMES)}")),
    ("record", "1234567", _each(lambda rng: _digits(rng, 7))),
    ("record", "E12345678", _each(lambda rng: "E" + _digits(rng, 8))),
    ("record", "number 1234567", _each(lambda rng: int(_digits(rng, 7)))),
    ("record", "MRN: 1234567", _each(lambda rng: f"see MRN: {_digits(rng, 7)}")),
    ("ssn", "123-45-6789", _each(lambda rng: _ssn(rng, "-"))),
    ("ssn", "123 45 6789", _each(lambda rng: _ssn(rng, " "))),
    ("ssn", "123456789", _each(lambda rng: _ssn(rng, ""))),
    ("ssn", "number 123456789", _each(lambda rng: int(_ssn(rng, "")))),
    ("phone", "(212) 555-0123", _each(lambda rng: _phone(rng, "({}) {}-{}"))),
    ("phone", "212-555-0123", _each(lambda rng: _phone(rng, "{}-{}-{}"))),
    ("phone", "212.555.0123", _each(lambda rng: _phone(rng, "{}.{}.{}"))),
    ("phone", "+1 212 555 0123", _each(lambda rng: _phone(rng, "+1 {} {} {}"))),
    ("phone", "2125550123", _each(lambda rng: _phone(rng, "{}{}{}"))),
    ("phone", "fax 555-0123", _each(lambda rng: f"fax {_digits(rng, 3)}-{_digits(rng, 4)}")),
    ("phone", "+44 20 7946 0123", _each(lambda rng: f"+44 20 {_digits(rng, 4)} {_digits(rng, 4)}")),
    ("email", "jo.smith@mail.example", _each(lambda rng: f"{_pick(rng, SURNAMES)}.{_digits(rng, 3)}@mail.example")),
    ("address", "12 Elm Street", _each(lambda rng: f"{_digits(rng, 3)} {_pick(rng, STREETS)} Street")),
    ("address", "12 ELM AVE APT 3", _each(lambda rng: f"{_digits(rng, 4)} {_pick(rng, STREETS)} Ave Apt 3".upper())),
    ("address", "P.O. Box 123", _each(lambda rng: f"P.O. Box {_digits(rng, 3)}")),
    ("place", "Austin", _each(lambda rng: _pick(rng, CITIES))),
    ("place", "Smallville, TX", _each(lambda rng: f"{_pick(rng, RARE_SURNAMES)}ville, TX")),
    ("place", "Elm County", _each(lambda rng: f"{_pick(rng, STREETS)} County")),
    ("place", "40.7128, -74.0060", _each(lambda rng: f"{rng.uniform(30, 45):.4f}, {rng.uniform(-120, -70):.4f}")),
    ("zip", "78701-1234", _each(lambda rng: f"{_digits(rng, 5)}-{_digits(rng, 4)}")),
    ("zip", "TX 78701", _each(lambda rng: f"TX {_digits(rng, 5)}")),
    ("zip", "K1A 0B1", _each(lambda rng: f"K{rng.integers(10)}A {rng.integers(10)}B{rng.integers(10)}")),
    ("zip", "SW1A 1AA", _each(lambda rng: f"SW{rng.integers(1, 10)} {rng.integers(10)}AA")),
    ("date", "2021-04-05", _dates("%Y-%m-%d")),
    ("date", "04/05/2021", _dates("%m/%d/%Y")),
    ("date", "05.04.2021", _dates("%d.%m.%Y")),
    ("date", "4/5/21", _dates("%m/%d/%y")),
    ("date", "05-04-21", _dates("%d-%m-%y")),
    ("date", "05-Apr-2021", _dates("%d-%b-%Y")),
    ("date", "April 5, 2021", _dates("%B %d, %Y")),
    ("date", "5 April", _dates("%d %B")),
    ("date", "05APR2021", lambda rng, n: [_day(rng).strftime("%d%b%Y").upper() for _ in range(n)]),
    ("date", "2021-04-05T10:30:00Z", _dates("%Y-%m-%dT%H:%M:%SZ")),
    ("date", "20210405T1030", _dates("%Y%m%dT%H%M")),
    ("date", "2021-04-05 10:30", _dates("%Y-%m-%d %H:%M")),
    ("date", "20210405", _dates("%Y%m%d")),
    ("date", "number 20210405", lambda rng, n: [int(_day(rng).strftime("%Y%m%d")) for _ in range(n)]),
    ("date", "20210405103000", _dates("%Y%m%d%H%M%S")),
    ("date", "P-20210405-JS", _dates("P-%Y%m%d-JS")),
    ("date", "number 1617618600", lambda rng, n: [int(_day(rng).timestamp()) + 150_000_000 for _ in range(n)]),
    ("date", "April 2021", _dates("%B %Y")),
    ("date", "2021-04", _dates("%Y-%m")),
    ("date", "04/2021", _dates("%m/%Y")),
    ("date", "2021-Q2", lambda rng, n: [f"{_day(rng).year}-Q{rng.integers(1, 5)}" for _ in range(n)]),
    ("date", "2021-W14", _dates("%G-W%V")),
    ("date", "seen on 4/5/2021 again", _dates("seen on %m/%d/%Y again")),
    ("month", "April", _dates("%B")),
    ("month", "Tuesday", _dates("%A")),
    ("age", "93-year-old", _each(lambda rng: f"{rng.integers(91, 100)}-year-old woman")),
    ("account", "4539148803436467", _each(lambda rng: _luhn("4539" + _digits(rng, 11)))),
    ("account", "DE89370400440532013000", _each(_iban)),
    ("account", "acct 123456", _each(lambda rng: f"paid from acct {_digits(rng, 6)}")),
    ("plan", "1EG4-TE5-MK73", _each(lambda rng: _mbi(rng))),
    ("plan", "member id: 12345", _each(lambda rng: f"member id: {_digits(rng, 6)}")),
    ("licence", "NPI 1234567893", _each(lambda rng: f"NPI {_digits(rng, 10)}")),
    ("licence", "driver's license: D1234567", _each(lambda rng: f"driver's license: D{_digits(rng, 7)}")),
    ("vehicle", "1HGCM82633A004352", _each(_vin)),
    ("device", "00:1A:2B:3C:4D:5E", _each(lambda rng: ":".join(f"{byte:02X}" for byte in rng.integers(0, 256, 6)))),
    ("device", "352099001761481", _each(lambda rng: _luhn("99" + _digits(rng, 12)))),
    ("device", "(01)00844588003288", _each(lambda rng: f"(01)00{_digits(rng, 12)}")),
    ("device", "lot no. A12345", _each(lambda rng: f"lot no. A{_digits(rng, 5)}")),
    ("url", "https://example.org/x", _each(lambda rng: f"https://example.org/{_digits(rng, 4)}")),
    ("url", "www.example.com", _each(lambda rng: f"www.{_pick(rng, RARE_SURNAMES).lower()}.com")),
    ("ip", "192.168.10.21", _each(lambda rng: ".".join(str(part) for part in rng.integers(1, 255, 4)))),
    ("ip", "2001:db8::1f", _each(lambda rng: f"2001:db8::{rng.integers(1, 65535):x}")),
    ("image", "IMG_0123.jpg", _each(lambda rng: f"IMG_{_digits(rng, 4)}.jpg")),
    ("image", "base64 of a photo", _each(lambda rng: "/9j/" + base64.b64encode(rng.bytes(60)).decode())),
    ("text", "a note", _each(lambda rng: f"{_pick(rng, SENTENCES)}, {rng.integers(1, 99)}, {_pick(rng, SENTENCES)}")),
)  # fmt: skip

# One cell of these among harmless ones is enough: kinds whose punctuation makes a coincidence unlikely.
ONE_IS_ENOUGH = (
    "Dr. Zwingli", "MRN: 1234567", "123-45-6789", "(212) 555-0123", "212-555-0123",
    "+44 20 7946 0123", "jo.smith@mail.example", "12 Elm Street", "P.O. Box 123", "78701-1234", "TX 78701",
    "40.7128, -74.0060", "2021-04-05", "04/05/2021", "05.04.2021", "4/5/21", "05-Apr-2021", "April 5, 2021",
    "05APR2021", "2021-04-05T10:30:00Z", "April 2021", "2021-04", "2021-Q2", "seen on 4/5/2021 again", "93-year-old",
    "acct 123456", "member id: 12345", "NPI 1234567893", "00:1A:2B:3C:4D:5E", "https://example.org/x",
    "www.example.com", "192.168.10.21", "2001:db8::1f", "IMG_0123.jpg", "base64 of a photo",
)  # fmt: skip
