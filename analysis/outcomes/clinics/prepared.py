"""What the clinics page needs of a study, read once: patients by clinic, what is counted of each, and the model."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from analysis.mixed import ModelRefused, PreparedModel, prepare_mixed_model
from analysis.study import Study

from ..model_spec import ModelSpec
from ..prepared import Mask, PreparedSymptomChange, prepare_symptom_change
from .groups import ClinicNames, clinic_names
from .measures import Measure, measures_of

CLINIC = "clinic_id"
# What clinics do not choose and nearly everybody records: who came, and how ill.
CASE_MIX = ("age", "sex", "payer", "primary_diagnosis", "failed_antidepressants", "prior_suicide_attempt")


@dataclass(frozen=True, eq=False)
class PreparedClinics:
    """A study's counts and model for one spec; nothing here depends on a cohort.

    spec: as asked, without the clinic among the adjustments. headline: its rows. model: the headline model with
    patients nested in clinics, fixed the same with clinics as an adjustment; None when the study cannot carry it
    (headline then has the reason).
    """

    study: Study
    spec: ModelSpec
    clinics: ClinicNames
    measures: tuple[Measure, ...]
    headline: PreparedSymptomChange
    model: PreparedModel | None
    fixed: PreparedModel | None
    engine_words: str = ""


def prepare_clinics(study: Study, spec: ModelSpec) -> PreparedClinics:
    """One pass over a study for one instrument; cohorts of it are then compared without another.

    The clinic leaves the adjustments: it is the outer level of the model, which patients without one are not in.
    """
    spec = replace(spec, covariates=tuple(name for name in spec.covariates if name != CLINIC))
    headline, clinics = prepare_symptom_change(study, spec), clinic_names(study)
    headline = replace(headline, in_model=headline.in_model & (clinics.of_patient[headline.points.patient] >= 0))
    model, fixed, words = None, None, headline.engine_words
    if headline.model is not None:
        routes = [str(code) for code in headline.model.everyone.working.design.levels.get("route", ())]
        try:
            model = nested_model(headline, headline.in_model, routes)
            fixed = fixed_model(headline, headline.in_model, routes)
        except (ModelRefused, ValueError) as reason:
            words = str(reason)
    measures = measures_of(study, spec.instrument)
    return PreparedClinics(study, spec, clinics, measures, headline, model, fixed, words)


def _model_rows(headline: PreparedSymptomChange, used: Mask, routes: list[str]) -> pd.DataFrame:
    """Some rows of the headline model with the clinic of each patient, on the routes given."""
    rows = headline.rows[used]
    clinic = headline.study.patients[CLINIC].astype("str").to_numpy()[headline.points.patient[used]]
    return rows.assign(route=rows["route"].cat.set_categories(routes), clinic_id=pd.Categorical(clinic))


def nested_model(headline: PreparedSymptomChange, used: Mask, routes: list[str]) -> PreparedModel:
    """The headline model of some rows, on the routes given, with patients nested in clinics. Raises ModelRefused."""
    chosen, formula = _model_rows(headline, used, routes), headline.spec.formula(headline.knots, headline.covariates)
    return prepare_mixed_model(formula, chosen, groups="patient_id", random=headline.spec.random, nested_in=CLINIC)


def fixed_model(headline: PreparedSymptomChange, used: Mask, routes: list[str]) -> PreparedModel:
    """The same with the clinic among the adjustments, each clinic with a level of its own. Raises ModelRefused."""
    chosen = _model_rows(headline, used, routes)
    formula = headline.spec.formula(headline.knots, (*headline.covariates, CLINIC))
    return prepare_mixed_model(formula, chosen, groups="patient_id", random=headline.spec.random)
