"""Published outcomes, shown beside a clinic's own and never averaged.

Only figures read in the source itself, or in a named secondary report, are here. A rate always
carries its instrument, time point and denominator: a completer rate and an all-starter rate are
different quantities.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Benchmark:
    """One published arm. Rates are shares of `denominator`; change is in the instrument's points.

    route is a code of the vocabulary, or "control" for a comparison arm without ketamine.
    """

    study: str
    route: str
    instrument: str
    time_point: str
    denominator: str
    citation: str
    response: float | None = None
    remission: float | None = None
    remission_rule: str = ""
    change: float | None = None


BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark("McInnes 2022", "IV", "PHQ-9", "14 to 31 days after induction", "537 analysable of 9,016 treated",
              "J Affect Disord 2022, doi 10.1016/j.jad.2021.12.097", 0.536, 0.289, "below 5"),
    Benchmark("Oliver 2022", "IV", "PHQ-9", "within 6 weeks", "424 patients of a clinic network",
              "J Clin Psychiatry 2022;83(6):21m14336", 0.50, 0.20, ""),
    Benchmark("Pfeiffer 2024 (VA)", "IV", "PHQ-9", "6 weeks", "215 veterans",
              "J Clin Psychiatry 2024;85(1):23m14984", 0.26, 0.15, "5 or less"),
    Benchmark("ESCAPE-TRD, US-label subset", "IN", "PHQ-9", "week 8", "randomised to esketamine",
              "Curr Med Res Opin 2025", 0.494, 0.193, ""),
    Benchmark("Brendle 2022", "IN", "PHQ-9", "last observation", "171 patients; difference of two means",
              "Brendle, Ahuja, Malone 2022: 16.7 before, 12.0 at the last observation", change=-4.7),
    Benchmark("Ahuja 2022", "IM", "PHQ-9", "last observation", "452 patients; difference of two means",
              "Ahuja 2022, preprint rs-1331173: 16.3 before, 10.8 at the last observation", change=-5.5),
    Benchmark("Hull 2022", "SL", "PHQ-9", "4 weeks", "1,247 completers",
              "J Affect Disord 2022;314:59-67", 0.628, 0.326, ""),
    Benchmark("Hassan 2022", "SL", "PHQ-9", "after 3 doses", "664 patients", "Hassan 2022", 0.476),
    Benchmark("enTRD registry", "IN", "MADRS", "end of induction", "156 of 176 who completed induction",
              "Kasper, Eur Psychiatry", 0.574, 0.272, "", -12.5),
    Benchmark("TRANSFORM-2", "IN", "MADRS", "day 28", "randomised, 223 in both arms",
              "Popova 2019, Am J Psychiatry", 0.693, 0.525, "12 or less"),
    Benchmark("ESCAPE-TRD", "IN", "MADRS", "week 8", "336 randomised, drop-out counted as failure",
              "Reif 2023, N Engl J Med", None, 0.271, "10 or less"),
)  # fmt: skip

CONTROL_ARMS: tuple[Benchmark, ...] = (
    Benchmark("TRANSFORM-1 and -2 pooled, women", "control", "MADRS", "day 28", "antidepressant with placebo spray",
              "PMC8921149, table 4", change=-15.8),
    Benchmark("TRANSFORM-1 and -2 pooled, men", "control", "MADRS", "day 28", "antidepressant with placebo spray",
              "PMC8921149, table 4", change=-16.0),
    Benchmark("TRANSFORM-2", "control", "MADRS", "day 28", "antidepressant with placebo spray",
              "Popova 2019, Am J Psychiatry", 0.52, 0.31, "12 or less"),
    Benchmark("ESCAPE-TRD, US-label subset", "control", "PHQ-9", "week 8", "randomised to quetiapine XR",
              "Curr Med Res Opin 2025", 0.328, 0.122, ""),
)  # fmt: skip

# The other arms of the pooled trials (PMC8921149, table 4), women and men: split by sex, so no row of a route.
POOLED_ESKETAMINE = (-20.3, -18.3)
THESE = "these instruments"


def control_change_sentence(instrument: str = THESE) -> str:
    """What trials saw without ketamine, on the instrument itself where that was verified.

    Points of MADRS stand beside no other instrument: there MADRS is named, as shares. For a part that shows several
    instruments, the sentence without one names none of them.
    """
    if instrument == "MADRS":
        (women, men), (women_on, men_on) = _pooled_control(), POOLED_ESKETAMINE
        return (
            f"In the pooled TRANSFORM-1 and -2 trials, MADRS fell by {-women} points in women and {-men} in men on an "
            f"antidepressant with placebo spray, against {-women_on} and {-men_on} on esketamine (PMC8921149): most of "
            "the change in one arm is not attributable to the drug."
        )
    if instrument == "PHQ-9":
        control, on = (_escape_trd(arms) for arms in (CONTROL_ARMS, BENCHMARKS))
        return (
            f"In the US-label subset of ESCAPE-TRD, {control.response:.1%} responded and {control.remission:.1%} were "
            f"in remission on PHQ-9 at {control.time_point} on quetiapine XR, against {on.response:.1%} and "
            f"{on.remission:.1%} on esketamine ({control.citation}): much of the change in one arm is not attributable "
            "to the drug."
        )
    least, most = sorted(control / on for control, on in zip(_pooled_control(), POOLED_ESKETAMINE, strict=True))
    return (
        f"In trials that rated MADRS, {100 * least:.0f} to {most:.0%} of the fall on nasal esketamine was also seen "
        f"with an antidepressant and placebo spray (PMC8921149); no verified control arm is known for {instrument}."
    )


def _pooled_control() -> tuple[float, ...]:
    """Change of women and of men."""
    pooled = (arm for arm in CONTROL_ARMS if arm.study.startswith("TRANSFORM-1 and -2 pooled"))
    return tuple(arm.change for arm in pooled if arm.change is not None)


def _escape_trd(arms: tuple[Benchmark, ...]) -> Benchmark:
    return next(arm for arm in arms if (arm.study, arm.instrument) == ("ESCAPE-TRD, US-label subset", "PHQ-9"))
