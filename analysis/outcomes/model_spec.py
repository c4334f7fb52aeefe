"""The model of symptom change as a value: what is asked, spelt as a formula, a sentence and a URL.

A formula string can execute code, so none is ever typed: it is built here from closed lists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from analysis.vocabulary import INSTRUMENTS

Time = Literal["sessions", "weeks"]
Shape = Literal["piecewise", "linear", "log", "spline", "categories"]
RouteRule = Literal["index", "unchanged only", "at each session"]

Choice = TypeVar("Choice", bound=str)

TIMES: tuple[Time, ...] = get_args(Time)
SHAPES: tuple[Shape, ...] = get_args(Shape)
ROUTE_RULES: tuple[RouteRule, ...] = get_args(RouteRule)

COVARIATES: dict[str, str] = {
    "age": "age",
    "sex": "sex",
    "payer": "payer",
    "clinic_id": "clinic",
    "primary_diagnosis": "diagnosis",
    "failed_antidepressants": "failed antidepressants",
    "benzodiazepine": "benzodiazepine",
    "antidepressant": "antidepressant",
    "prior_suicide_attempt": "prior suicide attempt",
    "bmi": "body mass index",
    "index_year": "index year",
}
END_OF_INDUCTION: dict[Time, float] = {"sessions": 6, "weeks": 4}
TIME_COLUMN: dict[Time, str] = {"sessions": "sessions_so_far", "weeks": "weeks"}
CATEGORY_COLUMN = "time_group"
Knots = tuple[float, ...]


@dataclass(frozen=True)
class ModelSpec:
    """The headline model's settings.

    time "sessions" is sessions completed before the score, "weeks" since the first session. shape is
    how change moves over it: "piecewise" bends at the end of induction (six sessions or four weeks).
    covariates are keys of COVARIATES; the baseline score is always adjusted for. route_rule says
    whose route a score belongs to: that of the first session ("index"), the same with patients who
    changed route left out ("unchanged only"), or that of the last session before the score
    ("at each session"). random_slope lets patients differ in slope, not only in level.
    """

    instrument: str = "PHQ-9"
    time: Time = "sessions"
    shape: Shape = "piecewise"
    covariates: tuple[str, ...] = ("age", "sex", "payer", "clinic_id")
    route_rule: RouteRule = "index"
    random_slope: bool = True

    @property
    def x(self) -> str:
        return TIME_COLUMN[self.time]

    @property
    def knot(self) -> float:
        return END_OF_INDUCTION[self.time]

    def curve(self, knots: Knots) -> str:
        """f(time) as the engine's formula spells it; knots are the study's, used by the spline only."""
        return {
            "piecewise": f"piecewise({self.x}, {self.knot:g})",
            "linear": self.x,
            "log": f"log1p({self.x})",
            "spline": f"spline({self.x}, {', '.join(f'{knot!r}' for knot in knots)})",
            "categories": CATEGORY_COLUMN,
        }[self.shape]

    def formula(self, knots: Knots, covariates: Sequence[str]) -> str:
        """The fixed part, with the covariates that the study records."""
        return " + ".join([f"change ~ route * {self.curve(knots)}", "baseline", *covariates])

    @property
    def random(self) -> str:
        """The random part: a level per patient, and a slope on time up to the knot (or its log)."""
        if not self.random_slope:
            return "1"
        slope = {"linear": self.x, "log": f"log1p({self.x})"}.get(self.shape, f"upto({self.x}, {self.knot:g})")
        return f"1 + {slope}"

    def to_query(self) -> dict[str, list[str]]:
        """The settings that differ from the default, as URL parameters."""
        default = ModelSpec()
        query: dict[str, list[str]] = {}
        for key in ("instrument", "time", "shape", "route_rule"):
            if getattr(self, key) != getattr(default, key):
                query[key] = [getattr(self, key)]
        if self.covariates != default.covariates:
            query["adjust"] = list(self.covariates) or [""]
        if not self.random_slope:
            query["slope"] = ["false"]
        return query

    @classmethod
    def from_query(cls, query: Mapping[str, str | Sequence[str]]) -> ModelSpec:
        """The settings a URL asks for; a value outside the closed lists leaves the default."""
        default = cls()

        def all_values(key: str) -> list[str]:
            value = query.get(key, [])
            return [value] if isinstance(value, str) else list(value)

        def one(key: str, known: Sequence[Choice], otherwise: Choice) -> Choice:
            asked = [word for word in known if word in all_values(key)]
            return asked[0] if asked else otherwise

        adjust = tuple(word for word in all_values("adjust") if word in COVARIATES)
        return cls(
            one("instrument", tuple(INSTRUMENTS), default.instrument),
            one("time", TIMES, default.time),
            one("shape", SHAPES, default.shape),
            adjust if "adjust" in query else default.covariates,
            one("route_rule", ROUTE_RULES, default.route_rule),
            "false" not in all_values("slope"),
        )
