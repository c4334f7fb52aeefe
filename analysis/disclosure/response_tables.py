"""What the page on response counts, as tables for the gate."""

from __future__ import annotations

import pandas as pd

from analysis.outcomes.durability import AfterTreatment, Durability, TimeToOutcome
from analysis.outcomes.induction import END_OF_INDUCTION
from analysis.outcomes.response import WINDOW_NAMES, Response
from analysis.outcomes.who import seen

from . import response_names as names
from .counted import CountColumn, CountedTable, Relations, Tables
from .outcome_rates import rates_table

ALL = "all"
RATES, BINS, RAPID, AFTER = "outcomes", "percent change", "first days", "after response"
IN_SHORT = ("Response", "Remission")  # the outcomes that whoever sees no small cells has by route and by window
TIMED, AT_RISK = "followed for", "without it"
SPOTS = {"days": (28.0, 84.0), "sessions": (3.0, 6.0)}  # where everybody is told how many are still followed
AFTER_SPOTS = (0.0, 28.0, 56.0)  # the published time points
RESPONSE_AT_HALF = 0.5  # the first two groups of percent change are then the responders


def _one(count: int, what: str, printed: bool = True) -> CountedTable:
    return CountedTable(pd.DataFrame({"n_patients": [count]}), (CountColumn("n_patients", what, printed=printed),))


def outcome_name(result: Response | Durability, outcome: str) -> str:
    """The name that an outcome is counted under: by another rule than the usual one it is another outcome."""
    rule = result.remission
    if outcome != "Remission" or rule is None or rule == result.instrument.remission_default:
        return outcome
    return f"Remission ({rule.label})"


def response_tables(result: Response, every_group: bool) -> Tables:
    """Rates by window, outcome and route; percent change in groups; the first days. Not every_group: routes at the end
    of induction only, because who was scored in which window could else be worked out from window to window."""
    return {RATES: _rates(result, every_group), BINS: _bins(result), RAPID: _rapid(result)}


def shown_rates(result: Response, every_group: bool) -> pd.DataFrame:
    rates = result.rates
    if every_group:
        return rates
    at_end, whole = rates["window"] == END_OF_INDUCTION, rates["route"] == ALL
    kept = (at_end & (whole | rates["outcome"].isin(IN_SHORT))) | (whole & rates["outcome"].isin(IN_SHORT))
    return rates[kept].reset_index(drop=True)


def _rates(result: Response, every_group: bool) -> CountedTable:
    frame = shown_rates(result, every_group)
    return rates_table(frame, [outcome_name(result, one) for one in frame["outcome"]])


def _bins(result: Response) -> CountedTable:
    frame = result.bins.assign(who=[f"percent change: {name}" for name in result.bins["bin"]])
    return CountedTable(frame, (CountColumn("n_patients", named_by="who"),))


def _rapid(result: Response) -> CountedTable:
    frame = result.rapid
    frame = frame.assign(
        of=[names.early(time) for time in frame["time"]],
        of_able=[names.early_able(time) for time in frame["time"]],
        of_reached=[names.early_reached(time) for time in frame["time"]],
        of_again=[f"{names.early(time)}, after a second session" for time in frame["time"]],
    )
    shares = ("share", "share_low", "share_high")
    return CountedTable(
        frame,
        (
            CountColumn("n_patients", named_by="of", means=("mean", "ci_low", "ci_high")),
            CountColumn("n_able", named_by="of_able", values=shares),
            CountColumn("n_reached", named_by="of_reached", values=shares),
            CountColumn("n_again", named_by="of_again"),
        ),
    )


def response_relations(result: Response) -> Relations:
    outcomes = [outcome_name(result, one) for one in dict.fromkeys(result.rates["outcome"])]
    times = result.rapid["time"].tolist()
    nesting = names.rate_nesting(outcomes, WINDOW_NAMES) | names.early_nesting(times)
    nesting |= {f"{names.early(time)}, after a second session": (names.early(time),) for time in times}
    bins = tuple(f"percent change: {name}" for name in result.bins["bin"])
    scored = names.at(seen("Response"), END_OF_INDUCTION)
    parts = {scored: bins}
    if result.cutoffs.response == RESPONSE_AT_HALF:
        parts[names.RESPONDERS] = bins[:2]
    return Relations(nesting, parts)


def time_table_names(outcome: str) -> tuple[str, str]:
    return f"{TIMED} {outcome}", f"{AT_RISK} {outcome}"


def durability_tables(result: Durability) -> Tables:
    """How many are followed for each outcome and reach it, how many are left at few points, and what became of
    responders."""
    tables: dict[str, CountedTable] = {}
    for time in result.times:
        timed, at_risk = time_table_names(time.outcome)
        tables[timed] = _timed(result, time)
        tables[at_risk] = _at_risk(result, time)
    if result.after is not None:
        tables[AFTER] = _after(result.after)
        tables["left at points"] = _after_at_risk(result.after)
    return tables


def _timed(result: Durability, time: TimeToOutcome) -> CountedTable:
    """One row per axis and route; both axes count the same patients."""
    name = outcome_name(result, time.outcome)
    counts = (
        CountColumn("n_patients", names.timed(name), ("route",), partition=True),
        CountColumn(
            "n_reached", names.ever_reached(name), ("route",), means=("median", "ci_low", "ci_high"), partition=True
        ),
    )
    return CountedTable(time.medians, counts)


def _at_risk(result: Durability, time: TimeToOutcome) -> CountedTable:
    curves = time.curves
    chosen = pd.Series(False, index=curves.index)
    for axis, spots in SPOTS.items():
        chosen |= (curves["axis"] == axis) & curves["x"].isin(spots)
    frame = curves.loc[chosen, ["axis", "route", "x", "n_at_risk"]].reset_index(drop=True)
    name = outcome_name(result, time.outcome)
    who = [names.not_yet(name, axis, x) for axis, x in zip(frame["axis"], frame["x"], strict=True)]
    frame = frame.assign(who=pd.Series(who, index=frame.index, dtype="str"))
    return CountedTable(frame, (CountColumn("n_at_risk", named_by="who", by=("route",), partition=True),))


def _after(after: AfterTreatment) -> CountedTable:
    left = after.n_followed - after.n_relapsed - after.n_boosted
    rows = [
        (names.RESPONDERS, after.n_responders), (names.FOLLOWED, after.n_followed), (names.RELAPSED, after.n_relapsed),
        (names.BOOSTED, after.n_boosted), (names.LEFT, left),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["who", "n_patients"])
    return CountedTable(frame, (CountColumn("n_patients", named_by="who"),))


def after_name(day: float) -> str:
    return f"responders followed to day {day:g}, neither relapse nor booster"


def _after_at_risk(after: AfterTreatment) -> CountedTable:
    frame = after.incidence.loc[after.incidence["day"].isin(AFTER_SPOTS[1:]), ["day", "n_at_risk"]]
    frame = frame.assign(who=[after_name(day) for day in frame["day"]]).reset_index(drop=True)
    return CountedTable(frame, (CountColumn("n_at_risk", named_by="who"),))


def durability_relations(result: Durability) -> Relations:
    nesting = dict(names.AFTER_NESTING)
    for time in result.times:
        name = outcome_name(result, time.outcome)
        for axis, spots in SPOTS.items():
            before = names.timed(name)
            for x in spots:
                nesting[names.not_yet(name, axis, x)] = (before,)
                before = names.not_yet(name, axis, x)
    before = names.FOLLOWED
    for day in AFTER_SPOTS[1:]:
        nesting[after_name(day)] = (before,)
        before = after_name(day)
    return Relations(nesting, names.AFTER_PARTS)
