"""What the page on clinics counts, as tables for the gate: by clinic, and of everyone, as other pages count them."""

from __future__ import annotations

import pandas as pd

from analysis.outcomes.clinics import (
    COMPLETENESS,
    DROP_OUT,
    EVENTS_ASKED,
    EVENTS_MENTIONED,
    RESPONSE,
    Clinics,
)
from analysis.outcomes.safety import SOLICITED, SPONTANEOUS
from analysis.outcomes.who import AT_END, EVALUABLE, FROM_END, STARTERS, reached, seen

from .counted import CountColumn, CountedTable, Relations, Tables
from .counted_rows import ASKED

ALL, LEFT_OUT = "\x00everyone", "\x00in no group"  # no clinic can be called so
NO_CLINIC = (ALL, LEFT_OUT)
EVERYONE = "all"  # the gate's word for all groups
GROUPS, ADJUSTED = "clinics", "adjusted differences"
DIFFERENCE = ("estimate", "std_error", "ci_low", "ci_high", "fixed", "fixed_low", "fixed_high")
IN_MODEL = "in the model of clinics"
DROPPED = "did not complete induction"
USING = "starters at clinics that use the instrument"
_KINDS = {EVENTS_ASKED: SOLICITED, EVENTS_MENTIONED: SPONTANEOUS}
_SHARES = {  # whom a share is of, and who is in it
    RESPONSE: (seen("Response"), reached("Response")),
    DROP_OUT: (STARTERS, DROPPED),
    COMPLETENESS: (USING, AT_END),
}
_VALUES = ("numerator", "denominator", "value", "z", "outside")


def funnel_name(measure: str) -> str:
    return f"funnel of {measure}"


def clinic_word(name: object) -> str:
    """The group of a clinic, as the record of released cohorts calls it."""
    return f"clinic {name}"


def relations() -> Relations:
    """Who is among whom beyond what the overview says."""
    return Relations(
        {DROPPED: (STARTERS,), IN_MODEL: (EVALUABLE, STARTERS), USING: (STARTERS,), AT_END: (FROM_END, USING)}
    )


def clinic_tables(result: Clinics, n_starters: int) -> Tables:
    """Starters, patients of the model, and each measure: a row of everyone, one for each clinic, and one of those in no
    group, so that the groups do not overlap and are everyone."""
    counted = {
        GROUPS: CountedTable(
            _with_whole(result.groups, {"n_patients": n_starters}),
            (CountColumn("n_patients", STARTERS, ("group",), partition=True),),
        ),
        ADJUSTED: CountedTable(
            _with_whole(result.adjusted, {"n_patients": result.n_model}),
            (CountColumn("n_patients", IN_MODEL, ("group",), means=DIFFERENCE, partition=True),),
        ),
    }
    for row in result.measures.to_dict("records"):
        points = result.funnels[result.funnels["measure"] == row["measure"]]
        whole = {name: row[name] for name in ("n_patients", "n_with", "numerator", "denominator")}
        frame = _with_whole(points.drop(columns="measure"), {**whole, "value": row["centre"]})
        counted[funnel_name(row["measure"])] = CountedTable(frame, _columns(row["measure"]))
    return counted


def _with_whole(frame: pd.DataFrame, whole: dict[str, float]) -> pd.DataFrame:
    """The rows of clinics between one of everyone and one of whoever is in no row."""
    counts = [name for name in whole if name in frame and name != "value"]
    rest = {name: whole[name] - frame[name].sum() for name in counts}
    rows = pd.concat(
        [pd.DataFrame([{"clinic": ALL, **whole}]), frame, pd.DataFrame([{"clinic": LEFT_OUT, **rest}])],
        ignore_index=True,
    )[list(frame.columns)]
    group = [EVERYONE if name == ALL else clinic_word(name) for name in rows["clinic"]]
    return rows.assign(group=group).astype(dict.fromkeys(counts, "int64"))


def _columns(measure: str) -> tuple[CountColumn, ...]:
    by, values = ("group",), _VALUES
    if measure in _SHARES:
        whole, part = _SHARES[measure]
    else:
        whole = f"{ASKED}, {_KINDS[measure]}"
        part = f"{whole}, with it"
    columns = [
        CountColumn("n_patients", whole, by, values, partition=True),
        CountColumn("n_with", part, by, values, partition=True),
    ]
    if measure in _KINDS:
        columns.append(CountColumn("numerator", f"{whole}, what they had", by, values, partition=True))
    return tuple(columns)
