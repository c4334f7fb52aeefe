"""Every outcome at the end of induction under three rules, and response and remission by route."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from analysis.disclosure.gate import SEEN, SMALL
from analysis.disclosure.response_page import ReleasedResponse
from analysis.outcomes.induction import END_OF_INDUCTION
from analysis.outcomes.response import LAST_SCORE, NON_RESPONSE, OBSERVED, RULES
from analysis.outcomes.response.three_rules import NUMBERS
from analysis.vocabulary import route_label

from .chart import Chart, drawn, heading
from .frames import routes_in_order
from .look import Theme, route_marker
from .numbers import share_text
from .response_rows import ShareRow, rows_figure

RULE_WORDS = {
    OBSERVED: "of those scored",
    NON_RESPONSE: "no score is a no",
    LAST_SCORE: "last score",
}
_SYMBOLS = {OBSERVED: "circle", NON_RESPONSE: "diamond", LAST_SCORE: "square"}
_LEFT_PX = 128
_READ = (
    "Three answers to one question, because many patients have no score at the end of induction. Of those scored: only "
    "they are counted. No score is a no: everyone who could reach the outcome is counted, and who has no score has not "
    "reached it. Last score: the last later score stands in, however old. Lines are 95% intervals (Wilson). The pale "
    "bar runs from the share if none to the share if all of the patients without a score had reached it: what is not "
    "known. Who was there already before treatment is not counted."
)
_READ_ROUTES = (
    "One row a route of the first session: of those scored at the end of induction, with its 95% interval (Wilson). "
    "The pale bar runs from the share if none to the share if all of those without a score had reached it. Routes were "
    "chosen, not drawn by lot: a difference between rows is no difference due to route."
)
_MARKED = " A hollow marker rests on a small number of patients and is left out of everything exported."


def has_outcomes(released: ReleasedResponse) -> bool:
    return bool(_rule_rows(released, "#000000"))


def outcomes_chart(released: ReleasedResponse, theme: Theme) -> Chart:
    """One group of rows an outcome, one row a rule. Raises ValueError without a row to show."""
    rows = _rule_rows(released, theme.everyone)
    if not rows:
        raise ValueError("no outcome can be shown")
    name = released.result.instrument.name
    title = _outcomes_title(rows, name)
    words = "End of induction, three ways to count, 95% intervals; pale: if none, and all, of the missing reached it."
    top = heading(title, words, theme)
    figure = rows_figure(rows, top, theme, _LEFT_PX)
    return _chart(released, f"outcomes-{name}", title, rows, figure, _READ)


def _outcomes_title(rows: list[ShareRow], name: str) -> str:
    """The share of those scored who responded, where it may be shown and is not of a few."""
    for row in rows:
        if (row.group, row.label) == ("Response", RULE_WORDS[OBSERVED]) and not row.is_small:
            return f"{share_text(row.share)} of patients scored responded on {name}"
    return f"Outcomes on {name} at the end of induction"


def has_routes(released: ReleasedResponse) -> bool:
    return bool(_route_rows(released, None))


def routes_chart(released: ReleasedResponse, theme: Theme) -> Chart:
    """Response and remission by route of the first session. Raises ValueError without a row to show."""
    rows = _route_rows(released, theme)
    if not rows:
        raise ValueError("no route can be shown")
    name = released.result.instrument.name
    title = f"Response and remission on {name} by route"
    words = "Of those scored at the end of induction, 95% intervals; pale: if none, and all, of the missing reached it."
    top = heading(title, words, theme)
    figure = rows_figure(rows, top, theme, _LEFT_PX)
    return _chart(released, f"outcomes-by-route-{name}", title, rows, figure, _READ_ROUTES)


def outcomes_data(released: ReleasedResponse) -> pd.DataFrame:
    """Every rate that may be shown: one row per window, outcome and route, counts as text, shares 0 to 1."""
    return released.rates.as_text()


def _chart(
    released: ReleasedResponse, name: str, title: str, rows: list[ShareRow], figure: go.Figure, how_to_read: str
) -> Chart:
    """What both charts carry beside their picture: the table, the caption, the rows in words."""
    return Chart(
        name=name,
        plot=drawn(figure),
        data=partial(outcomes_data, released),
        caption=_caption(released),
        alt=f"{title}: " + "; ".join(f"{row.group} {row.words}" for row in rows) + ".",
        how_to_read=how_to_read + (_MARKED if released.audience.sees_small else ""),
    )


def _rule_rows(released: ReleasedResponse, colour: str) -> list[ShareRow]:
    return [
        row
        for place, record in _at_end(released)
        if record["route"] == "all"
        for rule in RULES
        if (row := share_row(released, place, record, rule, (record["outcome"], RULE_WORDS[rule]), colour)) is not None
    ]


def _route_rows(released: ReleasedResponse, theme: Theme | None) -> list[ShareRow]:
    order = {code: place for place, code in enumerate(routes_in_order(released.rates.frame["route"]))}
    found = []
    for outcome in ("Response", "Remission"):
        rows = [(place, one) for place, one in _at_end(released) if one["outcome"] == outcome and one["route"] != "all"]
        for place, record in sorted(rows, key=lambda pair: order[str(pair[1]["route"])]):
            code = str(record["route"])
            colour = "" if theme is None else theme.route_colour(code)
            row = share_row(released, place, record, OBSERVED, (outcome, route_label(code)), colour)
            if row is not None:
                symbol = route_marker(code).removesuffix("-open")
                bounds = _bounds(record)
                found.append(_with(row, symbol, bounds))
    return found


def _with(row: ShareRow, symbol: str, bounds: tuple[float | None, float | None]) -> ShareRow:
    return ShareRow(
        row.group, row.label, row.share, row.low, row.high, row.of, row.colour, symbol, *bounds, row.is_small
    )


def _at_end(released: ReleasedResponse) -> list[tuple[int, dict[str, Any]]]:
    records = enumerate(released.rates.frame.to_dict("records"))
    return [(place, {str(k): v for k, v in row.items()}) for place, row in records if row["window"] == END_OF_INDUCTION]


def _bounds(record: dict[str, Any]) -> tuple[float | None, float | None]:
    if pd.isna(record["lowest"]) or pd.isna(record["highest"]):
        return None, None
    return float(record["lowest"]), float(record["highest"])


def share_row(
    released: ReleasedResponse, place: int, record: dict[str, Any], rule: str, words: tuple[str, str], colour: str
) -> ShareRow | None:
    """One rate as a row; None where it may not be shown or is of nobody."""
    share = record[f"{rule} share"]
    if pd.isna(share):
        return None
    part, whole = NUMBERS[rule]
    of = of_words(released, place, record, part, whole)
    small = SMALL in (released.rates.state(part, place), released.rates.state(whole, place))
    bounds = _bounds(record) if rule == NON_RESPONSE else (None, None)
    low, high = float(record[f"{rule} ci_low"]), float(record[f"{rule} ci_high"])
    return ShareRow(*words, float(share), low, high, of, colour, _SYMBOLS[rule], *bounds, small)


def of_words(released: ReleasedResponse, place: int, record: dict[str, Any], part: str, whole: str) -> str:
    """ "155 of 402", or as much of it as may be said, of the record at one place of the rates."""
    sees = [released.rates.state(name, place) in SEEN for name in (part, whole)]
    n = f"{record[whole]:,.0f}" if sees[1] else ""
    if all(sees):
        return f"{record[part]:,.0f} of {n}"
    return f"of {n}" if n else "n withheld"


def _caption(released: ReleasedResponse) -> str:
    rule = released.result.remission
    remission = f" Remission: {rule.label} ({rule.used_by})." if rule else ""
    words = f"{released.evaluable} evaluable of {released.starters} starters.{remission}"
    return words[0].upper() + words[1:]
