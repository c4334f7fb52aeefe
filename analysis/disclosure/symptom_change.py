"""Symptom change as an audience may have it: every count through the gate, every sentence with released numbers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import pandas as pd

from analysis.outcomes import (
    ModelSpec,
    SymptomChange,
    honesty_notes,
    route_names,
    subtitle,
    title_and_finding,
    who_is_counted_how,
)

from .audience import Audience
from .cells import is_small
from .change_tables import BALANCE_SHARES, STILL, change_relations, change_tables
from .denominators import DENOMINATORS, EVALUABLE_ROW, ROUTES, SHARED, STARTERS_ROW
from .estimates import Estimates, released_estimates
from .gate import SHOWN, SMALL, Release, count_text, release
from .shares import is_share_of_few, whole_percent

ESTIMATES = ["estimate", "std_error", "df", "ci_low", "ci_high"]
NOT_GIVEN = ""  # the state of a count that only the holder is given
REFUSED = (
    "The model cannot be fitted to this cohort. Widen the cohort, or choose fewer adjustments, another shape or "
    "another instrument."
)


@dataclass(frozen=True, eq=False)
class ReleasedChange:
    """What may be shown of a `SymptomChange`.

    trajectory, observed and decision are its frames with what is withheld missing, n_state saying what became of
    n_patients: "shown", "small", "<n", "withheld", or "" where only the holder is given the number: neighbouring
    numbers of patients still assessed differ by those who stopped, so a release gives them at three points only.
    counts holds "starters", "evaluable" and "model" as they may be said; balance is text where it counts.
    """

    spec: ModelSpec
    status: str
    status_sentence: str
    audience: Audience
    decision_x: float
    counts: dict[str, str]
    n_rows: int
    title: str
    subtitle: str
    finding: str
    notes: tuple[str, ...]
    honesty: tuple[tuple[str, str], ...]
    trajectory: pd.DataFrame
    observed: pd.DataFrame
    decision: pd.DataFrame
    differences: pd.DataFrame
    left_out: pd.DataFrame
    balance: pd.DataFrame
    names: dict[str, str]
    estimates: Estimates | None
    n_routes: int
    sentence: str
    is_about_size: bool = False
    covariates: tuple[str, ...] = field(default=())


def release_change(result: SymptomChange, audience: Audience, closed: Collection[str] = ()) -> ReleasedChange:
    """Release everything of a model of symptom change together."""
    found = release(change_tables(result, audience.sees_small), audience, change_relations(result), closed, [SHARED])
    balance = _balance(result, found, closed)
    names = route_names(balance)
    curve = _curve(result, found, closed)
    decision = _decision(result, curve)
    pairs = _pairs(result.differences, decision)
    title, finding = title_and_finding(result.spec, decision, pairs, names)
    counts = _counts(result, found)
    return ReleasedChange(
        spec=result.spec,
        status=result.status,
        status_sentence=_status_sentence(result, audience),
        audience=audience,
        decision_x=result.decision_x,
        counts=counts,
        n_rows=result.n_rows,
        title=title,
        subtitle=subtitle(result.spec, result.covariates, _denominators(counts)),
        finding=finding,
        notes=_notes(result, found),
        honesty=honesty_notes(result.spec),
        trajectory=curve,
        observed=_observed(found, closed),
        decision=decision,
        differences=pairs,
        left_out=_left_out(result, audience),
        balance=balance,
        names=names,
        estimates=released_estimates(result, audience, closed),
        n_routes=len(result.balance),
        sentence=found.of(_on_the_page(result, found)).sentence,
        is_about_size=_is_about_size(result),
        covariates=result.covariates,
    )


def _on_the_page(result: SymptomChange, found: Release) -> set[str]:
    """The tables that are printed: all but the routes, which the balance repeats; of a refusal the denominators."""
    return {DENOMINATORS} if result.status == "refused" else found.tables.keys() - {ROUTES}


def _counts(result: SymptomChange, found: Release) -> dict[str, str]:
    denominators = found[DENOMINATORS]
    counts = {
        "starters": denominators.words("n_patients", STARTERS_ROW),
        "evaluable": denominators.words("n_patients", EVALUABLE_ROW),
    }
    return counts | ({"model": found.words("model")} if "model" in found.tables else {})


def _denominators(counts: dict[str, str]) -> str:
    model = counts.get("model", counts["evaluable"])
    text = f"{counts['evaluable']} evaluable of {counts['starters']} starters"
    text += f"; {model} in the model." if model != counts["evaluable"] else "."
    return text[0].upper() + text[1:]


def _status_sentence(result: SymptomChange, audience: Audience) -> str:
    """The engine's own words of a refusal count patients: only the holder reads them."""
    if result.status_sentence:
        return result.status_sentence
    return result.engine_words if audience.sees_small else REFUSED


