"""One small study in which everything about safety can be counted by hand."""

from __future__ import annotations

from analysis.study import Study
from tests.drawn import drawn_study

PATIENTS = """
patient_id clinic_id primary_diagnosis
a C01 MDD
b C01 MDD
c C02 MDD
d C03 MDD
"""
SESSIONS = """
patient_id session_number day route molecule dose_mg weight_kg sbp_pre dbp_pre sbp_peak dbp_peak spo2_min cadss_peak observation_min completed
a 1 0 IV racemic 40 80 120 80 165 90 99 20 90 true
a 2 7 IV racemic 40 80 120 80 159 99 97 10 95 true
a 3 14 IM racemic 50 100 130 70 135 100 95 8 - false
b 1 0 IV racemic - 80 110 70 150 80 93 12 120 true
b 2 3 IV racemic 64 80 - 70 170 - - 6 110 -
c 1 0 IN esketamine 56 70 120 80 130 85 98 30 120 true
c 2 4 IN esketamine 84 70 120 80 140 85 98 22 119 true
c 3 8 IN esketamine 70 70 120 80 - 85 89 - 150 true
d 1 0 SL racemic 200 100 - - - - - - - true
"""  # noqa: E501
EVENTS = """
patient_id session_number day term grade serious onset_min resolved_min ascertainment
a 1 0 Nausea 1 false 20 50 solicited
a 1 0 Dizziness 2 false 10 40 solicited
a - 7.2 Nausea 1 false 30 - solicited
a - 30 Insomnia 2 - - - solicited
b 2 3 Nausea 3 true 40 80 solicited
b 9 - Anxiety - false - - spontaneous
c 1 0 Dissociation 1 false 15 60 spontaneous
c 2 4 Dissociation 2 false 25 90 spontaneous
"""
NO_SCORES = "patient_id day instrument score"


def drawn() -> Study:
    return drawn_study(PATIENTS, SESSIONS, NO_SCORES, adverse_events=EVENTS)


def without_events() -> Study:
    return drawn_study(PATIENTS, SESSIONS, NO_SCORES)
