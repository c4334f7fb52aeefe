"""Assessment windows: the day aimed at and the days that count for it, both ends included."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Window:
    """One follow-up window in days since the first session; windows do not overlap."""

    name: str
    target_day: float
    first_day: float
    last_day: float


WINDOWS: tuple[Window, ...] = (
    Window("day 1", 1, 0.5, 2),
    Window("day 7", 7, 4, 10),
    Window("day 14", 14, 11, 17),
    Window("day 28", 28, 21, 35),
    Window("day 60", 60, 46, 74),
    Window("day 90", 90, 75, 105),
    Window("day 180", 180, 150, 210),
)
