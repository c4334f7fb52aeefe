"""Everything the dashboard knows without a screen: data in, statistics, figures out.

Floors, each importing only from those before it: vocabulary, study, intake, cohort,
mixed, outcomes, disclosure, figures, publish.
"""
