"""The cohort: whose outcomes are asked about, as one frozen value.

The same value is cache key, URL, caption and manifest.
"""

from __future__ import annotations

from dataclasses import dataclass

Range = tuple[float, float]


class CohortError(ValueError):
    """A cohort that cannot be asked of a study; the message lists every reason."""


@dataclass(frozen=True)
class Cohort:
    """Rules that patients must meet; an empty tuple or None asks nothing.

    routes and molecules are of the first session. age is in years and baseline in points of
    `baseline_instrument`, both ends included. sessions_reached is the number of completed sessions.
    extra holds (column, allowed values) for kept columns of `patients`. A patient for whom a ruled
    value is missing stays, unless the rule's name is in drop_missing (names as in `RULE_NAMES`, or an
    extra column); drop_missing also works without a rule on the value.
    """

    routes: tuple[str, ...] = ()
    molecules: tuple[str, ...] = ()
    clinics: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    sexes: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()
    age: Range | None = None
    baseline_instrument: str = "PHQ-9"
    baseline: Range | None = None
    sessions_reached: Range | None = None
    extra: tuple[tuple[str, tuple[str, ...]], ...] = ()
    drop_missing: tuple[str, ...] = ()

    @property
    def is_everyone(self) -> bool:
        """No rule is in force: every starter belongs."""
        return self == Cohort(baseline_instrument=self.baseline_instrument)


@dataclass(frozen=True)
class Rule:
    """One rule of a cohort: its name in URLs and settings, the patient column it looks at, its words."""

    name: str
    field: str
    column: str
    words: str


SET_RULES: tuple[Rule, ...] = (
    Rule("route", "routes", "route", "route of the first session"),
    Rule("molecule", "molecules", "molecule", "molecule"),
    Rule("clinic", "clinics", "clinic_id", "clinic"),
    Rule("diagnosis", "diagnoses", "primary_diagnosis", "diagnosis"),
    Rule("sex", "sexes", "sex", "sex"),
    Rule("payer", "payers", "payer", "payer"),
)
RANGE_RULES: tuple[Rule, ...] = (
    Rule("age", "age", "age", "age"),
    Rule("baseline", "baseline", "baseline", "baseline severity"),
    Rule("sessions", "sessions_reached", "n_sessions", "sessions completed"),
)
RULE_NAMES: tuple[str, ...] = tuple(rule.name for rule in (*SET_RULES, *RANGE_RULES))
