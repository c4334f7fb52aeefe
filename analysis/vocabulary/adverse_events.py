"""Adverse-event terms that ketamine studies report, for suggestions; other terms are kept as they are.

Plain US-English names as in the esketamine label (spravatohcp.com/safety) and pooled trials
(PMC8407443); no licensed code list is shipped.
"""

from __future__ import annotations

ADVERSE_EVENT_TERMS: tuple[str, ...] = (
    "Dissociation", "Dizziness", "Nausea", "Sedation", "Somnolence", "Vertigo", "Headache", "Dysgeusia",
    "Hypoesthesia", "Paresthesia", "Anxiety", "Lethargy", "Blood pressure increased", "Vomiting", "Insomnia",
    "Vision blurred", "Pollakiuria", "Feeling drunk", "Euphoric mood", "Mental impairment", "Fatigue",
)  # fmt: skip
