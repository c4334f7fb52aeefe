"""Keeping the patients a cohort asks for, and showing where the others went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.study import Study
from analysis.vocabulary import nearest

from .cohort import RANGE_RULES, RULE_NAMES, SET_RULES, Cohort, CohortError
from .facts import patient_facts, values_present

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Selection:
    """What a cohort keeps of a study.

    keep has one entry per row of the source's `patients`. flow has one row per rule in force:
    rule (words), kept, left_out, of which_missing (left out because the value is missing).
    """

    source: Study
    cohort: Cohort
    keep: Mask
    flow: pd.DataFrame

    @property
    def study(self) -> Study:
        """The study of the kept patients, each with all of their rows; made at each call, so that a remembered
        selection does not hold a copy of the data."""
        return self.source.keep_patients(self.keep)

    @property
    def patients(self) -> NDArray[np.object_]:
        """Identifiers of the kept patients, in the study's order."""
        return self.source.patients["patient_id"].to_numpy(dtype=object)[self.keep]

    @property
    def n_patients(self) -> int:
        return int(self.keep.sum())


def _findings(study: Study, cohort: Cohort) -> Iterator[str]:
    """Everything a cohort asks for that the study does not have, as sentences."""
    asked = [(rule.words, rule.column, getattr(cohort, rule.field)) for rule in SET_RULES]
    for words, column, values in [*asked, *((column, column, values) for column, values in cohort.extra)]:
        known = values_present(study, column)
        if values and not known:
            yield f"the study records no {words}; remove that rule."
            continue
        for value in values:
            if value not in known:
                near = nearest(value, known)
                yield f"no patient has {words} '{value}'." + (f" Nearest: {near}." if near else "")
    for rule in RANGE_RULES:
        limits = getattr(cohort, rule.field)
        if limits is not None and limits[0] > limits[1]:
            yield f"{rule.words}: the lower end {limits[0]:g} is above the upper end {limits[1]:g}."
    extra = {name for name, _ in cohort.extra}
    for name in cohort.drop_missing:
        if name not in RULE_NAMES and name not in extra and name not in study.patients:
            yield f"'{name}' is no rule, so its missing values cannot be dropped."


def _keeps(facts: pd.DataFrame, cohort: Cohort) -> Iterator[tuple[str, str, Mask, Mask]]:
    """Per rule in force: name, words, who meets it (missing values aside), and whose value is missing."""
    in_force = [(rule.name, rule.words, rule.column, getattr(cohort, rule.field)) for rule in SET_RULES]
    in_force += [(column, column, column, values) for column, values in cohort.extra]
    ruled = {*RULE_NAMES, *(column for column, _ in cohort.extra)}
    in_force += [(column, column, column, ()) for column in cohort.drop_missing if column not in ruled]
    for name, words, column, allowed in in_force:
        if allowed or name in cohort.drop_missing:
            values = facts[column] if column in facts else pd.Series(pd.NA, index=facts.index, dtype="str")
            present = values.notna().to_numpy()
            meets = values.astype("str").isin(allowed).to_numpy() if allowed else present
            yield name, words, meets, ~present
    for rule in RANGE_RULES:
        limits = getattr(cohort, rule.field)
        if limits is not None or rule.name in cohort.drop_missing:
            low, high = limits or (-np.inf, np.inf)
            number = (
                facts[rule.column].to_numpy(dtype=float, na_value=np.nan)
                if rule.column in facts
                else np.full(len(facts), np.nan)
            )
            yield rule.name, rule.words, (number >= low) & (number <= high), np.isnan(number)


def select(study: Study, cohort: Cohort) -> Selection:
    """Keep the patients who meet every rule of a cohort.

    Rules apply in the order of the flow and a patient is counted once, at the first rule failed.
    Patients stay or go whole: dropping single sessions would change what "number of sessions" means
    to a model. A patient who never had a session is not a starter and leaves first.

    Raises CohortError, listing everything, if a rule names a value the study lacks.
    """
    findings = list(_findings(study, cohort))
    if findings:
        raise CohortError("This cohort cannot be selected: " + " ".join(findings))
    facts = patient_facts(study, cohort.baseline_instrument)
    keep: Mask = facts["started"].to_numpy(dtype=bool)
    flow = [("Patients in the study", len(keep), 0, 0)]
    flow.append(("At least one ketamine session", int(keep.sum()), int((~keep).sum()), 0))
    for name, words, meets, missing in _keeps(facts, cohort):
        passes = meets | (missing & (name not in cohort.drop_missing))
        lost = keep & ~passes
        keep = keep & passes
        flow.append((words[0].upper() + words[1:], int(keep.sum()), int(lost.sum()), int((lost & missing).sum())))
    return Selection(study, cohort, keep, pd.DataFrame(flow, columns=["rule", "kept", "left_out", "which_missing"]))
