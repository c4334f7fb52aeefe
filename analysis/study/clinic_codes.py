"""Codes in place of the names of clinics, for whoever may not know which clinic is which."""

from __future__ import annotations

import hashlib
import re

from .study import Study

# "C01", "site-3", "clinic 12", "7": a code already. Anything else may be a name, a place ("LA2") or a postcode (90210).
_CODE = re.compile(r"(?:clinic|site|cent(?:er|re))[-_ ]?\d{1,4}|[a-z][-_ ]?\d{1,4}|\d{1,3}", re.IGNORECASE)
COLUMN = "clinic_id"


def is_code(name: str) -> bool:
    """Whether a clinic is called by a code that tells nobody where it is."""
    return _CODE.fullmatch(name.strip()) is not None


def clinic_codes(study: Study) -> dict[str, str]:
    """The code of each clinic: "Clinic 1", "Clinic 2" and so on, in an order that follows from the data and from no
    name. Empty where every clinic is called by a code already."""
    present = study.patients[COLUMN].dropna().astype("str").unique().tolist()
    if all(is_code(name) for name in present):
        return {}

    def place(name: str) -> str:
        return hashlib.sha256(f"{study.digest}\x1f{name}".encode()).hexdigest()

    width = len(str(len(present)))
    return {name: f"Clinic {number:0{width}d}" for number, name in enumerate(sorted(present, key=place), 1)}


def with_clinic_codes(study: Study) -> Study:
    """The study with every clinic under its code; the same study where all are codes."""
    codes = clinic_codes(study)
    if not codes:
        return study
    patients = study.patients.assign(**{COLUMN: study.patients[COLUMN].astype("str").map(codes)})
    return Study.from_tables(study.name, {**study.tables, "patients": patients}, study.notes, study.allowed)
