"""Profile intervals against R: a dense deviance profiled to 1e-9 by ML and REML, and lme4's confint (r/profiles.R)."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.mixed.compare.profile import profile_intervals

from .reference_cases import case_data, fitted, reference

MODELS = [("sleepstudy", "ris"), ("sleepstudy", "ri"), ("orthodont", "risx")]
TIGHT = 1e-6  # relative (correlations: absolute): R's root finder stops at 1e-9 of a starting step
SPLINE = 1e-4  # relative: lme4 interpolates its profile with splines
LIKELIHOODS = {"REML": "restricted", "ML": "maximum"}


def _parameter(name: str) -> str:
    """R's name of a parameter in this project's words: "cor Days (Intercept)" is cor(Intercept, Days)."""
    kind, *of = name.replace("(Intercept)", "Intercept").replace("SexMale", "Sex[T.Male]").split(" ")
    return f"{kind}({', '.join(reversed(of))})" if of else kind


def _intervals(case: str, model: str, method: str) -> pd.DataFrame:
    return profile_intervals(fitted(case, model, method), case_data(case))


@pytest.mark.parametrize("method", list(LIKELIHOODS))
@pytest.mark.parametrize(("case", "model"), MODELS)
def test_limits_are_where_the_dense_deviance_has_risen(case: str, model: str, method: str) -> None:
    of_r = reference(case, "profiles")["models"][model][LIKELIHOODS[method]]
    ours = _intervals(case, model, method)
    assert {_parameter(name) for name in of_r} == set(ours.index)
    for name, limits in of_r.items():
        row = ours.loc[_parameter(name)]
        assert row["ci_low"] == pytest.approx(limits["ci_low"], rel=TIGHT, abs=TIGHT)
        assert row["ci_high"] == pytest.approx(limits["ci_high"], rel=TIGHT)


def test_lme4_s_spline_gives_the_same_to_four_digits() -> None:
    of_r = reference("sleepstudy", "profiles")["models"]["ris"]["lme4"]
    ours = _intervals("sleepstudy", "ris", "ML")
    names = {
        "sd_(Intercept)|Subject": "sd(Intercept)",
        "sd_Days|Subject": "sd(Days)",
        "cor_Days.(Intercept)|Subject": "cor(Intercept, Days)",
        "sigma": "sigma",
        "(Intercept)": "Intercept",
        "Days": "Days",
    }
    assert set(names) == set(of_r)
    for name, parameter in names.items():
        assert ours.loc[parameter, "ci_low"] == pytest.approx(of_r[name]["ci_low"], rel=SPLINE)
        assert ours.loc[parameter, "ci_high"] == pytest.approx(of_r[name]["ci_high"], rel=SPLINE)


def test_where_an_interval_is_cut_off_it_says_so() -> None:
    table = _intervals("orthodont", "risx", "REML")
    assert table.loc["sd(age)", "ci_low"] == 0.0
    assert table.loc["sd(age)", "note"] == (
        "The interval reaches zero: these rows do not rule out that patients do not differ in this."
    )
    assert table.loc["cor(Intercept, age)", "note"] == "The interval reaches the end of the correlations."
    assert table.loc["sd(Intercept)", "note"] == ""
