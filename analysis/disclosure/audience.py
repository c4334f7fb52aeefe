"""Who is looking, and what they may have: the holder of the files, or somebody who must not see more than a release."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from .cells import MIN_CELL

Kind = Literal["holder", "viewer"]
Right = Literal["aggregate", "individual", "export figure", "export table"]
RIGHTS: tuple[Right, ...] = ("aggregate", "individual", "export figure", "export table")


@dataclass(frozen=True)
class Audience:
    """Who something is made for. ``sees_small``: small counts are marked, not withheld.

    The holder has the files anyway and sees every number on screen, small cells marked. A viewer, a file and a
    report never hold more than a release does.
    """

    kind: Kind
    sees_small: bool
    min_cell: int = MIN_CELL
    rights: frozenset[Right] = field(default_factory=lambda: frozenset(RIGHTS))

    def may(self, right: Right) -> bool:
        return right in self.rights

    def outside(self) -> Audience:
        """The same person taking something away: what is exported is withheld even from the holder."""
        return replace(self, sees_small=False)

    def everything(self) -> Audience:
        """One export with small cells in it, by the holder's own decision; the caller writes the reason to the audit.

        Raises PermissionError for a viewer.
        """
        if self.kind != "holder":
            raise PermissionError("Only the holder of the files may export small cells.")
        return replace(self, sees_small=True)


def holder(min_cell: int = MIN_CELL) -> Audience:
    """The person who started the dashboard on their own machine."""
    return Audience("holder", True, min_cell)


def viewer(min_cell: int = MIN_CELL, rights: frozenset[Right] = frozenset({"aggregate"})) -> Audience:
    """Somebody signed in, or the reader of a report."""
    return Audience("viewer", False, min_cell, rights)
