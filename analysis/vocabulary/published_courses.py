"""Published figures on how soon people respond, how long it lasts and what became of suicidal thoughts.

Only figures read in the source are here, each with its instrument, time and denominator.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedDurability:
    """Share (0 to 1) of responders still responding a number of weeks after induction."""

    study: str
    route: str
    instrument: str
    weeks: float
    share: float
    denominator: str
    citation: str


@dataclass(frozen=True)
class PublishedSentence:
    """A published figure in words, with the instrument it is about."""

    instrument: str
    text: str
    citation: str


_MCINNES = "J Affect Disord 2022, doi 10.1016/j.jad.2021.12.097"
_RESPONDERS = "responders among 537 analysable of 9,016 treated, without maintenance; read off a Kaplan-Meier curve"

DURABILITY: tuple[PublishedDurability, ...] = (
    PublishedDurability("McInnes 2022", "IV", "PHQ-9", 4, 0.80, _RESPONDERS, _MCINNES),
    PublishedDurability("McInnes 2022", "IV", "PHQ-9", 8, 0.60, _RESPONDERS, _MCINNES),
)

TIME_TO_RESPONSE: tuple[PublishedSentence, ...] = (
    PublishedSentence(
        "MADRS",
        "Half of 186 inpatients on up to twelve infusions were in remission (10 or less) by the sixth (KetECT).",
        "Ekstrand 2022, PMC9154276",
    ),
    PublishedSentence(
        "MADRS",
        "17.3% had responded to nasal esketamine by day 2 and 58.7% by day 28; on an antidepressant with placebo spray "
        "9.4% and 45.2%.",
        "Turkoz 2021, J Clin Psychiatry",
    ),
)

SUICIDAL_THOUGHTS: tuple[PublishedSentence, ...] = (
    PublishedSentence(
        "PHQ-9",
        "After induction, item 9 was lower in 73.0% of those who had scored 1 or more on it before, and higher in 6.0% "
        "(McInnes 2022; 537 analysable of 9,016 treated).",
        _MCINNES,
    ),
)
