"""What a figure is when every number in it would show too few patients: its title, and why nothing is under it."""

from __future__ import annotations

import pandas as pd

from .chart import Chart, drawn, heading
from .look import Theme, base_layout

WHY = "Every number of this figure would show fewer than {few} patients, so none is given."


def withheld_chart(name: str, title: str, few: int, theme: Theme) -> Chart:
    """The figure as it leaves the page when nothing of it may."""
    why = WHY.format(few=few)
    top = heading(title, why, theme)
    layout = base_layout(theme, top.height_px + 20, {"l": 10, "r": 10, "t": top.height_px + 10, "b": 10})
    hidden = {"visible": False, "fixedrange": True}
    plot = drawn(
        {"data": [], "layout": layout | {"xaxis": hidden, "yaxis": hidden,
                                         "annotations": top.annotations(top.height_px + 10, 10)}}
    )  # fmt: skip
    return Chart(name, plot, lambda: pd.DataFrame({"withheld": [why]}), why, f"{title}: {why}", why)
