"""Payers by the routes their patients started on, as an audience may have it."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from .audience import Audience
from .cells import is_small
from .gate import WITHHELD, ReleasedTable
from .ranges import Sum
from .suppression import CountSystem, withhold


def released_access(access: pd.DataFrame, audience: Audience, closed: Collection[str]) -> ReleasedTable:
    """Payers by routes: a table with both its margins known, in which no small cell may be worked out. closed are
    routes and payers ("payer VA") of which nothing may be shown."""
    small = [is_small(n, audience.min_cell) for n in access["n_patients"]]
    if audience.sees_small:
        states = ["small" if one else "shown" for one in small]
        return ReleasedTable(access, pd.DataFrame({"n_patients": states}, index=access.index), audience.min_cell)
    hidden = withhold(_margins(access), audience.min_cell)
    cells = list(zip(access["payer"], access["route"], strict=True))
    states = [
        WITHHELD if cell in hidden.complementary or cell[1] in closed or f"payer {cell[0]}" in closed
        else f"<{audience.min_cell}" if cell in hidden.small else "shown"
        for cell in cells
    ]  # fmt: skip
    gone = pd.Series([state != "shown" for state in states], index=access.index, dtype=bool)
    gone |= access["n_starters"].between(1, audience.min_cell - 1)
    frame = access.drop(columns="n_starters")
    frame = frame.assign(n_patients=frame["n_patients"].astype(float).mask(gone), share=frame["share"].mask(gone))
    words = pd.Series(states, index=access.index).where(
        ~gone | pd.Series(states, index=access.index).ne("shown"), WITHHELD
    )
    return ReleasedTable(frame, pd.DataFrame({"n_patients": words}), audience.min_cell)


def _margins(access: pd.DataFrame) -> CountSystem:
    """The cells, and all of each payer and of each route, which make up everyone: other tables give those."""
    everyone = ("all", "all", "all of them")
    counts: dict[object, int] = {everyone: int(access["n_patients"].sum())}
    sums = []
    for column in ("payer", "route"):
        wholes = tuple((column, name, "all of them") for name in dict.fromkeys(access[column]))
        sums.append(Sum(everyone, wholes))
        for name, rows in access.groupby(column, sort=False):
            whole = (column, name, "all of them")
            members = tuple(zip(rows["payer"], rows["route"], strict=True))
            counts |= dict(zip(members, (int(n) for n in rows["n_patients"]), strict=True))
            counts[whole] = int(rows["n_patients"].sum())
            sums.append(Sum(whole, members))
    margins = frozenset(key for key in counts if len(key) == 3)  # type: ignore[arg-type]
    return CountSystem(counts, tuple(sums), fixed=margins)
