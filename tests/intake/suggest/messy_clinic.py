"""A clinic's export as it comes: US dates, pounds, mg/kg, drips and shots, item columns, scores side by side.

Drawn by hand, three files. What should come out was counted by hand too; the tests hold it.
"""

from __future__ import annotations

CHART = """\
PatientCode;Site;DOB;Gender;Dx;Insurance;On Benzo;MADRS_baseline;MADRS_wk4;GAD7 total wk4;favourite colour
KX41;North;04/17/1980;F;Depression;private insurance;Y;30;12;7;blue
QT72;North;12/25/1990;m;PTSD;Cash;N;27;;N/A;red
ZB08;South;06/30/1931;Female;Depression;medicare;N;35;16;3;green
LM55;South;01/02/1975;M;Depression;self pay;Yes;32;;14;blue
"""

INFUSIONS = """\
PatientCode,Date of Service,Time,How given,Dose (mg/kg),Weight (lbs),SBP max,Completed
KX41,01/18/2024,9:30 AM,drip,0.5,154,151,yes
KX41,01/15/2024,9:30 AM,IV drip,0.5,154,140,yes
KX41,01/22/2024,3:30 PM,Infusion,0.6,154,138,no
QT72,02/20/2024,11:00 AM,shot,1.0,180,150,yes
QT72,02/27/2024,,Shot,1,180,,yes
ZB08,03/05/2024,1:15 PM,troche,2,120,128,yes
"""

SURVEYS = """\
PatientCode,Survey Date,phq_1,phq_2,phq_3,phq_4,phq_5,phq_6,phq_7,phq_8,phq_9
KX41,01/12/2024,3,3,2,2,2,3,2,1,2
KX41,02/12/2024,1,1,1,1,1,1,1,1,0
QT72,02/20/2024,2,2,2,2,2,2,2,2,1
QT72,03/19/2024,1,1,,1,1,1,1,1,0
ZB08,03/06/2024,2,2,2,2,2,2,2,2,
LM55,03/01/2024,3,3,3,3,3,3,3,1,0
"""

FILES = {"chart.csv": CHART, "infusions.csv": INFUSIONS, "surveys.csv": SURVEYS}
