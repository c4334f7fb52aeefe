"""The outer level of a model: which column holds the clinics, and the columns of the clinics' random effects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..basis import Basis
from ..columns import require_columns
from ..crossproducts import patient_layout, sum_per_patient
from ..design import Design
from ..formula import Expression, ParsedFormula, parse_random_formula
from ..raw_columns import RawColumns, assemble
from ..refusal import ModelRefused
from ..rows import ModelRows
from ..working import Everyone
from .sums import OuterProducts

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Nesting:
    """What was asked for: the clinic column and the random part of a clinic."""

    column: str
    random: str


@dataclass(frozen=True, eq=False)
class OuterLevel:
    """The outer level as read: clinic labels (numbered by OuterProducts.clinic), random columns and their basis."""

    column: str
    random_formula: str
    clinics: pd.Index[Any]
    design: Design
    basis: Basis


def asked_nesting(nested_in: str | None, nested_random: str) -> Nesting | None:
    """The outer level asked for, if any. Raises ModelRefused for random effects of nothing."""
    if nested_in is not None:
        return Nesting(nested_in, nested_random)
    if nested_random != "1":
        raise ModelRefused(
            f"nested_random='{nested_random}' was given without nested_in.",
            "Name the column of the clinics in nested_in, or leave nested_random out.",
        )
    return None


def with_clinics(random: ParsedFormula, nesting: Nesting | None) -> ParsedFormula:
    """A random part that also reads the clinics and the columns of their random effects, where there are any."""
    if nesting is None:
        return random
    column = nesting.column
    clinic = {f"C({column})": Expression(f"C({column})", (column,), column, True)}
    outer = parse_random_formula(nesting.random).expressions
    return ParsedFormula(None, random.terms, {**random.expressions, **outer, **clinic})


def check_outer_columns(data: pd.DataFrame, fixed: ParsedFormula, nesting: Nesting, structured: bool) -> None:
    """Raises ModelRefused when the clinic column is absent, has gaps, or is a term of the model as well, and when a
    residual structure is to be estimated."""
    column = nesting.column
    if structured:
        raise ModelRefused(
            "Patients nested in clinics are fitted with independent residuals of one variance (or prior weights) only.",
            "Leave nested_in out, or leave out residual and residual_by.",
        )
    require_columns(data, [column], "nested_in")
    require_columns(data, parse_random_formula(nesting.random).variables(), "nested_random")
    absent = int(data[column].isna().sum())
    if absent:
        raise ModelRefused(
            f"Column '{column}' is missing in {absent} of {len(data)} rows.", "Every row must name its clinic."
        )
    if column in fixed.variables():
        raise ModelRefused(
            f"Column '{column}' is the outer level and in the formula too: either takes up all that clinics differ by.",
            "Leave it out of the formula, or leave nested_in out.",
        )


def clinic_of_patients(rows: ModelRows, column: str) -> IntArray:
    """The number of each patient's clinic. Raises ModelRefused when patients are in more than one."""
    codes = rows.labels[column].codes.astype(np.intp)
    clinic = np.empty(len(rows.patient_labels), dtype=np.intp)
    clinic[rows.patient] = codes
    crossed = len(np.unique(rows.patient[codes != clinic[rows.patient]]))
    if crossed:
        groups = rows.patient_labels.name
        verb = "has" if crossed == 1 else "have"
        raise ModelRefused(
            f"{crossed} of {len(clinic)} patients {verb} rows in more than one '{column}', so patients are crossed with"
            " clinics, not nested in them.",
            f"Give each patient one clinic, or make the pair the patient: join '{groups}' and '{column}' in one column"
            " and name that in groups.",
        )
    return clinic


def add_outer_level(
    everyone: Everyone, rows: ModelRows, raw: RawColumns, outer: Design, nesting: Nesting, correlated: bool
) -> tuple[Everyone, OuterLevel]:
    """Everyone with the clinics' sums, and the level they belong to. ``outer`` are the columns of Z_c.

    Raises ModelRefused when patients are in more than one clinic, or a column of Z_c does not vary.
    """
    clinic = clinic_of_patients(rows, nesting.column)
    sums, basis = _outer_sums(rows, raw, everyone.working.design, outer, correlated, clinic, None)
    clinics = pd.Index(rows.labels[nesting.column].levels, name=nesting.column)
    level = OuterLevel(nesting.column, nesting.random, clinics, outer, basis)
    return replace(everyone, working=replace(everyone.working, outer=sums)), level


def weighted_outer(
    level: OuterLevel | None, rows: ModelRows, raw: RawColumns, fixed: Design, correlated: bool
) -> OuterProducts | None:
    """The clinics' sums with rows times the square root of their prior weights; None without an outer level."""
    if level is None:
        return None
    clinic = clinic_of_patients(rows, level.column)
    return _outer_sums(rows, raw, fixed, level.design, correlated, clinic, rows.residual.weights)[0]


def _outer_sums(
    rows: ModelRows,
    raw: RawColumns,
    fixed: Design,
    outer: Design,
    correlated: bool,
    clinic: IntArray,
    weights: FloatArray | None,
) -> tuple[OuterProducts, Basis]:
    """Z_c'[Z_c Z X y] of every patient, on the working scale of ``raw``, and the basis of Z_c."""
    again = assemble(rows, fixed, outer, correlated)
    shared, qc, q = len(fixed.names) + 1, len(outer.names), len(raw.random.kept)
    columns = np.concatenate([raw.values, again.values[shared:]])
    if weights is not None:
        columns[:, :-1] *= np.sqrt(weights)
    change = np.zeros((qc + len(raw.change), len(columns)))
    change[:qc, :shared] = again.change[:qc, :shared]
    change[:qc, len(raw.values) :] = again.change[:qc, shared:]
    change[qc:, : len(raw.values)] = raw.change
    order, _, layout = patient_layout(rows.patient, len(clinic))
    cc, rest, _, _ = sum_per_patient(columns, change, qc, layout, len(clinic), False)
    cz, cx = np.ascontiguousarray(rest[:, :q]), np.ascontiguousarray(rest[:, q:])
    return OuterProducts(clinic[order], cc, cz, cx), again.random
