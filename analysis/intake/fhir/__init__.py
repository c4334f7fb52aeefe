"""FHIR R4 bulk exports (NDJSON) to the tables of a study."""
