"""The model's settings: their formula, and their trip through a URL."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.outcomes import COVARIATES, ROUTE_RULES, SHAPES, TIMES, ModelSpec
from analysis.vocabulary import INSTRUMENTS

SPECS = st.builds(
    ModelSpec,
    instrument=st.sampled_from(list(INSTRUMENTS)),
    time=st.sampled_from(TIMES),
    shape=st.sampled_from(SHAPES),
    covariates=st.lists(st.sampled_from(list(COVARIATES)), unique=True).map(tuple),
    route_rule=st.sampled_from(ROUTE_RULES),
    random_slope=st.booleans(),
)


def test_the_default_is_the_headline_model() -> None:
    spec = ModelSpec()
    assert spec.formula((), spec.covariates) == (
        "change ~ route * piecewise(sessions_so_far, 6) + baseline + age + sex + payer + clinic_id"
    )
    assert spec.random == "1 + upto(sessions_so_far, 6)"


@pytest.mark.parametrize(
    ("spec", "curve", "random"),
    [
        (ModelSpec(shape="linear"), "sessions_so_far", "1 + sessions_so_far"),
        (ModelSpec(shape="log"), "log1p(sessions_so_far)", "1 + log1p(sessions_so_far)"),
        (ModelSpec(shape="categories"), "time_group", "1 + upto(sessions_so_far, 6)"),
        (ModelSpec(time="weeks"), "piecewise(weeks, 4)", "1 + upto(weeks, 4)"),
        (ModelSpec(random_slope=False), "piecewise(sessions_so_far, 6)", "1"),
    ],
)
def test_each_shape_has_its_curve_and_its_random_slope(spec: ModelSpec, curve: str, random: str) -> None:
    assert spec.formula((), ()) == f"change ~ route * {curve} + baseline"
    assert spec.random == random


def test_a_spline_carries_the_studys_knots_as_numbers() -> None:
    formula = ModelSpec(shape="spline").formula((1.0, 2.0, 5.5, 12.0), ())
    assert formula == "change ~ route * spline(sessions_so_far, 1.0, 2.0, 5.5, 12.0) + baseline"


@given(SPECS)
def test_a_spec_survives_its_url(spec: ModelSpec) -> None:
    assert ModelSpec.from_query(spec.to_query()) == spec


def test_the_default_leaves_the_url_clean_and_nonsense_leaves_the_default() -> None:
    assert ModelSpec().to_query() == {}
    nonsense = {"instrument": ["__import__('os')"], "shape": "wavy", "adjust": ["shoe", "age"], "time": ["years"]}
    assert ModelSpec.from_query(nonsense) == ModelSpec(covariates=("age",))
