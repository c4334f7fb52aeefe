"""One result for two purposes: what is on the screen, and what may be taken away from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from .audience import Audience

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Shown(Generic[T]):
    """A released result on the screen of whoever looks, and the same as it may leave, made when first asked for."""

    screen: T
    make_outside: Callable[[], T]

    @cached_property
    def outside(self) -> T:
        return self.make_outside()


def shown(release: Callable[[Audience], T], audience: Audience) -> Shown[T]:
    """Release for a screen, and for what leaves it. Whoever sees no small cells takes away what they see."""
    screen = release(audience)
    if not audience.sees_small:
        return Shown(screen, lambda: screen)
    return Shown(screen, lambda: release(audience.outside()))
