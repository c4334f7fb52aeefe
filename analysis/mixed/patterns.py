"""Patients with the same A_i = Z_i'Z_i, as scheduled visits make them, taken together.

Such patients share (I + A_i D)^-1, so what a sweep needs of them is one inverse and the sum of their outer products
B_i B_i': the price of a deviance no longer depends on the number of patients. They are found by A_i itself, bit by
bit, and not by which visits took place: a visit recorded twice has the same visits and another A_i.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from .crossproducts import CrossProducts
from .products import piece_length

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

PATIENTS_A_PATTERN = 12  # fewer than this on average, and a sweep over patients is as quick
SAMPLED = 512  # patients looked at first: irregular times are recognised without hashing everyone
MIXER = np.uint64(0x9E3779B97F4A7C15)  # odd, with well-spread bits (the golden ratio in 64 bits)


@dataclass(frozen=True)
class Patterns:
    """One entry per distinct A_i: its triangle and minors, its number of patients, and the sum over them of B_i B_i'.

    ``outer`` is q x width x q x width x patterns with width = p + 1; ``of_patient`` gives each patient's pattern.
    """

    zz: FloatArray
    minors: FloatArray
    counts: FloatArray
    outer: FloatArray
    of_patient: IntArray


def by_pattern(data: CrossProducts) -> CrossProducts:
    """The same data with ``patterns`` filled in where enough patients share them, and untouched otherwise."""
    sample = data.zz[:, :: max(1, data.m // SAMPLED)]
    if 2 * len(np.unique(_keys(sample))) > sample.shape[1] or data.m < PATIENTS_A_PATTERN:
        return data
    codes, found = pd.factorize(_keys(data.zz))
    if len(found) * PATIENTS_A_PATTERN > data.m:
        return data
    first = np.empty(len(found), dtype=np.intp)
    first[codes[::-1]] = np.arange(data.m - 1, -1, -1)
    zz = data.zz[:, first]
    if not np.array_equal(zz[:, codes], data.zz):  # two triangles with one key
        return data
    counts = np.bincount(codes, minlength=len(found)).astype(np.float64)
    patterns = Patterns(zz, data.minors[:, first], counts, _outer_sums(data.zx, codes, counts), codes)
    return replace(data, patterns=patterns)


def _keys(zz: FloatArray) -> npt.NDArray[np.uint64]:
    """A number per patient made of every bit of A_i."""
    keys = np.zeros(zz.shape[1], dtype=np.uint64)
    for row in zz:
        keys = (keys * MIXER) ^ np.ascontiguousarray(row).view(np.uint64)
        keys ^= keys >> np.uint64(29)
    return keys


def _outer_sums(zx: FloatArray, codes: IntArray, counts: FloatArray) -> FloatArray:
    """Sum of B_i B_i' over the patients of each pattern, in pieces that BLAS keeps on one thread."""
    q, width, _ = zx.shape
    flat = zx.reshape(q * width, -1)
    if len(counts) > 1:
        flat = np.take(flat, np.argsort(codes, kind="stable"), axis=1, mode="clip")
    sums = np.zeros((len(counts), q * width, q * width))
    length = piece_length(q * width, q * width)
    start = 0
    for target, count in zip(sums, counts.astype(np.intp), strict=True):
        for first in range(start, start + count, length):
            part = flat[:, first : min(first + length, start + count)]
            target += part @ part.T
        start += count
    return np.ascontiguousarray(sums.transpose(1, 2, 0)).reshape(q, width, q, width, -1)
