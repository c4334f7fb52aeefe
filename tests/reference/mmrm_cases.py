"""The repeated-measures cases R was run on: the frames, and R's names of structures and coefficients."""

import re
from functools import cache

import pandas as pd

from analysis.mixed import MMRMFit, fit_mmrm

from .reference_cases import CASES, reference

STRUCTURES = {
    "us": "unstructured",
    "ar1": "ar1",
    "ar1h": "ar1h",
    "cs": "cs",
    "csh": "csh",
    "toep": "toeplitz",
    "toeph": "toeplitzh",
}
SUBJECT = {"fev": "USUBJID", "orthodont": "Subject"}
VISIT = {"fev": "AVISIT", "orthodont": "age"}


@cache
def frame(case: str) -> pd.DataFrame:
    """The rows with R's reference levels; orthodont also with age as the category ``ageF``."""
    rows = pd.read_csv(CASES / case / "data.csv")
    if case == "orthodont":
        return rows.assign(ageF=pd.Categorical(rows["age"].astype(str), ["8", "10", "12", "14"]))
    levels = reference("fev", "mmrm")["levels"]
    return rows.assign(**{name: pd.Categorical(rows[name], known) for name, known in levels.items()})


@cache
def fitted_mmrm(case: str, formula: str, structure: str, method: str = "REML", df: str = "satterthwaite") -> MMRMFit:
    """The case fitted by this project; once per test run. ``structure`` is R's name."""
    return fit_mmrm(
        formula, frame(case), SUBJECT[case], VISIT[case], covariance=STRUCTURES[structure], method=method, df=df
    )


def r_terms(fit: MMRMFit) -> list[str]:
    """R's names of the fit's coefficients, in the fit's order."""
    plain = [re.sub(r"\[T\.([^\]]*)\]", r"\1", term) for term in fit.terms]
    return ["(Intercept)" if term == "Intercept" else term for term in plain]
