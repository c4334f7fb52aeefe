"""The sample study, the simulator it came from, and the truth behind it. All of it is synthetic."""

from .outcome_parameters import CLINICS, MAIN_ROUTES, SIMULATED_ROUTES, OutcomeTruth, RouteTruth
from .simulator import DEFAULT_PATIENTS, DEFAULT_SEED, PART_SIZE, Part, SimulatedStudy, simulate, simulate_parts
from .study_files import write_study

__all__ = [
    "CLINICS",
    "DEFAULT_PATIENTS",
    "DEFAULT_SEED",
    "MAIN_ROUTES",
    "PART_SIZE",
    "SIMULATED_ROUTES",
    "OutcomeTruth",
    "Part",
    "RouteTruth",
    "SimulatedStudy",
    "simulate",
    "simulate_parts",
    "write_study",
]
