"""Instruments: ranges, bands, cut-offs and codes, each with the source that was read.

A cut-off that sources disagree on is a choice (`remission_options`), with its published users named.
What no source confirmed is left empty: an empty band or code is a fact about our knowledge.
Scores are never pooled across instruments.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """A severity band, both ends included, in the instrument's points."""

    label: str
    low: float
    high: float


@dataclass(frozen=True)
class RemissionRule:
    """Remission is a score at or below `at_most`; `used_by` names who published with it."""

    at_most: float
    label: str
    used_by: str


@dataclass(frozen=True)
class Instrument:
    """One outcome scale. Range, bands and changes are in its own points; higher is worse.

    response_fraction is the fall from baseline, as a share, that counts as response;
    meaningful_change the fall in points that patients or clinicians notice; None where no
    source was verified. suicidality_item is the number of the item, never prorated.
    """

    name: str
    title: str
    minimum: float
    maximum: float
    rater: str
    recall_days: float | None
    bands: tuple[Band, ...] = ()
    response_fraction: float | None = None
    remission_options: tuple[RemissionRule, ...] = ()
    meaningful_change: float | None = None
    suicidality_item: int | None = None
    suicidality_max: int | None = None
    loinc: str | None = None
    n_items: int | None = None
    sources: tuple[str, ...] = ()
    measures: str = "depression"
    range_verified: bool = True

    @property
    def remission_default(self) -> RemissionRule | None:
        return self.remission_options[0] if self.remission_options else None


def _bands(*parts: tuple[str, float, float]) -> tuple[Band, ...]:
    return tuple(Band(*part) for part in parts)


_DEPRESSION = (
    Instrument(
        "PHQ-9", "Patient Health Questionnaire, 9 items", 0, 27, "self", 14,
        _bands(("none", 0, 4), ("mild", 5, 9), ("moderate", 10, 14), ("moderately severe", 15, 19), ("severe", 20, 27)),
        0.5,
        (RemissionRule(4, "below 5", "McInnes 2022"), RemissionRule(5, "5 or less", "Pfeiffer 2024 (VA)")),
        6, 9, 3, "44261-6", 9,
        ("LOINC LL382-3 (bands)", "pubmed 33261932 (meaningful change in treatment-resistant depression)"),
    ),
    Instrument(
        "QIDS-SR16", "Quick Inventory of Depressive Symptomatology, self-report", 0, 27, "self", 7,
        _bands(("none", 0, 5), ("mild", 6, 10), ("moderate", 11, 15), ("severe", 16, 20), ("very severe", 21, 27)),
        0.5, (RemissionRule(5, "5 or less", "ids-qids.org"),), n_items=16, sources=("ids-qids.org interpretation",),
    ),
    Instrument(
        "MADRS", "Montgomery-Åsberg Depression Rating Scale", 0, 60, "clinician", 7,
        _bands(("none", 0, 6), ("mild", 7, 19), ("moderate", 20, 34), ("severe", 35, 60)),
        0.5,
        (
            RemissionRule(10, "10 or less", "ESCAPE-TRD 2023, KetECT 2022"),
            RemissionRule(12, "12 or less", "TRANSFORM-1 and -2"),
            RemissionRule(9, "below 10", "Hawley 2002"),
        ),
        10, 10, 6, None, 10,
        ("pubmed 33261932 (meaningful change)", "Müller 2000, 2003 (severe from 35 or 31)"),
    ),
    Instrument(
        "HAM-D17", "Hamilton Depression Rating Scale, 17 items", 0, 52, "clinician", 7,
        remission_options=(RemissionRule(7, "7 or less", "usual in trials"),),
        suicidality_item=3, suicidality_max=4, n_items=17, sources=("ids-qids.org crosswalk",),
    ),
    Instrument(
        "BDI-II", "Beck Depression Inventory, second edition", 0, 63, "self", 14,
        _bands(("minimal", 0, 13), ("mild", 14, 19), ("moderate", 20, 28), ("severe", 29, 63)),
        0.5, meaningful_change=5, n_items=21, sources=("qscorer", "IMMPACT, Dworkin 2008"),
    ),
)  # fmt: skip

_OTHER = (
    Instrument(
        "GAD-7", "Generalized Anxiety Disorder scale, 7 items", 0, 21, "self", 14,
        response_fraction=0.5, remission_options=(RemissionRule(4, "below 5", "usual in this field"),),
        meaningful_change=3.3, loinc="70274-6", n_items=7, sources=("Bauer-Staeb 2021",), measures="anxiety",
    ),
    Instrument(
        "PCL-5", "PTSD Checklist for DSM-5", 0, 80, "self", 30,
        meaningful_change=10, loinc="101698-9", n_items=20,
        sources=("scoring pages; the 10-point rule is contested",), measures="PTSD",
    ),
    Instrument(
        "PEG", "Pain, Enjoyment, General activity", 0, 10, "self", 7,
        response_fraction=0.3, meaningful_change=1, n_items=3, sources=("Reed 2024",), measures="pain",
    ),
    Instrument(
        "BPI", "Brief Pain Inventory", 0, 10, "self", None,
        _bands(("mild", 0, 4), ("moderate", 5, 6), ("severe", 7, 10)),
        meaningful_change=1, sources=("ePPOC", "IMMPACT, Dworkin 2008"), measures="pain",
    ),
    Instrument(
        "NRS pain", "Numeric rating of pain", 0, 10, "self", None,
        response_fraction=0.3, meaningful_change=2, sources=("IMMPACT, Dworkin 2008",), measures="pain",
    ),
    Instrument(
        "CADSS", "Clinician-Administered Dissociative States Scale", 0, 92, "clinician", 0,
        n_items=23, sources=("23-item version, 2024",), measures="dissociation", range_verified=False,
    ),
    Instrument(
        "C-SSRS", "Columbia scale, most severe ideation", 0, 5, "clinician", 30,
        loinc="93293-9", sources=("LOINC LL5434-7",), measures="suicidal ideation",
    ),
)  # fmt: skip

INSTRUMENTS: dict[str, Instrument] = {item.name: item for item in (*_DEPRESSION, *_OTHER)}


def instrument(name: str) -> Instrument:
    """The declaration of one instrument. Raises KeyError for a name outside the vocabulary."""
    return INSTRUMENTS[name]
