"""The one way the engine says no."""

from __future__ import annotations


class ModelRefused(ValueError):
    """A model that cannot be fitted honestly: why, and what to change.

    No number ever comes with it. ``reason`` and ``remedy`` are sentences; ``str`` joins them.
    """

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.reason = reason
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.reason} {self.remedy}"
