"""Who is left at each step, as a flow from everyone who started: what goes on, and what is lost between two steps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from analysis.disclosure import ReleasedOverview, ReleasedTable, of_patients

from .chart import Chart, drawn, heading
from .look import Theme, base_layout, faded
from .numbers import number_text, share_text

_PLOT_PX = 214
_HEAD_PX = 44  # counts and shares stand above the tallest bar
_FOOT_PX = 66
_BAR = 0.2  # half the width of a bar, in steps
_LOSS_REACH = 0.5  # of a step: how far a lost part flows before it ends
_ON = 0.22  # opacity of what goes on
_AXIS_WORDS = {
    "Started treatment": "Started<br>treatment",
    "Has a baseline score": "Has a<br>baseline score",
    "Has a later score (evaluable)": "Has a later<br>score<br>(evaluable)",
    "Assessed at the end of induction or later": "Assessed at<br>end of induction<br>or later",
    "Assessed at three months or later": "Assessed at<br>three months<br>or later",
}
_READ = (
    "Each bar is the patients of this cohort who reach a step; its height is their share of all who started. The grey "
    "flow goes on to the next step, the dotted one is lost before it, with how many above it. A patient counts at a "
    "step who was assessed then or later. Nobody who is lost is known to be well or unwell: what is shown further on "
    "speaks only of those who stay."
)
_MARKED = " A hollow bar is a small number of patients and is left out of everything exported."
_BASELINE, _USUAL = 1, 0.5  # the step of those with a baseline; of the starters, where everybody is asked
Trace = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One step as it may be drawn: its count as text, and its share of starters (None: withheld)."""

    name: str
    count: str
    n: float | None
    share: float | None
    interval: str
    is_small: bool

    @property
    def words(self) -> str:
        return f"{self.name} {self.count} ({share_text(self.share)})"


def attrition_chart(result: ReleasedOverview, theme: Theme) -> Chart:
    """Steps from left to right, each with its count and share; withheld ones leave a gap that says so."""
    steps = _steps(result.attrition)
    subtitle = f"{result.instrument}; share of all starters. Dotted: lost before the next step."
    top = heading("From starting treatment to three months", subtitle, theme)
    head = top.height_px + _HEAD_PX
    layout = base_layout(theme, head + _PLOT_PX + _FOOT_PX, {"l": 8, "r": 8, "t": head, "b": _FOOT_PX})
    layout |= {
        "xaxis": _axis(steps, theme),
        "yaxis": {"range": [0, 1], "visible": False, "fixedrange": True},
        "annotations": [*top.annotations(head, 8), *_counts(steps, theme), *_losses_said(steps, theme)],
    }
    data = [*_flows(steps, theme), _bars(steps, theme)]
    caption = f"{of_patients(result.starters)} started.{_not_of_everyone(result, steps)}"
    return Chart(
        name=f"attrition-{result.instrument}",
        plot=drawn({"data": data, "layout": layout}),
        data=partial(attrition_data, result.attrition),
        caption=caption[0].upper() + caption[1:],
        alt="Patients left at each step: " + "; ".join(step.words for step in steps) + ".",
        how_to_read=_READ + (_MARKED if result.audience.sees_small else ""),
    )


def _not_of_everyone(result: ReleasedOverview, steps: list[Step]) -> str:
    """That an instrument may not be asked of all, where few of the starters have a baseline."""
    share = steps[_BASELINE].share if len(steps) > _BASELINE else None
    if share is None or share >= _USUAL:
        return ""
    return f" Most have no {result.instrument} baseline: it may not be asked of everyone, so this is not all loss."


def attrition_data(steps: ReleasedTable) -> pd.DataFrame:
    """One row per step: step, n_patients as text, share (0 to 1) with its interval."""
    return steps.as_text()[["step", "n_patients", "share", "ci_low", "ci_high"]]


def _steps(table: ReleasedTable) -> list[Step]:
    small = (table.states["n_patients"] == "small").tolist()
    return [
        Step(
            str(row["step"]),
            text,
            None if pd.isna(row["n_patients"]) else float(row["n_patients"]),
            None if pd.isna(row["share"]) else float(row["share"]),
            f"{share_text(row['ci_low'])} to {share_text(row['ci_high'])}",
            few,
        )
        for row, text, few in zip(table.frame.to_dict("records"), table.texts("n_patients"), small, strict=True)
    ]


def _axis(steps: list[Step], theme: Theme) -> dict[str, Any]:
    return {
        "range": [-0.45, len(steps) - 0.55],
        "tickvals": list(range(len(steps))),
        "ticktext": [_AXIS_WORDS.get(step.name, step.name) for step in steps],
        "tickfont": {"size": 12, "color": theme.secondary},
        "tickangle": 0,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }


def _bars(steps: list[Step], theme: Theme) -> Trace:
    return {
        "type": "bar",
        "x": list(range(len(steps))),
        "y": [step.share or 0.0 for step in steps],
        "width": 2 * _BAR,
        "marker": {
            "color": [theme.paper if step.is_small else theme.everyone for step in steps],
            "line": {"color": theme.everyone, "width": [1.5 if step.is_small else 0 for step in steps]},
        },
        "text": [f"{step.words}, 95% interval {step.interval}" for step in steps],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _flows(steps: list[Step], theme: Theme) -> list[Trace]:
    """What goes on between two steps whose shares are known, and what is lost, curving away."""
    traces = []
    for place in range(len(steps) - 1):
        before, after = steps[place].share, steps[place + 1].share
        if before is None or after is None:
            continue
        left, right = place + _BAR, place + 1 - _BAR
        traces.append(_area([left, right, right, left], [0, 0, after, after], faded(theme.everyone, _ON)))
        if before > after:
            end = left + (right - left) * _LOSS_REACH
            traces.append(_area([left, end, left], [after, before, before], theme.paper, theme.muted))
    return traces


def _area(x: list[float], y: list[float], colour: str, edge: str = "") -> Trace:
    """A filled shape; with an edge it is dashed round."""
    return {
        "type": "scatter", "mode": "lines", "x": [*x, x[0]], "y": [*y, y[0]], "fill": "toself", "fillcolor": colour,
        "line": {"width": 1.2, "color": edge, "dash": "dot"} if edge else {"width": 0}, "hoverinfo": "skip",
    }  # fmt: skip


def _counts(steps: list[Step], theme: Theme) -> list[dict[str, Any]]:
    """Above each bar its count, and its share."""
    return [
        {
            "text": f"<b>{step.count}</b><br>{share_text(step.share)}",
            "x": place,
            "y": step.share or 0.0,
            "yanchor": "bottom",
            "yshift": 2,
            "showarrow": False,
            "font": {"size": 12.5, "color": theme.ink},
        }
        for place, step in enumerate(steps)
    ]


def _losses_said(steps: list[Step], theme: Theme) -> list[dict[str, Any]]:
    """How many are lost between two steps, where both counts are known."""
    said = []
    for place in range(len(steps) - 1):
        before, after = steps[place], steps[place + 1]
        if before.n is None or after.n is None or before.share is None or before.n == after.n:
            continue
        said.append(
            {
                "text": number_text(after.n - before.n, 0),
                "x": place + _BAR,
                "xanchor": "left",
                "y": before.share,
                "yanchor": "bottom",
                "xshift": 3,
                "showarrow": False,
                "font": {"size": 12, "color": theme.secondary},
            }
        )
    return said
