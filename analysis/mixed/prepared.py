"""One pass over the rows, then any number of fits: of everyone, of a cohort, by REML or ML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .basis import Basis
from .cells import tabulate_cells
from .checks import check_nesting, check_options, check_random_effects, check_size
from .crossproducts import CrossProducts, minors_of, patient_layout, sum_per_patient
from .design import Design, build_design
from .fit import MixedModelFit
from .formula import ParsedFormula, parse_model_formula, parse_random_formula
from .optimiser import optimise
from .raw_columns import RawColumns, assemble
from .refusal import ModelRefused
from .result import describe_fit
from .rows import ModelRows, left_out_note, read_rows
from .wording import dropped_note, level_notes
from .working import Everyone, Working

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class PreparedModel:
    """A model whose rows were read once. Nothing in it changes: fits may run at the same time from several threads.

    ``patients`` are the patients with at least one complete row. What is kept is per-patient sums, not rows.
    """

    formula: str
    random_formula: str
    groups: str
    method: str
    df: str
    correlated: bool
    patients: pd.Index[Any]
    everyone: Everyone
    random_design: Design
    random_basis: Basis
    incomplete: dict[str, pd.Index[Any]]
    left_out: pd.Index[Any]
    absent: dict[str, tuple[Any, ...]]

    @property
    def n_rows(self) -> int:
        """Complete rows of everyone."""
        return self.everyone.working.data.n_rows

    def fit(
        self, patients: Iterable[Any] | None = None, start: MixedModelFit | None = None, method: str | None = None
    ) -> MixedModelFit:
        """Fit everyone, or the named patients, without another pass over the rows.

        ``patients`` are patient labels; those without a row in this model are ignored and counted in the notes. ``start``
        is an earlier fit of the same random part: it saves time and does not change the answer. Categories that the
        cohort empties lose their levels, and the first level present becomes the reference, as in a fit of those
        rows alone.

        Raises ModelRefused when the model cannot be fitted honestly to these patients.
        """
        method = self.method if method is None else method
        check_options(method, self.df)
        chosen, unknown = (None, 0) if patients is None else self._positions(patients)
        labels = self.patients if chosen is None else self.patients[chosen]
        working = self._working(chosen)
        first = None if start is None else self._start(start)
        optimum = optimise(working.data, method == "REML", self.correlated, first)
        notes = [*self._notes(working, None if chosen is None else labels)]
        if unknown:
            noun = "patient has" if unknown == 1 else "patients have"
            notes.append(f"{unknown} {noun} no complete row in this model.")
        means = self.everyone.cells.means(chosen, working.data.n_rows)
        return describe_fit(self, working, optimum, method, tuple(notes), labels, means)

    def _working(self, chosen: IntArray | None) -> Working:
        everyone = self.everyone
        counts = everyone.counts if chosen is None else everyone.counts[chosen]
        if not len(counts):
            raise ModelRefused("None of the patients has a row in this model.", "Widen the cohort.")
        q = len(self.random_design.names)
        if len(counts) < 2:
            check_size(int(counts.sum()), len(counts), 0, q, int(counts.max()))
        working = everyone.working if chosen is None else everyone.cohort(chosen)
        check_size(working.data.n_rows, working.data.m, working.data.p, q, int(counts.max()))
        check_random_effects(working.data, self.random_design.names, self.correlated)
        return working

    def _positions(self, patients: Iterable[Any]) -> tuple[IntArray, int]:
        asked = patients if isinstance(patients, pd.Index) else pd.Index(list(patients))
        asked = asked.unique()
        found = self.patients.get_indexer(asked)
        return np.sort(found[found >= 0]), int((found < 0).sum())

    def _start(self, fit: MixedModelFit) -> FloatArray | None:
        if fit.random_names != self.random_design.names:
            return None
        back = np.linalg.inv(self.random_basis.transform)
        started = back @ fit.relative_covariance @ back.T
        return started if self.correlated else np.diag(np.diag(started))

    def _notes(self, working: Working, labels: pd.Index[Any] | None) -> tuple[str, ...]:
        levels, known = working.design.levels, self.everyone.working.design.levels
        absent = {
            column: [*self.absent.get(column, ()), *(level for level in known[column] if level not in present)]
            for column, present in levels.items()
        }
        names = tuple(working.design.names[position] for position in working.dropped)
        return (
            *left_out_note(self.left_out, self.incomplete, labels),
            *level_notes(levels, absent),
            *dropped_note(names),
        )


def prepare_mixed_model(
    formula: str,
    data: pd.DataFrame,
    groups: str,
    random: str = "1",
    correlated: bool = True,
    method: str = "REML",
    df: str = "satterthwaite",
    nested_in: str | None = None,
) -> PreparedModel:
    """Read the rows of a mixed model once and keep per-patient cross-products.

    ``formula`` is patsy's; it may use columns, C, Q, I, piecewise, upto, spline, log1p and the elementwise functions of np, and
    nothing from the caller. ``groups`` is the patient column, ``random`` the random effects of a patient. One row of
    ``data`` is one assessment. Raises ModelRefused with the reason and what to change.
    """
    return prepare(formula, data, groups, random, (method, df, correlated), nested_in, keep_cohorts=True)


def prepare(
    formula: str,
    data: pd.DataFrame,
    groups: str,
    random: str,
    options: tuple[str, str, bool],
    nested_in: str | None,
    keep_cohorts: bool,
) -> PreparedModel:
    """``prepare_mixed_model``; without ``keep_cohorts`` the sums that only a cohort needs are not formed."""
    method, df, correlated = options
    check_options(method, df)
    check_nesting(nested_in)
    fixed, effects = parse_model_formula(formula), parse_random_formula(random)
    rows = read_rows(data, fixed, effects, groups)
    design = build_design(fixed, formula, rows.levels)
    effects_design = random_design(effects, random, rows)
    counts = np.bincount(rows.patient)
    check_size(len(rows.outcome), len(counts), 0, len(effects_design.names), int(counts.max()))
    raw = assemble(rows, design, effects_design, correlated)
    order, everyone = _sum_everyone(rows, raw, design, len(effects_design.names), keep_cohorts)
    absent = {name: labels.absent for name, labels in rows.labels.items()}
    return PreparedModel(
        formula, random, groups, method, df, correlated, rows.patient_labels[order], everyone, effects_design, raw.random,
        rows.incomplete, rows.left_out, absent,
    )  # fmt: skip


def random_design(effects: ParsedFormula, random: str, rows: ModelRows) -> Design:
    """The columns of Z: numbers only, at most three. Raises ModelRefused otherwise."""
    design = build_design(effects, random, rows.levels)
    if design.category_of:
        raise ModelRefused(
            f"The random part uses the category {', '.join(design.category_of)}.", "Use numeric columns in the random part."
        )
    if len(design.names) > 3:
        raise ModelRefused(f"The random part has {len(design.names)} effects.", "At most three can be fitted.")
    return design


def _sum_everyone(
    rows: ModelRows, raw: RawColumns, design: Design, q: int, keep_cohorts: bool
) -> tuple[IntArray, Everyone]:
    m = len(rows.patient_labels)
    order, counts, layout = patient_layout(rows.patient, m)
    zz, zx, total, squares = sum_per_patient(raw.values, raw.change, q, layout, m, keep_cohorts)
    place = np.empty(m, dtype=np.intp)
    place[order] = np.arange(m)
    used = {name: rows.labels[name] for name in design.levels}
    covariates = {name: rows.numbers[name] for name in design.numeric_variables()}
    cells = tabulate_cells(used, covariates, rows.patient, place)
    working_rows = raw.change[q:-1] @ raw.values
    ones = working_rows.sum(axis=1)
    sums = None
    if keep_cohorts and design.names[:1] != ("Intercept",):
        sums = np.stack([np.bincount(place[rows.patient], weights=row[:-1], minlength=m) for row in working_rows])
    working = Working(
        CrossProducts(zz, zx, total, minors_of(zz, q), len(rows.outcome)),
        design, raw.fixed.kept, raw.fixed.dropped, raw.fixed.alias, raw.fixed.transform, raw.offset, raw.outcome_mean,
        raw.outcome_scale, ones, cells.frequencies(None, m),
    )  # fmt: skip
    return order, Everyone(working, cells, counts, squares, sums)


def fit_mixed_model(
    formula: str,
    data: pd.DataFrame,
    groups: str,
    random: str = "1",
    nested_in: str | None = None,
    nested_random: str = "1",
    correlated: bool = True,
    method: str = "REML",
    df: str = "satterthwaite",
) -> MixedModelFit:
    """Fit a linear mixed model with random effects per patient; agrees with R's lme4 and lmerTest.

    ``formula``, ``groups`` and ``random`` as in ``prepare_mixed_model``; ``correlated=False`` estimates no covariances between
    random effects. ``df`` is "satterthwaite" or "normal". ``nested_in`` and ``nested_random`` are for an outer level, which
    this version refuses.

    Raises ModelRefused with the reason and what to change; a fit that is returned reached its certified optimum.
    """
    return prepare(formula, data, groups, random, (method, df, correlated), nested_in, keep_cohorts=False).fit()
