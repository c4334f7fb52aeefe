"""Correct digits of variance components on NIST's certified one-way analyses of variance, this engine and stock lmer.

`python -m tests.reference.nist` prints the table.

The treatment is the random intercept. With n observations of each treatment the REML estimates are known exactly:
the residual variance is the mean square within, the treatment variance (mean square between - mean square within) / n
(zero where that is negative, which no set's is), and the fixed effect the mean of all. Certified mean squares: NIST
Statistical Reference Datasets, analysis of variance, as in SciPy's own tests (scipy/stats/tests/data/nist_anova).
"""

import json
import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.mixed import ModelRefused, fit_mixed_model

FOLDER = Path(__file__).parent / "cases" / "nist"
ALL_DIGITS = 15.0  # what a double holds; an exact hit has no logarithm
# Simon and Lesage (1989): centres of the nine treatments in tenths above the leading digits.
CENTRES = (4, 3, 5, 3, 5, 3, 5, 3, 5)
QUANTITIES = ("residual variance", "treatment variance", "intercept")


@dataclass(frozen=True)
class CertifiedSet:
    """Mean squares as NIST prints them, treatments, observations of each, and the leading number of a generated set."""

    between: str
    within: str
    treatments: int
    replicates: int
    leading: int | None = None


SETS = {
    "SiRstv": CertifiedSet("1.27865654E-02", "1.0831828E-02", 5, 5),
    "AtmWtAg": CertifiedSet("3.638341875E-09", "2.28155932971014E-10", 2, 24),
    "SmLs01": CertifiedSet("0.21", "0.01", 9, 21, 1),
    "SmLs02": CertifiedSet("2.01", "0.01", 9, 201, 1),
    "SmLs03": CertifiedSet("20.01", "0.01", 9, 2001, 1),
    "SmLs04": CertifiedSet("0.21", "0.01", 9, 21, 10**6),
    "SmLs05": CertifiedSet("2.01", "0.01", 9, 201, 10**6),
    "SmLs06": CertifiedSet("20.01", "0.01", 9, 2001, 10**6),
    "SmLs07": CertifiedSet("0.21", "0.01", 9, 21, 10**12),
    "SmLs08": CertifiedSet("2.01", "0.01", 9, 201, 10**12),
    "SmLs09": CertifiedSet("20.01", "0.01", 9, 2001, 10**12),
}


def printed_rows(name: str) -> list[tuple[int, Fraction]]:
    """Treatment and response of every observation, exactly as printed by NIST."""
    known = SETS[name]
    if known.leading is None:
        table = pd.read_csv(FOLDER / f"{name}.csv", dtype={"response": str})
        return [(int(row.treatment), Fraction(row.response)) for row in table.itertuples()]
    tenths = [0, *([-1, 1] * ((known.replicates - 1) // 2))]
    return [
        (treatment + 1, Fraction(10 * known.leading + centre + step, 10))
        for treatment, centre in enumerate(CENTRES)
        for step in tenths
    ]


def as_doubles(name: str) -> pd.DataFrame:
    """The rows as a program reads them: each response the double nearest to what is printed."""
    treatment, response = zip(*printed_rows(name), strict=True)
    return pd.DataFrame({"treatment": treatment, "response": [float(value) for value in response]})


def exact(name: str) -> dict[str, Fraction]:
    """The REML estimates that follow from the certified mean squares."""
    known, rows = SETS[name], printed_rows(name)
    within, between = Fraction(known.within), Fraction(known.between)
    return {
        "residual variance": within,
        "treatment variance": max((between - within) / known.replicates, Fraction(0)),
        "intercept": sum((response for _, response in rows), Fraction(0)) / len(rows),
    }


def exact_analysis(rows: list[tuple[int, Fraction]], replicates: int) -> dict[str, Fraction]:
    """The REML estimates of a balanced one-way layout, worked out without rounding."""
    groups: dict[int, list[Fraction]] = {}
    for treatment, value in rows:
        groups.setdefault(treatment, []).append(value)
    means = {treatment: sum(values, Fraction(0)) / len(values) for treatment, values in groups.items()}
    whole = sum((value for _, value in rows), Fraction(0)) / len(rows)
    within = sum((value - means[treatment]) ** 2 for treatment, value in rows) / (len(rows) - len(groups))
    between = replicates * sum((mean - whole) ** 2 for mean in means.values()) / (len(groups) - 1)
    return {
        "residual variance": Fraction(within),
        "treatment variance": max((between - within) / replicates, Fraction(0)),
        "intercept": whole,
    }


def of_the_doubles(name: str) -> dict[str, Fraction]:
    """What the best program could say: the estimates without rounding, of responses rounded to doubles."""
    rows = as_doubles(name)
    doubles = [Fraction(value) for value in rows["response"]]
    return exact_analysis(list(zip(rows["treatment"], doubles, strict=True)), SETS[name].replicates)


def correct_digits(value: float | Fraction, truth: Fraction) -> float:
    """The log relative error: about how many leading digits are right, between 0 and what a double holds."""
    error = abs(Fraction(value) / truth - 1)
    return ALL_DIGITS if not error else float(np.clip(-math.log10(error), 0.0, ALL_DIGITS))


@cache
def digits_of_engine(name: str) -> dict[str, float]:
    """Correct digits of this project's fit; none where it refuses."""
    truth = exact(name)
    try:
        fit = fit_mixed_model("response ~ 1", as_doubles(name), groups="treatment")
    except ModelRefused:
        return dict.fromkeys(QUANTITIES, 0.0)
    found = (fit.residual_variance, fit.random_covariance.iloc[0, 0], fit.fixed_effects.loc["Intercept", "estimate"])
    return {
        quantity: correct_digits(float(value), truth[quantity])
        for quantity, value in zip(QUANTITIES, found, strict=True)
    }


def digits_of_lmer(name: str) -> dict[str, float]:
    """Correct digits of what stock lmer wrote in cases/nist/lmer.json; none where it stopped with an error."""
    said = json.loads((FOLDER / "lmer.json").read_text())["sets"][name]
    if "error" in said:
        return dict.fromkeys(QUANTITIES, 0.0)
    truth = exact(name)
    return {quantity: correct_digits(said[quantity.replace(" ", "_")], truth[quantity]) for quantity in QUANTITIES}


@cache
def digits_of_data(name: str) -> dict[str, float]:
    """Correct digits that an exact computation on the doubles has: no program can be expected to have more."""
    truth, best = exact(name), of_the_doubles(name)
    return {quantity: correct_digits(best[quantity], truth[quantity]) for quantity in QUANTITIES}


def table() -> str:
    """One line per set: digits of the two variances and of the mean, this engine / lmer / exact on the doubles."""
    lines = [
        "| set | residual variance | treatment variance | intercept |",
        "|---|---|---|---|",
    ]
    for name in SETS:
        ours, lmer, data = digits_of_engine(name), digits_of_lmer(name), digits_of_data(name)
        cells = [f"{ours[of]:.1f} / {lmer[of]:.1f} / {data[of]:.1f}" for of in QUANTITIES]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    print("Correct digits: this engine / stock lmer / exact arithmetic on the doubles\n")  # noqa: T201 - a command
    print(table())  # noqa: T201
