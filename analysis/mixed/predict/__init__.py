"""Predictions of a fitted model: of a population, of its patients and clinics, of patients it has not seen."""

from .clinic_departures import ClinicDepartures, clinic_departures
from .prediction import predict

__all__ = ["ClinicDepartures", "clinic_departures", "predict"]
