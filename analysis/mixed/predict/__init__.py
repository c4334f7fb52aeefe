"""Predictions of a fitted model: of a population, of its patients, of patients it has not seen."""

from .prediction import predict

__all__ = ["predict"]
