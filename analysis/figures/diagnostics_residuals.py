"""Mean residuals along the fitted values or along a column such as the number of sessions."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure import MIN_CELL, withhold_small

from .chart import Chart, drawn, heading
from .diagnostics_axes import axis, level_line, one_panel_layout
from .frames import rows
from .look import Theme, faded
from .numbers import estimate_text, interval_text

FloatArray = npt.NDArray[np.float64]

_AXES = {"fitted_population": "Fitted value, population", "fitted_patient": "Fitted value, patient's own line"}
_KINDS = {
    "marginal": "Marginal residual, outcome units",
    "standardised": "Standardised residual, SD",
    "conditional": "Conditional residual, outcome units",
    "conditional_scaled": "Conditional residual, SD",
}
_READ_TREND = (
    "Each marker is the mean residual of the rows in one bin, with its 95% interval; pale dots, where drawn, are "
    "single rows. A right model leaves means around zero everywhere: a bend says that the shape over this axis is "
    "wrong, a spread that grows says that the residual variance is not constant. Of twenty bins about one interval "
    "misses zero by chance. Bins about fewer than 11 patients are not drawn."
)


def residual_chart(
    trend: pd.DataFrame, theme: Theme, x_title: str = "", rows_drawn: tuple[FloatArray, FloatArray] | None = None
) -> Chart:
    """Mean residuals of ``residual_trend`` by bin, over single rows where ``rows_drawn`` (x, residual) is given.

    Raises ValueError when no bin is about at least 11 patients.
    """
    shown = trend[trend["n_patients"] >= MIN_CELL]
    if shown.empty:
        raise ValueError("no bin holds enough patients to draw")
    against, kind = str(trend.attrs["against"]), str(trend.attrs["kind"])
    x_title = x_title or _AXES.get(against, against)
    off = int(((shown["ci_low"] > 0) | (shown["ci_high"] < 0)).sum())
    title = _trend_title(off, len(shown))
    n_rows = f"{int(trend['n_rows'].sum()):,} rows"
    along = f"Along: {x_title[0].lower() + x_title[1:]}; {n_rows}, 95% intervals."
    top = heading(title, along, theme)
    cloud = [] if rows_drawn is None else [_cloud(*rows_drawn, theme)]
    y = [shown["ci_low"].min(), shown["ci_high"].max(), 0.0]
    y += [] if rows_drawn is None else [np.nanmin(rows_drawn[1]), np.nanmax(rows_drawn[1])]
    x_axis = axis(theme, x_title, *_reach(shown, rows_drawn))
    y_axis = axis(theme, _KINDS[kind], float(np.nanmin(y)), float(np.nanmax(y)), grid=True)
    layout = one_panel_layout(top, x_axis, y_axis, shapes=[level_line(0.0, theme.ink, "solid")])
    return Chart(
        name=f"residuals-{against}",
        plot=drawn({"data": [*cloud, _means(shown, theme)], "layout": layout}),
        data=partial(
            withhold_small, trend, "n_patients", ["x_low", "x_high", "x_mean", "mean", "sd", "ci_low", "ci_high"]
        ),
        caption=f"{n_rows} in {len(shown)} bins.",
        alt=f"{title}. {along} Bin means from {interval_text(shown['mean'].min(), shown['mean'].max(), 2)}.",
        how_to_read=_READ_TREND,
        is_individual=rows_drawn is not None,
    )


def _trend_title(off: int, bins: int) -> str:
    if off:
        return f"Mean residuals are clear of zero in {off} of {bins} bins"
    return f"Mean residuals are not clear of zero in any of {bins} bins"


def _reach(shown: pd.DataFrame, rows_drawn: tuple[FloatArray, FloatArray] | None) -> tuple[float, float]:
    x = shown["x_mean"] if rows_drawn is None else pd.Series(rows_drawn[0])
    return float(x.min()), float(x.max())


def _cloud(x: FloatArray, residual: FloatArray, theme: Theme) -> dict[str, Any]:
    """Single rows, too pale and too many to read one by one, without hover."""
    marker = {"symbol": "circle", "size": 4, "color": faded(theme.secondary, 0.28)}
    return {"type": "scattergl", "x": x, "y": residual, "mode": "markers", "marker": marker, "hoverinfo": "skip"}


def _means(shown: pd.DataFrame, theme: Theme) -> dict[str, Any]:
    texts = [
        f"mean {estimate_text(row.mean, row.ci_low, row.ci_high, 2)}"
        f"<br>{row.n_rows:,} rows of {row.n_patients:,} patients"
        for row in rows(shown)
    ]
    bars = {"type": "data", "array": shown["ci_high"] - shown["mean"], "thickness": 1.6, "width": 4}
    return {
        "type": "scatter",
        "x": shown["x_mean"],
        "y": shown["mean"],
        "text": texts,
        "mode": "lines+markers",
        "line": {"color": theme.accent, "width": 2},
        "marker": {"symbol": "circle", "size": 8, "color": theme.accent, "line": {"width": 1.5, "color": theme.paper}},
        "error_y": bars | {"color": theme.accent},
        "hovertemplate": "%{text}<extra></extra>",
    }
