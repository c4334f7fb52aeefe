"""One small study in which care delivery can be counted by hand."""

from __future__ import annotations

from analysis.study import Study
from tests.drawn import drawn_study

PATIENTS = """
patient_id clinic_id primary_diagnosis payer stop_reason
a C01 MDD self-pay better
b C01 MDD commercial moved
c C02 MDD commercial -
d C02 PTSD - better
"""
SESSIONS = """
patient_id session_number day route molecule dose_mg weight_kg cost_usd covered completed
a 1 0 IV racemic 40 80 600 false true
a 2 4 IV racemic 48 80 600 false true
a 3 40 IM racemic 60 80 400 false true
b 1 0 IN esketamine 56 70 1000 true true
b 2 3 IN esketamine 84 70 1000 true true
b 3 7 IN esketamine 84 70 - true false
c 1 0 IN esketamine 28 60 1000 true true
c 2 10 IN esketamine 70 60 1200 - true
d 1 0 SL racemic 200 100 50 false true
"""
ASSESSMENTS = """
patient_id day instrument score
a 0 PHQ-9 20
a 28 PHQ-9 8
a 110 PHQ-9 9
b 0 PHQ-9 18
b 28 PHQ-9 15
c 0 PHQ-9 16
c 28 PHQ-9 6
d 0 PHQ-9 12
d 0 PCL-5 50
d 28 PCL-5 38
d 0 GAD-7 10
d 27 GAD-7 6
a 0 GAD-7 12
a 29 GAD-7 4
"""
VISITS = """
patient_id day kind minutes modality
a -5 preparation 60 KAP
a 0 integration 45 KAP
a 8 integration 45 KAP
a 43 integration 30 KAP
b -2 preparation 90 KAP
b 6.5 integration 60 KAP
"""


def drawn() -> Study:
    return drawn_study(PATIENTS, SESSIONS, ASSESSMENTS, therapy_visits=VISITS)


def bare() -> Study:
    """No optional table, no optional column."""
    patients = "\n".join(" ".join(line.split()[:3]) for line in PATIENTS.strip().splitlines())
    sessions = "\n".join(" ".join(line.split()[:4]) for line in SESSIONS.strip().splitlines())
    return drawn_study(patients, sessions, ASSESSMENTS)
