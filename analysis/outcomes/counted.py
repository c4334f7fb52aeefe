"""A sentence that knows the counts it rests on, so that whoever shows it can withhold what is about too few."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Counted:
    """text, the patients or events counted in it, and what to say instead when one of them is too small to show."""

    text: str
    counts: tuple[int, ...] = ()
    otherwise: str = "Withheld: it rests on a small count."
