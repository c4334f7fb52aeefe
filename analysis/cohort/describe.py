"""A cohort in one sentence, for captions, manifests and the page."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.vocabulary import route_label

from .cohort import RANGE_RULES, SET_RULES, Cohort

CAN_BE_BLANK = ("molecule", "sex", "payer", "age", "baseline")


def _either(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def _number(value: float) -> str:
    return f"{value:g}"


def _set_clauses(cohort: Cohort) -> list[str]:
    clauses = []
    if cohort.routes:
        clauses.append(f"first treated by the {_either([route_label(code).lower() for code in cohort.routes])} route")
    if cohort.molecules:
        clauses.append(f"on {_either(cohort.molecules)} ketamine".replace("esketamine ketamine", "esketamine"))
    plain = {"clinics": "at clinic {}", "diagnoses": "with {}", "sexes": "recorded as {}", "payers": "paid by {}"}
    for field, words in plain.items():
        if values := getattr(cohort, field):
            clauses.append(words.format(_either(values)))
    clauses += [f"with {column} {_either(values)}" for column, values in cohort.extra]
    return clauses


def _range_clauses(cohort: Cohort) -> list[str]:
    clauses = []
    for limits, words in (
        (cohort.age, "aged {} to {}"),
        (cohort.baseline, f"with a {cohort.baseline_instrument} baseline of {{}} to {{}} points"),
        (cohort.sessions_reached, "who completed {} to {} sessions"),
    ):
        if limits is not None:
            clauses.append(words.format(*map(_number, limits)))
    return clauses


def _kept_unknown(cohort: Cohort) -> str:
    """The ruled facts that can be blank and whose blanks stay in: a reader would not guess it."""
    can_be_blank = [rule for rule in (*SET_RULES, *RANGE_RULES) if rule.name in CAN_BE_BLANK]
    ruled = [
        rule.words for rule in can_be_blank if getattr(cohort, rule.field) and rule.name not in cohort.drop_missing
    ]
    return _either(ruled) if ruled else ""


def describe(cohort: Cohort) -> str:
    """One sentence that says exactly who is in the cohort."""
    clauses = _set_clauses(cohort) + _range_clauses(cohort)
    unknown = _kept_unknown(cohort)
    sentence = "Patients " + ", ".join(clauses) if clauses else "Everyone who started treatment"
    if cohort.drop_missing:
        words = {rule.name: rule.words for rule in (*SET_RULES, *RANGE_RULES)}
        names = [words.get(name, name) for name in cohort.drop_missing]
        sentence += f"; leaving out those with no recorded {_either(names)}"
    return sentence + (f"; {unknown} not recorded counts as met." if unknown else ".")
