"""One pass over the rows, then any number of fits: of everyone, of a cohort, by REML or ML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .basis import Basis
from .checks import check_options, check_random_effects, check_size
from .design import Design
from .errors.solve import ErrorProblem
from .fit import MixedModelFit
from .fitted_model import FittedModel
from .nested.checks import check_clinics
from .nested.nesting import OuterLevel
from .nested.start import with_outer_start
from .optimiser import optimise
from .refusal import ModelRefused
from .result import describe_fit
from .rows import left_out_note
from .source_rows import Source, remember_rows
from .wording import dropped_note, level_notes
from .working import Everyone, Working

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class PreparedModel:
    """A model whose rows were read once. Nothing in it changes: fits may run at the same time from several threads.

    ``patients`` are the patients with at least one complete row. What is kept is per-patient sums, not
    rows; ``source`` only points at the frame. With ``errors``, residual parameters to estimate, rows are kept, and
    only everyone can be fitted. ``outer_level`` is that of the clinics when patients are nested in them.
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
    source: Source
    errors: ErrorProblem | None = None
    outer_level: OuterLevel | None = None

    @property
    def n_rows(self) -> int:
        """Complete rows of everyone."""
        return self.everyone.working.data.n_rows

    def fit(
        self, patients: Iterable[Any] | None = None, start: FittedModel | None = None, method: str | None = None
    ) -> MixedModelFit:
        """Fit everyone, or the named patients, without another pass over the rows.

        ``patients`` are patient labels; those without a row in this model are ignored and counted in the notes.
        ``start`` is an earlier fit: it saves time if it has the same random part, and does not change the answer.
        Categories that the cohort empties lose their levels, and the first level present becomes the reference,
        as in a fit of those rows alone.

        Raises ModelRefused when the model cannot be fitted honestly to these patients.
        """
        method = self.method if method is None else method
        check_options(method, self.df)
        chosen, unknown = (None, 0) if patients is None else self._positions(patients)
        labels = self.patients if chosen is None else self.patients[chosen]
        working = self._working(chosen)
        first = None if start is None else self._start(start)
        found: tuple[str, ...] = ()
        if self.errors is None:
            optimum = optimise(working.problem, method == "REML", self.correlated, first)
        else:
            working, optimum, found = self.errors.solve(working, method == "REML", self.correlated, first)
        notes = [*self._notes(working, None if chosen is None else labels), *found]
        if unknown:
            noun = "patient has" if unknown == 1 else "patients have"
            notes.append(f"{unknown} {noun} no complete row in this model.")
        means = self.everyone.cells.means(chosen, working.data.n_rows)
        fit = describe_fit(self, working, optimum, method, tuple(notes), labels, means)
        remember_rows(fit, self.source)
        return fit

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
        if working.nested is not None and self.outer_level is not None:
            check_clinics(working.nested, self.outer_level, self.correlated)
        return working

    def _positions(self, patients: Iterable[Any]) -> tuple[IntArray | None, int]:
        """Places of the patients asked for (None: everyone, so that nothing is copied), and how many are unknown."""
        asked = pd.Index(patients if isinstance(patients, (pd.Index, pd.Series, np.ndarray)) else list(patients))
        found = self.patients.get_indexer(asked)
        chosen = np.zeros(len(self.patients), dtype=bool)
        chosen[found[found >= 0]] = True
        unknown = len(asked[found < 0].unique()) if (found < 0).any() else 0
        return None if chosen.all() else np.flatnonzero(chosen), unknown

    def _start(self, fit: FittedModel) -> FloatArray | None:
        if not isinstance(fit, MixedModelFit) or fit.random_names != self.random_design.names:
            return None
        back = np.linalg.inv(self.random_basis.transform)
        patients: FloatArray = back @ fit.relative_covariance @ back.T
        started = patients if self.outer_level is None else with_outer_start(patients, fit, self.outer_level)
        return started if self.correlated or started is None else np.diag(np.diag(started))

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
