"""Patients drawn without their names: conditional modes, and what each does to the estimates."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure import withhold_small

from .chart import Chart, drawn, heading
from .diagnostics_axes import axis, band, level_line, line_name, one_panel_layout
from .look import Theme, faded
from .numbers import number_text

_FEW = 120  # patients whose intervals can be drawn one by one in half a page
_BANDS = 8  # of a histogram in the table, so that most hold 11 patients
_READ_MODES = (
    "Patients from the lowest to the highest conditional mode: how far each is estimated to depart from the "
    "population, with a 95% interval that takes the fixed effects as known. Estimates are drawn towards zero, more so "
    "for patients with few rows, so their spread understates how patients differ. A single patient far from the rest, "
    "or a step between two groups, is worth a look."
)
_READ_INFLUENCE = (
    "Each mark is one patient: how much that patient's rows could weigh in the estimates (leverage) against how far "
    "the estimates move when the patient is left out (Cook's distance, in units of the estimates' own uncertainty). "
    "Diamonds are above 4 over the number of patients, a customary line for a second look, not a reason to leave "
    "anybody out. Variance parameters are held as fitted."
)


def modes_chart(distribution: pd.DataFrame, term: str, theme: Theme) -> Chart:
    """The caterpillar of one random term from ``random_effect_distribution``: no patient is named, none on hover.

    Raises ValueError for a term without rows.
    """
    chosen = distribution[distribution["term"] == term].sort_values("rank")
    if chosen.empty:
        raise ValueError(f"no conditional modes of {term}")
    clear = int(((chosen["ci_low"] > 0) | (chosen["ci_high"] < 0)).sum())
    n = len(chosen)
    title = f"Random {term}: {clear:,} of {n:,} patients depart clearly from the population"
    spread = f"SD of the modes {number_text(chosen['mode'].std(), 2)}; 95% intervals given the fixed effects."
    top = heading(title, spread, theme)
    y_axis = axis(
        theme, f"Conditional mode of {term}", float(chosen["ci_low"].min()), float(chosen["ci_high"].max()), True
    )
    x_axis = axis(theme, "Patients, from the lowest to the highest", 1.0, float(n))
    layout = one_panel_layout(top, x_axis, y_axis, shapes=[level_line(0.0, theme.ink, "solid")])
    traces = [_whiskers(chosen, theme)] if n <= _FEW else _ribbon(chosen, theme)
    return Chart(
        name=f"modes-{term}".lower(),
        plot=drawn({"data": traces, "layout": layout}),
        data=partial(_histogram, chosen["mode"], "mode"),
        caption=f"{n:,} patients.",
        alt=f"{title}. Lowest {number_text(chosen['mode'].min(), 2)}, highest {number_text(chosen['mode'].max(), 2)}.",
        how_to_read=_READ_MODES,
        is_individual=True,
    )


def _whiskers(chosen: pd.DataFrame, theme: Theme) -> dict[str, Any]:
    bars = {"type": "data", "array": chosen["ci_high"] - chosen["mode"], "thickness": 1.2, "width": 0}
    return {
        "type": "scatter",
        "x": chosen["rank"],
        "y": chosen["mode"],
        "mode": "markers",
        "marker": {"symbol": "circle", "size": 5, "color": theme.accent},
        "error_y": bars | {"color": faded(theme.accent, 0.55)},
        "hovertemplate": "mode %{y:.2f}<extra></extra>",
    }


def _ribbon(chosen: pd.DataFrame, theme: Theme) -> list[dict[str, Any]]:
    x, low, high = (chosen[name].to_numpy(dtype=float) for name in ("rank", "ci_low", "ci_high"))
    line = {"type": "scatter", "x": x, "y": chosen["mode"], "mode": "lines", "hoverinfo": "skip"}
    return [band(x, low, high, faded(theme.accent, 0.22)), line | {"line": {"color": theme.accent, "width": 2}}]


def influence_chart(patients: pd.DataFrame, theme: Theme) -> Chart:
    """Cook's distance against leverage, from ``influence(fit).patients``: no patient is named, none on hover.

    Raises ValueError when no patient has a distance.
    """
    known = patients.dropna(subset=["cooks_distance"])
    if known.empty:
        raise ValueError("no patient has an influence to draw")
    n, limit = len(patients), 4.0 / len(patients)
    above = known["cooks_distance"] > limit
    most = float(known["cooks_distance"].max())
    title = f"Leaving out one patient moves the estimates by a Cook's distance of at most {number_text(most, 3)}"
    subtitle = f"{n:,} patients, {int(above.sum()):,} of them above 4 over their number ({number_text(limit, 3)})."
    top = heading(title, subtitle, theme)
    x_axis = axis(theme, "Leverage of the patient, in coefficients", 0.0, float(known["leverage"].max()))
    y_axis = axis(theme, "Cook's distance", 0.0, max(most, 1.25 * limit), True)
    words = [line_name("4 / patients", limit, theme)]
    layout = one_panel_layout(top, x_axis, y_axis, words, [level_line(limit, theme.muted, "dot")])
    lost = n - len(known)
    without = f" {lost} without whom a term has no estimate are not drawn." if lost else ""
    return Chart(
        name="influence",
        plot=drawn({"data": _patients(known, above, theme), "layout": layout}),
        data=partial(_histogram, known["cooks_distance"], "cooks_distance"),
        caption=f"{n:,} patients.{without}",
        alt=f"{title}. {subtitle}{without}",
        how_to_read=_READ_INFLUENCE,
        is_individual=True,
    )


def _patients(known: pd.DataFrame, above: pd.Series, theme: Theme) -> list[dict[str, Any]]:
    looks = (
        (~above, {"symbol": "circle-open", "size": 6, "color": theme.secondary}),
        (above, {"symbol": "diamond", "size": 8, "color": theme.accent}),
    )
    return [
        {
            "type": "scatter",
            "x": known.loc[chosen, "leverage"],
            "y": known.loc[chosen, "cooks_distance"],
            "mode": "markers",
            "marker": marker,
            "hovertemplate": "leverage %{x:.3f}, Cook's distance %{y:.3f}<extra></extra>",
        }
        for chosen, marker in looks
    ]


def _histogram(values: pd.Series, name: str) -> pd.DataFrame:
    """Patients by bands of a value, small bands withheld: the table that may leave instead of one row a patient."""
    counts, edges = np.histogram(values.to_numpy(dtype=float), bins=_BANDS)
    table = pd.DataFrame({f"{name}_from": edges[:-1], f"{name}_to": edges[1:], "n_patients": counts})
    return withhold_small(table, "n_patients")
