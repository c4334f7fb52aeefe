"""What cannot be asked of residuals, in full sentences: why, how many, and what to change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.mixed import ModelRefused, fit_mixed_model, prepare_mixed_model
from analysis.mixed.errors import descent
from analysis.mixed.errors.profile import Profile

from .dense import irregular

ROWS = irregular()


def refusal(data: pd.DataFrame = ROWS, formula: str = "y ~ day", **options: object) -> str:
    with pytest.raises(ModelRefused) as caught:
        fit_mixed_model(formula, data, "patient", **options)
    assert str(caught.value) == f"{caught.value.reason} {caught.value.remedy}"
    return str(caught.value)


def weights(values: object) -> pd.DataFrame:
    return ROWS.assign(w=values)


def test_negative_weights() -> None:
    spoilt = weights(ROWS["w"].where(ROWS.index > 2, -1.0))
    assert refusal(spoilt, weights="w") == (
        f"Column 'w' has 3 negative weights among {len(ROWS)}. Every weight must be above zero."
    )


def test_weights_of_zero() -> None:
    spoilt = weights(ROWS["w"].where(ROWS.index > 1, 0.0))
    assert refusal(spoilt, weights="w") == (
        f"Column 'w' has 2 weights of zero among {len(ROWS)}: such a row says nothing. Leave those rows out."
    )


def test_infinite_weights() -> None:
    spoilt = weights(ROWS["w"].where(ROWS.index > 0, np.inf))
    assert refusal(spoilt, weights="w") == (
        "Column 'w' has 1 infinite values. Correct them or leave them blank; blanks are left out."
    )


def test_weights_that_are_words() -> None:
    assert refusal(weights("heavy"), weights="w") == (
        "Column 'w' is used as a number but holds categories. Use it as a category or convert it."
    )


def test_a_weight_column_that_is_not_there() -> None:
    assert refusal(weights="wt").startswith("The data has no 'wt' (a column that weights uses).")


def test_an_unknown_structure() -> None:
    assert refusal(residual="toeplitz", residual_time="day") == (
        "There is no residual structure 'toeplitz'. Use 'independent', 'ar1' or 'exponential'."
    )


def test_a_correlation_without_a_time() -> None:
    assert refusal(residual="exponential") == (
        "residual='exponential' needs to know when each row was measured. Name the column of the days as residual_time."
    )
    assert refusal(residual="ar1") == (
        "residual='ar1' needs to know when each row was measured. Name the column of the visit numbers as"
        " residual_time."
    )


def test_a_time_that_nothing_uses() -> None:
    assert refusal(residual_time="day") == (
        "residual_time='day' is not used by independent residuals. Use residual='ar1' or residual='exponential', or"
        " leave residual_time out."
    )


def test_two_rows_of_a_patient_at_one_time() -> None:
    doubled = pd.concat([ROWS, ROWS[ROWS["visit"] == 2].head(4)])
    for kind, time in (("exponential", "day"), ("ar1", "visit")):
        assert refusal(doubled, residual=kind, residual_time=time) == (
            f"4 rows have the same '{time}' as another row of the same patient; their residual correlation would be"
            " one. Keep one row per patient and time, or give the times of day as fractions."
        )


def test_visit_numbers_with_fractions() -> None:
    halves = ROWS.assign(visit=ROWS["visit"] + np.where(ROWS.index < 5, 0.5, 0.0))
    assert refusal(halves, residual="ar1", residual_time="visit") == (
        "Column 'visit' holds 5 values that are not whole numbers; residual='ar1' counts visits. Give the number of the"
        " visit, or use residual='exponential' for distances in days."
    )


def test_missing_times_leave_their_rows_out() -> None:
    gaps = ROWS.assign(when=ROWS["day"].where(ROWS.index > 3))
    fit = fit_mixed_model("y ~ day", gaps, "patient", residual="exponential", residual_time="when")
    assert fit.n_rows == len(ROWS) - 4
    assert fit.notes[0] == "4 rows were left out because a value is missing (when in 4)."


def test_one_residual_level() -> None:
    assert refusal(ROWS.assign(route="IM"), residual_by="route") == (
        "residual_by='route' has one level on these rows (IM). Leave residual_by out."
    )


def test_a_level_with_too_few_rows() -> None:
    rare = ROWS.assign(route=ROWS["route"].where(ROWS.index > 3, "SC"))
    assert refusal(rare, residual_by="route") == (
        "residual_by='route' needs at least 5 rows per level: SC has 4. Join levels, or leave residual_by out."
    )


def test_a_level_whose_rows_are_fitted_exactly() -> None:
    exact = ROWS.assign(y=ROWS["y"].where(ROWS["route"] == "IM", 4.0))
    assert refusal(exact, "y ~ 1", residual_by="route") == (
        "The residual variance of IV is estimated as zero: its rows are fitted exactly. Join levels, use fewer random"
        " effects, or leave residual_by out."
    )


def test_two_visits_each_do_not_tell_a_correlation_from_a_random_intercept() -> None:
    two = ROWS[ROWS["visit"] < 4].assign(visit=lambda rows: rows["visit"] - 1)
    two = two[two["visit"] > 0]
    assert refusal(two, residual="ar1", residual_time="visit") == (
        "The rows do not tell the residual structure and the random effects apart: other values of its parameters fit"
        " as well. Use a simpler residual structure, or fewer random effects."
    )


def test_a_correlation_of_one() -> None:
    """Patients a thousand units apart whose scores take steps of one unit, and no random intercept to hold them."""
    draws = np.random.default_rng(2)
    level, steps = 1000 * draws.normal(size=(40, 1)), draws.normal(size=(40, 6)).cumsum(axis=1)
    rows = pd.DataFrame(
        {"patient": np.repeat(np.arange(40), 6), "day": np.tile(np.arange(6.0), 40), "y": (level + steps).ravel()}
    )
    expected = (
        "The residual correlation of neighbouring rows is estimated as one: the residuals of a patient would be one"
        " number. Use residual='independent', with a random slope if patients drift apart over time."
    )
    assert refusal(rows, "y ~ 1", random="0 + day", residual="exponential", residual_time="day") == expected
    assert refusal(rows, "y ~ 1", random="0 + day", residual="ar1", residual_time="day") == expected


def test_kenward_roger_with_a_residual_structure() -> None:
    expected = (
        "Kenward-Roger needs a covariance that is linear in its parameters, and with this residual structure it is not"
        " worked out. Use df='satterthwaite'."
    )
    assert refusal(residual_by="route", df="kenward-roger") == expected
    assert refusal(residual="ar1", residual_time="visit", df="kenward-roger") == expected


def test_a_prepared_model_with_a_structure_to_estimate() -> None:
    for options in ({"residual": "ar1"}, {"residual_by": "route"}):
        with pytest.raises(ModelRefused) as caught:
            prepare_mixed_model("y ~ day", ROWS, "patient", **options)
        assert str(caught.value) == (
            "A prepared model keeps sums over each patient's rows, and a residual structure that is estimated changes"
            " them at every step. Use fit_mixed_model on the rows of each cohort."
        )


def test_a_search_that_is_cut_short_is_not_called_an_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descent, "MAX_STEPS", 1)
    assert refusal(residual_by="route") == (
        "The optimiser could not certify that it reached the best residual structure. Use a simpler residual structure,"
        " or fewer random effects."
    )


def test_a_correlation_that_no_inner_fit_survives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Profile, "tried", lambda *_: None)
    assert refusal(residual="exponential", residual_time="day") == (
        "No residual correlation between neighbouring rows gave a fit. Use residual='independent'."
    )
