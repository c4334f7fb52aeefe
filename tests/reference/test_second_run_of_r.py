"""The committed numbers against another run of R, on another machine, with an optimiser tightened in another way."""

import json

import numpy as np
import pytest

from .reference_cases import METHODS, SPECIFICATIONS, reference

# Both runs finish with finite differences of the deviance, exact to about 3e-8 in theta.
THETA = 1e-7
DEVIANCE = 1e-10
RELATIVE = 1e-7
# lmerTest's numerical derivatives differ between two thetas that are 1e-8 apart.
SATTERTHWAITE = 1e-6


def both_runs(shared_folder, case, model, method):
    file = shared_folder / "reference" / "lmm" / case / "reference.json"
    if not file.is_file():
        pytest.skip(f"no second run of R for {case} at {file}")
    models = json.loads(file.read_text())["models"]
    if model not in models:
        pytest.skip(f"the second run of R has no model {model!r} of {case}")
    return reference(case)["models"][model][method], models[model][method]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("case", "model"),
    [(case, model) for case, models in SPECIFICATIONS.items() for model in models
     if case not in ("kat_small", "sim_three") and model != "slope"],
)  # fmt: skip
def test_two_runs_of_r_agree(shared_folder, case, model, method):
    ours, theirs = both_runs(shared_folder, case, model, method)
    assert ours["neg2loglik"] == pytest.approx(theirs["neg2loglik"], abs=DEVIANCE, rel=0)
    assert np.abs(np.subtract(ours["theta"], theirs["theta"])).max() < THETA
    assert ours["sigma2"] == pytest.approx(theirs["sigma2"], rel=RELATIVE)
    assert ours["singular"] == theirs["singular"]
    se = np.array(list(theirs["se"].values()))
    moved = np.subtract(list(ours["fixef"].values()), list(theirs["fixef"].values())) / se
    assert np.abs(moved).max() < RELATIVE
    assert list(ours["se"].values()) == pytest.approx(se, rel=RELATIVE)
    assert list(ours["satterthwaite_df"].values()) == pytest.approx(
        list(theirs["satterthwaite"]["df"].values()), rel=SATTERTHWAITE
    )
