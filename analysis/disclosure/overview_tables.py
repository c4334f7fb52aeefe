"""What the overview counts, as tables for the gate: those of every view, and those that other pages show too."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from analysis.outcomes import Denominators, Overview, YearChange
from analysis.outcomes.induction import END_OF_INDUCTION
from analysis.outcomes.response.definitions import RESPONSE
from analysis.outcomes.who import AT_END, EVALUABLE, STARTERS, able, reached, seen

from . import counted_rows
from . import response_names as names
from .counted import CountColumn, CountedTable, Relations, Tables
from .denominators import RELATIONS, SHARED, shared_tables
from .nested_tables import Nested, Rows, nested
from .outcome_rates import rates_table

ATTRITION, CHANGE, RATES, FIRST, YEARS = "attrition", "change", "rates", "first response", "years"
EVENTS, SERIOUS, WITHIN, COST, COVERED = (
    "events in all",
    "serious in all",
    "within in all",
    "cost in all",
    "paid in all",
)
YEAR_COUNTS = {
    "n_starters": STARTERS,
    "n_evaluable": EVALUABLE,
    "n_scored": AT_END,
    "n_able": able(RESPONSE),
    "n_seen": seen(RESPONSE),
    "n_reached": reached(RESPONSE),
}


def overview_counts(result: Overview, n_study: int) -> Nested:
    """Everything an overview counts, and who is among whom."""
    outcomes = list(dict.fromkeys(result.rates["outcome"]))
    nesting = names.rate_nesting(outcomes, [END_OF_INDUCTION])
    own = nested(_lines(result))
    return own.and_also(_tables(result, n_study), names.joined(RELATIONS, Relations(nesting)))


def beside_overview(own: Nested, review: Overview, n_study: int) -> tuple[Nested, list[Collection[str]]]:
    """The tables of a page with those of the overview of the same cohort, and the stages in which they are decided on:
    what the overview shows is known on every page."""
    known = overview_counts(review, n_study)
    return own.and_also(known.tables, known.relations), [SHARED, tuple(known.tables)]


def _lines(result: Overview) -> dict[str, tuple[pd.DataFrame, Rows]]:
    """Safety and care in a line: the rows of everyone on the pages on them."""
    safety, care = result.safety, result.care
    return {
        EVENTS: (safety.events, counted_rows.events("route")),
        SERIOUS: (safety.serious, counted_rows.events("seriousness", of_everyone=True)),
        WITHIN: (care.within, counted_rows.shares(counted_rows.INTEGRATED)),
        COST: (care.cost, counted_rows.charges()),
        COVERED: (care.covered, counted_rows.shares(counted_rows.COVERED)),
    }


def _tables(result: Overview, n_study: int) -> Tables:
    steps = result.attrition["n_patients"].tolist()
    shares = ("share", "ci_low", "ci_high")
    change = pd.DataFrame([vars(result.change)])
    tables = {
        **shared_tables(Denominators(n_study, *steps[:3]), result.routes),
        ATTRITION: CountedTable(result.attrition, (CountColumn("n_patients", named_by="who", values=shares),)),
        # before the change: where the two differ by a few, the number of those scored is given up for the change
        RATES: rates_table(result.rates, result.rates["outcome"].tolist()),
        CHANGE: CountedTable(change, (CountColumn("n_patients", AT_END, means=("mean", "ci_low", "ci_high")),)),
        FIRST: _first(result.first),
    }
    return tables if result.years is None else {**tables, YEARS: _years(result.years)}


def _first(first: pd.DataFrame) -> CountedTable:
    """Both axes count the same patients."""
    median = ("median", "ci_low", "ci_high")
    counts = (
        CountColumn("n_patients", names.timed(RESPONSE), ("route",), means=median),
        CountColumn("n_reached", names.ever_reached(RESPONSE), ("route",), means=median),
    )
    return CountedTable(first, counts)


def _years(change: YearChange) -> CountedTable:
    """Two index years and all others together: groups that do not overlap and are everyone."""
    frame = change.years.assign(group=["year " + year for year in change.years["year"]])
    counts = (
        CountColumn(column, who, ("group",), partition=True, means=("mean",) if who == AT_END else ())
        for column, who in YEAR_COUNTS.items()
    )
    return CountedTable(frame, tuple(counts))
