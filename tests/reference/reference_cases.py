"""The cases R was run on: their data, R's numbers, and the same model in this project's words."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from analysis.mixed import MixedModelFit, fit_mixed_model

CASES = Path(__file__).parent / "cases"
METHODS = ("REML", "ML")


@dataclass(frozen=True)
class Specification:
    """One model of one case, as fit_mixed_model takes it."""

    formula: str
    groups: str
    random: str
    correlated: bool = True


_SIMULATED = {"ris": Specification("y ~ time * route + baseline", "patient", "1 + time")}
SPECIFICATIONS: dict[str, dict[str, Specification]] = {
    "sleepstudy": {
        "ris": Specification("Reaction ~ Days", "Subject", "1 + Days"),
        "ri": Specification("Reaction ~ Days", "Subject", "1"),
        "indep": Specification("Reaction ~ Days", "Subject", "1 + Days", correlated=False),
        "slope": Specification("Reaction ~ Days", "Subject", "0 + Days"),
    },
    "orthodont": {
        "ris": Specification("distance ~ age", "Subject", "1 + age"),
        "risx": Specification("distance ~ age * Sex", "Subject", "1 + age"),
        "ri": Specification("distance ~ age * Sex", "Subject", "1"),
    },
    "dyestuff2": {"ri": Specification("Yield ~ 1", "Batch", "1")},
    "sim_all_zero": _SIMULATED,
    "sim_corr_minus1": _SIMULATED,
    "sim_regular_300": _SIMULATED,
    "sim_slope_zero": _SIMULATED,
    "sim_three": {
        "full": Specification("score ~ time * route + time2", "patient", "1 + time + time2"),
        "indep": Specification("score ~ time * route + time2", "patient", "1 + time + time2", correlated=False),
    },
    "kat_small": {
        "nuisance": Specification("change ~ route * s + payer + sex + age + baseline", "id", "1 + s"),
        "piecewise": Specification("change ~ route * piecewise(s, 6) + baseline", "id", "1 + upto(s, 6)"),
        "empty_cell": Specification("change ~ route * setting + s + baseline", "id", "1 + s"),
        "aliased_covariate": Specification("change ~ route * s + payer + baseline + baseline_percent", "id", "1"),
    },
}


@cache
def reference(case: str, file: str = "reference") -> dict:
    """What R wrote for a case: file "reference" (lme4, lmerTest) or "emmeans"."""
    return json.loads((CASES / case / f"{file}.json").read_text())


def case_data(case: str) -> pd.DataFrame:
    """The rows R read, with the labels of groups and factors as text."""
    return pd.read_csv(CASES / case / "data.csv", dtype={"Subject": str, "Batch": str, "patient": str})


@cache
def fitted(case: str, model: str, method: str) -> MixedModelFit:
    """The case fitted by this project's engine; once per test run."""
    chosen = SPECIFICATIONS[case][model]
    return fit_mixed_model(
        chosen.formula,
        data=case_data(case),
        groups=chosen.groups,
        random=chosen.random,
        correlated=chosen.correlated,
        method=method,
        df="satterthwaite",
    )


_PIECES = {
    "(Intercept)": "Intercept",
    "pmin(s, 6)": "piecewise(s, 6)[0]",
    "pmax(s - 6, 0)": "piecewise(s, 6)[1]",
}
_FACTORS = ("route", "Sex", "sex", "payer", "setting")


def patsy_term(term: str) -> frozenset[str]:
    """R's name of a coefficient as the set of patsy's names of its parts (the two order them differently)."""

    def part(name: str) -> str:
        factor = next((factor for factor in _FACTORS if name.startswith(factor)), None)
        return f"{factor}[T.{name.removeprefix(factor)}]" if factor else _PIECES.get(name, name)

    return frozenset(part(name) for name in term.split(":"))


def in_order_of(fit_terms: list[str], by_r_term: dict[str, float]) -> list[float]:
    """R's values of the coefficients, in the order of our terms."""
    ours = {patsy_term(term): value for term, value in by_r_term.items()}
    return [ours[frozenset(_split_interaction(term))] for term in fit_terms]


def _split_interaction(term: str) -> list[str]:
    return term.split(":")
