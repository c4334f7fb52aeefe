"""The page on response in sentences, every number as it may be said."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.outcomes import interval_text, number_text
from analysis.outcomes.durability import LogRank
from analysis.outcomes.wording import listed
from analysis.vocabulary import Instrument, route_label

from .cards import NOTHING, WITHHELD_VALUE
from .gate import ReleasedTable
from .response_page import ReleasedResponse, ReleasedTimes

TERMS = {"baseline": "one point more before treatment", "age": "one year older"}
ITEM_ROWS = {"both": 0, "present": 1, "lower": 2, "absent": 3, "new": 4, "ever": 5, "higher": 6}


def percent(share: Any) -> str:
    return WITHHELD_VALUE if pd.isna(share) else f"{float(share):.0%}"


def is_nought(table: ReleasedTable, place: int, column: str) -> bool:
    return bool(table.is_seen(column).iloc[place]) and table.frame[column].iloc[place] == 0


def comparison(times: ReleasedTimes) -> str:
    """The log-rank tests in a sentence each; why there is none where there is none."""
    tests = times.time.log_rank
    for test in tests.values():
        if test.sentence:
            return f"{times.outcome}: {test.sentence[0].lower()}{test.sentence[1:]}"
    names = listed([route_label(code).lower() for code in tests["days"].routes])
    said = [f"over {axis} they {_differ(tests[axis])}" for axis in ("days", "sessions")]
    return f"How soon {times.outcome.lower()} is first reached with {names}: {' and '.join(said)}."


def _differ(test: LogRank) -> str:
    p = "p < 0.001" if test.p_value < 0.001 else f"p = {test.p_value:.3f}"
    clear = "differ beyond chance" if test.p_value < 0.05 else "do not differ beyond chance"
    return f"{clear} (log-rank {test.statistic:.1f}, {test.df} df, {p})"


def ratios_table(times: ReleasedTimes) -> pd.DataFrame:
    """One row per comparison: what, and the hazard ratio with its interval over days and over sessions, as text."""
    said = {
        axis: {_comparison(row): _ratio(row) for row in frame.to_dict("records")}
        for axis, frame in times.ratios.items()
    }
    compared = dict.fromkeys(name for texts in said.values() for name in texts)
    rows = [(name, *(said.get(axis, {}).get(name, NOTHING) for axis in ("days", "sessions"))) for name in compared]
    return pd.DataFrame(rows, columns=["comparison", "days", "sessions"])


def _comparison(row: dict[Any, Any]) -> str:
    if row["term"] in TERMS:
        return TERMS[row["term"]]
    label = route_label if row["term"] == "route" else str
    return f"{label(row['level'])} against {label(row['reference']).lower()}"


def _ratio(row: dict[Any, Any]) -> str:
    if pd.isna(row["hazard_ratio"]):
        return WITHHELD_VALUE
    return f"{row['hazard_ratio']:.2f} ({interval_text(row['ci_low'], row['ci_high'], 2)})"


def regression_words(times: ReleasedTimes, sees_small: bool) -> str:
    """Who is in the Cox regressions, or why there is none."""
    fits = times.time.cox
    troubles = list(dict.fromkeys(one.sentence for one in fits.values() if one.sentence))
    if all(one.sentence for one in fits.values()):
        return troubles[0]
    words = (
        "Cox regression, adjusted for everything in the table; above 1 is sooner. Routes were chosen, not drawn by "
        "lot, and the number of sessions is no random matter: these are differences associated with route, not due to "
        "it."
    )
    if sees_small:
        fit = next(one for one in fits.values() if not one.sentence)
        words += f" {fit.n_patients:,} patients, {fit.n_events:,} of whom reached it."
        words += f" {fit.n_not_recorded:,} more lack an adjustment." if fit.n_not_recorded else ""
    left_out = dict.fromkeys(one.left_out for one in fits.values() if one.left_out)
    return " ".join([words, *troubles, *left_out])


def capital(words: str) -> str:
    """Words at the start of a sentence."""
    return words[:1].upper() + words[1:]


def after_words(released: ReleasedResponse) -> str:
    """What became of responders, with the restricted mean, and the published shares beside ours."""
    after, durability = released.after, released.durability
    found = durability.after
    if after is None or found is None:
        return durability.sentence
    responders, followed = (after.words("n_patients", row) for row in (0, 1))
    if is_nought(after, 1, "n_patients"):
        return f"{capital(responders)} patients responded at the end of induction; none of them has a later score."
    said = f"{capital(responders)} patients responded at the end of induction; {followed} of them have a later score. "
    if len(released.incidence) and released.audience.sees_small:
        kept = found.kept_days
        said += (
            f"Of the first {found.horizon:g} days they spent {number_text(kept.estimate)} on average still responding "
            f"without a booster (95% interval {interval_text(kept.ci_low, kept.ci_high)}); "
            f"{number_text(found.days_lost['booster'])} came after a booster and "
            f"{number_text(found.days_lost['relapse'])} after a relapse. "
        )
    return said + _beside(released)


def _beside(released: ReleasedResponse) -> str:
    """Our share without relapse at each published time, next to the published one."""
    found, week = released.durability.after, released.incidence
    assert found is not None
    if not found.published:
        return f"No published durability on {released.result.instrument.name} was verified for these routes."
    said = []
    for one in found.published:
        ours = week.loc[week["day"] == 7 * one.weeks, ["kept", "kept_low", "kept_high"]] if len(week) else week
        share = NOTHING if not len(ours) else percent(ours["kept"].iloc[0])
        if len(ours) and not pd.isna(ours["kept_low"].iloc[0]):
            low, high = (100 * float(ours[name].iloc[0]) for name in ("kept_low", "kept_high"))
            share += f" ({interval_text(low, high, 0)}%)"
        share = f"a {share} share" if share == WITHHELD_VALUE else share
        said.append(f"{share} without relapse {one.weeks:g} weeks on, published about {one.share:.0%}")
    one = found.published[0]
    return f"{'; '.join(said)} ({one.study}, {one.denominator}). Definitions of relapse may differ."


def item_words_of(released: ReleasedResponse) -> str:
    """Who got better and who got worse on the item, baseline to latest answer."""
    table = released.changes
    if table is None:
        return released.suicidality.sentence

    def n(name: str) -> str:
        return table.words("n_patients", ITEM_ROWS[name])

    present, absent = capital(n("present")), capital(n("absent"))
    return (
        f"Of {n('both')} patients with the item answered before and after, the latest answer is higher than before in "
        f"{n('higher')}. {present} had 1 or more before: {n('lower')} of them answered less at the latest. "
        f"{absent} had 0 before: {n('new')} of them have 1 or more at the latest answer, {n('ever')} at some "
        "later answer."
    )


def recall_words(item: Instrument) -> str:
    """How much of what an instrument asks about lies before the first session."""
    if item.recall_days is None:
        return f"How long {item.name} looks back is not settled, so these answers may be partly about the time before."
    if not item.recall_days:
        return f"{item.name} asks about the moment, so these answers are about the time after the session."
    return (
        f"{item.name} asks about the past {item.recall_days:g} days, so the first of these answers are mostly about "
        "the time before the session: what they show is partly inside that recall. They are observed means of those "
        "who were asked, not adjusted."
    )


def why_not_single(released: ReleasedResponse) -> str:
    """Why before against after is not drawn patient by patient."""
    if released.points is not None and len(released.points):
        return (
            f"Before against after is not drawn: {len(released.points):,} patients are too many to tell apart. The "
            "groups beside this hold the same patients."
        )
    return (
        "Before against after is drawn patient by patient, which takes a right of its own. The groups beside this hold "
        "the same patients."
    )
