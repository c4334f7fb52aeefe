"""A fit's model with fewer random effects, at one level or at two, from the fit's own sums."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..chart import blocks_of
from ..crossproducts import CrossProducts, minors_of
from ..deviance import square
from ..nested.sums import NestedProducts, OuterProducts
from ..problem import Problem
from ..sweeps import Data
from .submodel import changed_triangles, submodel

FloatArray = npt.NDArray[np.float64]


def with_effects(problem: Problem, stay: tuple[int, ...]) -> Data:
    """The sums with only the effects ``stay`` (numbered over both levels, patients first), each a raw column of Z.

    A level none of whose effects stay is left out of the model.
    """
    data = problem.working.problem
    if not isinstance(data, NestedProducts):
        return with_columns(data, (_columns(problem, 0, data.zz, stay),))
    return with_columns(data, (_columns(problem, 0, data.patients.zz, stay), _columns(problem, 1, data.cc, stay)))


def with_columns(data: Data, random: tuple[FloatArray, ...]) -> Data:
    """The sums with other columns of Z, ``random`` mapping each level's to fewer. A level without any is left out."""
    if not isinstance(data, NestedProducts):
        return submodel(data, np.eye(data.p), random[0])
    patients, clinics = random
    own = submodel(data.patients, np.eye(data.p), patients)
    if not clinics.shape[1]:
        return own
    cc, cx = changed_triangles(data.cc, clinics), np.einsum("ef,exm->fxm", clinics, data.cx)
    if not patients.shape[1]:
        return CrossProducts(cc, cx, data.total, minors_of(cc, len(cx)), data.n_rows)
    outer = OuterProducts(
        data.outer.clinic,
        changed_triangles(data.outer.cc, clinics),
        np.einsum("ef,eqm,qr->frm", clinics, data.outer.cz, patients, optimize=True),
        np.einsum("ef,exm->fxm", clinics, data.outer.cx),
    )
    return replace(data, patients=own, outer=outer, cc=cc, cx=cx)


def _columns(problem: Problem, level: int, triangles: FloatArray, stay: tuple[int, ...]) -> FloatArray:
    """The map from a level's working Z to its raw columns that stay, each with mean square one."""
    block = blocks_of(problem.at.sizes)[level]
    chosen = [effect - block.start for effect in stay if block.start <= effect < block.stop]
    back = np.linalg.inv(problem.random_transform[block, block])[:, chosen]
    squares = square(triangles.sum(axis=1), len(back)) / problem.working.data.n_rows
    return np.asarray(back / np.sqrt(np.einsum("ac,ab,bc->c", back, squares, back)))
