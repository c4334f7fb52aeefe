"""What the comparison of clinics says of itself: how the model went, and why there is none."""

from __future__ import annotations

from ..prepared import MIN_PER_ROUTE

FEWEST_CLINICS = 3  # with two, half the fits see no variance, and an interval is as wide as the scale
CONVERGED = "The model was fitted without problems, and its solution was verified."
NO_DIFFERENCE = (
    "The model was fitted, and the variation between clinics was estimated as zero (a singular fit): every difference "
    "is drawn all the way to zero and has no interval. This does not show that the clinics are alike; read the funnels."
)
PATIENTS_SINGULAR = (
    "The model was fitted, but part of the variation between patients was estimated as zero (a singular fit): the "
    "differences between clinics stay valid; do not interpret the variance components."
)
NOBODY = "No patient meets every rule of this cohort. Remove a rule to see a result."
NO_CLINIC = "No clinic is recorded for the patients of this cohort, so clinics cannot be compared. Add clinic_id."
ENGINE = "The model cannot be fitted to this cohort. Widen the cohort, adjust for less, or choose another instrument."


def too_few(n_clinics: int) -> str:
    if n_clinics == 1:
        return (
            "All patients of the model are at one clinic, so there is no other to compare it with. Widen the cohort to "
            f"{FEWEST_CLINICS} clinics or more."
        )
    return (
        f"The patients of the model are at {n_clinics} clinics, which do not show how far clinics vary: the model "
        f"needs {FEWEST_CLINICS}. Widen the cohort, or read the funnels."
    )


def no_route(instrument: str) -> str:
    return (
        f"No route has {MIN_PER_ROUTE} patients with a {instrument} baseline, a later score and every adjustment "
        "recorded in this cohort, and the model needs that many. Widen the cohort or choose another instrument."
    )
