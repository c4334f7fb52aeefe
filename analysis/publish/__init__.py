"""What leaves the product as a file."""

from .csv import csv_bytes, file_name

__all__ = ["csv_bytes", "file_name"]
