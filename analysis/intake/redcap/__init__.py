"""REDCap exports with their data dictionary to the sources of a mapping."""
