"""The model for a researcher: a second opinion from other software, and everything that was estimated."""

from __future__ import annotations

import streamlit as st

from analysis.disclosure import Estimates, ReleasedChange, of_patients
from analysis.figures import number_text, p_text, share_text
from analysis.mixed import CrossCheck, ModelRefused
from analysis.outcomes import ModelSpec

from . import state
from .messages import faults_said
from .tables import table
from .words import plain

_CHECKED = "kat_checked"
_CHECK_NAMES = {
    "estimate_statsmodels": "Estimate, statsmodels",
    "difference_in_se": "Difference, in SE",
    "std_error_statsmodels": "SE, statsmodels",
    "std_error_ratio": "Ratio of SE",
}


def second_opinion(change: ReleasedChange) -> None:
    """A button that refits the model in statsmodels and says whether the two agree."""
    st.header("A second opinion")
    st.markdown("The same model can be refitted by statsmodels, an independent program. It takes some seconds.")
    _second_opinion(change.spec)


@st.fragment
@faults_said()
def _second_opinion(spec: ModelSpec) -> None:
    """Once asked for, the answer stays until the cohort or the model changes."""
    asked = (state.cohort(), spec)
    if st.button("Check against statsmodels", icon=":material/fact_check:", key="cross_check"):
        st.session_state[_CHECKED] = asked
    if st.session_state.get(_CHECKED) != asked:
        return
    try:
        _show_check(state.checked(spec))
    except ModelRefused as reason:
        st.warning(plain(str(reason)), icon=":material/block:")


def _show_check(check: CrossCheck) -> None:
    if check.agrees:
        st.success(plain(check.sentence), icon=":material/check_circle:")
    else:
        st.warning(plain(check.sentence), icon=":material/info:")
    if len(check.terms):
        shown = check.terms.reset_index() if check.terms.index.name else check.terms
        four = {column: lambda value: number_text(value, 4) for column in shown.select_dtypes("number")}
        table(shown, "Fixed effects here and in statsmodels", _CHECK_NAMES, four)


@st.fragment
@faults_said()
def details(change: ReleasedChange) -> None:
    """The model as a researcher reads it: formula, variance components, coefficients."""
    with st.expander(
        "Details of the model", icon=":material/function:", key="model_details", on_change="rerun"
    ) as view:
        if view.open and change.estimates is not None:
            _estimates(change.estimates, f"{change.n_rows:,} scores of {of_patients(change.counts['model'])}")


def _estimates(fit: Estimates, whom: str) -> None:
    st.code(f"{fit.formula}\nrandom, per patient: {fit.random_formula}", language=None, wrap_lines=True)
    marginal, conditional = fit.r_squared
    st.markdown(
        f"{fit.method}, {fit.df_method.title()} df. {whom[0].upper()}{whom[1:]}. "
        f"−2 log likelihood {number_text(fit.neg2loglik, 2)}. Variance explained: {share_text(marginal)} by the fixed "
        f"effects, {share_text(conditional)} with each patient's own level and slope."
    )
    for note in fit.notes:
        st.markdown(f"- {plain(note)}")
    if fit.dropped_terms:
        st.markdown(f"Left out because other terms determine them: {plain(', '.join(fit.dropped_terms))}.")
    covariance = fit.random_covariance.rename_axis("between patients").reset_index()
    covariance.loc[len(covariance)] = ["residual", fit.residual_variance, *[None] * (covariance.shape[1] - 2)]
    three = {column: lambda value: number_text(value, 3) for column in covariance.columns[1:]}
    table(covariance, "Variance components, points squared", {}, three)
    effects = fit.fixed_effects.reset_index()
    formats = {column: lambda value: number_text(value, 3) for column in effects.columns[1:]}
    table(effects, "Fixed effects, points", {}, formats | {"p_value": p_text, "df": number_text})
    if fit.withheld:
        st.caption("Left out: coefficients of groups with few patients in the model, or compared with such a group.")
