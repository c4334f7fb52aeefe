"""Published frequencies of adverse events, shown beside a clinic's own and never averaged with them.

Only figures read in the source itself. How events were found decides how many there are: a form after every session
finds dissociation in four of ten, a note in the chart almost never. Each therefore says per what it is counted and how
events were asked about.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedEvent:
    """One published frequency: `share` (0 to 1) of `per`, in `of_whom`, found `how`."""

    event: str
    route: str
    share: float
    per: str
    of_whom: str
    how: str
    citation: str


_REMS = ("58,483 patients, 1,486,213 sessions, US 2019 to 2024", "form after every session", "US REMS, 58 months")
_EARLY = ("19,151 patients, sessions 1 to 8", "form after every session", "US REMS, first 34 months")
_LABEL = ("346 patients in trials", "asked in trials", "Spravato label, spravatohcp.com/safety")
_TORONTO = ("203 patients of one clinic", "asked at infusions", "Rodrigues, McIntyre 2022")

PUBLISHED_EVENTS: tuple[PublishedEvent, ...] = (
    PublishedEvent("Dissociation", "IN", 0.410, "session", *_REMS),
    PublishedEvent("Sedation", "IN", 0.347, "session", *_REMS),
    PublishedEvent("Blood pressure increased", "IN", 0.009, "session", *_REMS),
    PublishedEvent("Dissociation", "IN", 0.648, "patient", *_EARLY),
    PublishedEvent("Sedation", "IN", 0.612, "patient", *_EARLY),
    PublishedEvent("Blood pressure increased", "IN", 0.069, "patient", *_EARLY),
    PublishedEvent("Dissociation", "IN", 0.41, "patient", *_LABEL),
    PublishedEvent("Dizziness", "IN", 0.29, "patient", *_LABEL),
    PublishedEvent("Nausea", "IN", 0.28, "patient", *_LABEL),
    PublishedEvent("Dissociation", "IV", 0.356, "patient", *_TORONTO),
    PublishedEvent("Blood pressure of 165/100 or more", "IV", 0.443, "patient", *_TORONTO),
    PublishedEvent("Any event", "IM", 0.023, "session", "2,532 treatments", "noted in the chart",
                   "Ahuja 2022, BMC Psychiatry 22:634"),
)  # fmt: skip
IV_PRESSURE_SENTENCE = (
    "In 741 published infusions of 135 patients, pressure rose by 7.4 systolic and 6.0 diastolic mmHg on average, with "
    "its peak after 30 to 40 minutes (physiciansweekly.com, haemodynamics of repeated infusions)."
)
REACHED_SENTENCE = (
    "In the US REMS programme of nasal esketamine (58,483 patients), 75.1% of starters reached nine sessions or more "
    "and 60.3% thirteen or more."
)