def _notes(result: SymptomChange, found: Release) -> tuple[str, ...]:
    if "model" not in found.tables:
        return ()
    changed = found.words("changed") if result.n_changed else None
    not_recorded = found.words("not recorded") if result.n_not_recorded else None
    return who_is_counted_how(result.spec, changed, not_recorded)


def _curve(result: SymptomChange, found: Release, closed: Collection[str]) -> pd.DataFrame:
    """The trajectory with its numbers of patients where the audience is given them."""
    frame = found["trajectory"].frame.drop(columns=["n_behind"], errors="ignore")
    barred = frame["route"].isin(closed)
    frame[ESTIMATES] = frame[ESTIMATES].mask(barred)
    if found.audience.sees_small:
        return frame.assign(n_state=found["trajectory"].states["n_patients"])
    given = _still_assessed(found)
    places = list(zip(frame["route"], frame["x"], strict=True))
    pairs = [given.get(place, (float("nan"), NOT_GIVEN)) for place in places]
    return frame.assign(n_patients=[float(n) for n, _ in pairs], n_state=[state for _, state in pairs])


def _still_assessed(found: Release) -> dict[tuple[str, float], tuple[float, str]]:
    """By route and x, the number still assessed that a release gives, and its state. A refused result has none."""
    if STILL not in found.tables:
        return {}
    still = found[STILL]
    return {
        (row["route"], row["x"]): (row["n_patients"], state)
        for row, state in zip(still.frame.to_dict("records"), still.states["n_patients"].tolist(), strict=True)
    }


def _observed(found: Release, closed: Collection[str]) -> pd.DataFrame:
    frame = found["observed"].frame.copy()
    frame["mean"] = frame["mean"].mask(frame["route"].isin(closed))
    if found.audience.sees_small:
        return frame.assign(n_state=found["observed"].states["n_patients"])
    return frame.assign(n_patients=float("nan"), n_state=NOT_GIVEN)


def _decision(result: SymptomChange, curve: pd.DataFrame) -> pd.DataFrame:
    """The rows of the curve at the decision point, of the routes that may be spoken of there."""
    there = (curve["x"] == result.decision_x) & curve["route"].isin(result.decision["route"])
    return curve[there & curve["estimate"].notna()].reset_index(drop=True)


def _pairs(differences: pd.DataFrame, decision: pd.DataFrame) -> pd.DataFrame:
    routes = set(decision["route"].astype(str))
    both = differences["first"].isin(routes) & differences["second"].isin(routes)
    return differences[both].reset_index(drop=True)


def _left_out(result: SymptomChange, audience: Audience) -> pd.DataFrame:
    """Routes that are not in the model and why; how many patients they have, as text, is for the holder."""
    counts = [
        count_text(n, SMALL if is_small(n, audience.min_cell) else SHOWN) if audience.sees_small else ""
        for n in result.left_out["n_patients"]
    ]
    return result.left_out.assign(n_patients=pd.Series(counts, index=result.left_out.index, dtype="str"))


def _balance(result: SymptomChange, found: Release, closed: Collection[str]) -> pd.DataFrame:
    """The balance table, a share only where neither it nor its rest is of too few. Counts are text."""
    table, raw = found["balance"], result.balance
    shown = table.as_text()
    if found.audience.sees_small:
        return shown
    for share, (part, of) in BALANCE_SHARES.items():
        shown[share] = [
            _balance_share(value, int(k), int(n), found.audience.min_cell)
            for value, k, n in zip(shown[share], raw[part], raw[of], strict=True)
        ]
    numbers = list(shown.select_dtypes("number").columns)
    shown[numbers] = shown[numbers].mask(shown["route"].isin(closed))
    return shown


def _balance_share(share: float, part: int, of: int, min_cell: int) -> float:
    if pd.isna(share) or of == 0 or is_share_of_few(part, of, min_cell):
        return float("nan")
    return whole_percent(share)


def _is_about_size(result: SymptomChange) -> bool:
    """Whether too few patients is all there is to it, so that no setting of the model would help."""
    lost_by_setting = result.left_out["reason"].astype(str).str.contains("adjustment").any()
    return bool((result.of.n_evaluable == 0 or not result.engine_words) and not lost_by_setting)
