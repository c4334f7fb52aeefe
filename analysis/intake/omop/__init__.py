"""Extracts of the OMOP Common Data Model to the tables of a study."""
