"""The two bootstraps of a mixed model: outcomes drawn from the model, and patients drawn again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..fit import MixedModelFit
from ..prepared import PreparedModel
from ..problem import problem_of
from .refits import Progress, Repetition, Statistic, usual_quantities
from .replicates import Replicates
from .simulation import simulator
from .unit_draws import UnitDraws, drawn_units, strata_of


def parametric_bootstrap(
    fit: MixedModelFit,
    replicates: int,
    seed: int | np.random.Generator,
    source: PreparedModel | pd.DataFrame | None = None,
    statistic: Statistic = usual_quantities,
    progress: Progress | None = None,
) -> Replicates:
    """Refit outcomes drawn from the fitted model, as lme4's bootMer with use.u = FALSE.

    New random effects and residuals for the same patients at the same rows, drawn as per-patient sums (see
    ``simulation``), so that nothing reads or makes rows. ``statistic`` turns a refit into named numbers: by default
    coefficients, standard deviations, correlations and sigma. ``progress(done, asked)`` is called after every
    replicate; an exception it raises stops the bootstrap. ``source`` is the prepared model or the frame of the fit,
    found by itself while in use. The same seed gives the same replicates.

    Refits that are refused are counted in the result, not replaced. Raises ModelRefused when the rows are gone.
    """
    problem = problem_of(fit, source)
    at = problem.at
    model = simulator(problem.working.problem, at.beta, at.covariance, float(np.sqrt(at.sigma2)))
    return Repetition(problem, fit, replicates, statistic, progress).run(model.draw, seed)


def case_bootstrap(
    fit: MixedModelFit,
    replicates: int,
    seed: int | np.random.Generator,
    source: PreparedModel | pd.DataFrame | None = None,
    strata: str | pd.Series[Any] | None = None,
    statistic: Statistic = usual_quantities,
    progress: Progress | None = None,
) -> Replicates:
    """Refit samples of patients drawn with replacement: no distribution is assumed, patients are what is independent.

    A patient drawn twice counts as two patients with the same rows; all rows of a patient come along. With patients
    nested in clinics it is clinics that are drawn, with all their patients. ``strata`` keeps the number of patients (or
    clinics) per category: the name of a category of the model that is constant within them, or a series of labels
    indexed by patient (or clinic). ``statistic``, ``progress`` and ``source`` as in ``parametric_bootstrap``.

    Samples that cannot be fitted (a category that lost all its patients) are counted in the result. Raises
    ModelRefused when the rows are gone, or the strata do not cover the patients.
    """
    problem = problem_of(fit, source)
    units = drawn_units(problem, fit)
    draws = UnitDraws(problem, units, strata_of(problem, units, strata))
    return Repetition(problem, fit, replicates, statistic, progress).run(draws.draw, seed)
