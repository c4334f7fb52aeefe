"""Small random designs, half of them singular by construction, with everything that makes a fit difficult.

Each comes twice: as the rows a user would hand over, in whatever units and with whatever offsets, and as plain arrays
before any of that, so that a slow and obvious likelihood can be worked out where no digits are lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

EASY = "a covariance of full rank"
SINGULAR = ("all variances zero", "one variance zero", "perfect correlation", "patients less alike than chance")
FEW_ROWS, DUPLICATES, STIFF, UNITS, COLLINEAR = (
    "few rows per patient", "duplicated visits", "stiff offsets", "tiny or huge units", "collinear columns",
)  # fmt: skip
TROUBLES = (FEW_ROWS, DUPLICATES, STIFF, UNITS, COLLINEAR)
CHANCE_OF_A_TROUBLE = 0.25
RANDOM_PARTS = ("1", "1 + t", "1 + t + u")
ROUTES = ("IM", "IV", "SL")
SAME_DIRECTION = 1e-7  # smallest singular value of columns of length one that counts as rank


@dataclass(frozen=True)
class Units:
    """What the rows are given in: t = t_unit (t_origin + t0), y likewise, x = covariate_unit x0.

    Origins are in the unit itself: a time of 20,000 days is stiff in days and in seconds alike.
    """

    t_origin: float = 0.0
    t_unit: float = 1.0
    outcome_origin: float = 0.0
    outcome_unit: float = 1.0
    covariate_unit: float = 1.0


@dataclass(frozen=True)
class RandomDesign:
    """``rows``, ``formula`` and ``random`` are what is fitted; ``x``, ``z``, ``y`` the plain arrays.

    ``scaled_columns`` counts the columns of X that hold t and x. ``clinic`` numbers the rows' clinics where patients
    are nested in clinics.
    """

    seed: int
    traits: tuple[str, ...]
    rows: pd.DataFrame
    formula: str
    random: str
    correlated: bool
    method: str
    units: Units
    x: FloatArray
    z: FloatArray
    y: FloatArray
    patient: IntArray
    scaled_columns: tuple[int, int]
    clinic: IntArray | None = None

    def __str__(self) -> str:
        correlation = "" if self.correlated else ", uncorrelated"
        nested = "" if self.clinic is None else f", {self.clinic.max() + 1} clinics"
        return (
            f"seed {self.seed}: {self.formula!r}, random {self.random!r}{correlation}, {self.method}, "
            f"{self.patient.max() + 1} patients{nested}, {len(self.y)} rows; {', '.join(self.traits)}; {self.units}"
        )

    @property
    def raw_constant(self) -> float:
        """What the units of the rows add to -2 log likelihood of the plain arrays (by lme4's convention for REML)."""
        n, p = self.x.shape
        reml = self.method == "REML"
        nu = n - p if reml else n
        with_t, with_x = self.scaled_columns
        columns = with_t * np.log(self.units.t_unit) + with_x * np.log(self.units.covariate_unit)
        return float(2 * nu * np.log(self.units.outcome_unit) + (2 * columns if reml else 0.0))


def _covariance_factor(kind: str, q: int, draws: np.random.Generator) -> FloatArray:
    """A factor of the random effects' covariance, over a residual variance of one."""
    factor = np.tril(draws.normal(size=(q, q))) * np.exp(draws.normal(0, 1, q))[:, None]
    if kind in (SINGULAR[0], SINGULAR[3]):
        return np.zeros((q, q))
    if kind == SINGULAR[1]:
        factor[draws.integers(q)] = 0.0
    if kind == SINGULAR[2]:
        factor[:, 1:] = 0.0
    return factor


def _visit_counts(m: int, troubles: set[str], draws: np.random.Generator) -> IntArray:
    most = 3 if FEW_ROWS in troubles else 9
    counts = draws.integers(1, most + 1, m)
    counts[: max(1, m // 4)] = most + 1  # some patient must have enough rows for the random effects
    return counts


def _times(patient: IntArray, troubles: set[str], draws: np.random.Generator) -> FloatArray:
    """Whole visits or irregular days, from zero within each patient; duplicated visits share a time."""
    first = np.searchsorted(patient, patient)
    order = np.arange(len(patient)) - first
    if DUPLICATES in troubles:
        return np.asarray(order // 2, dtype=np.float64)
    return order + (draws.uniform(-0.4, 0.4, len(patient)) if draws.random() < 0.5 else 0.0)


def _units(troubles: set[str], correlated: bool, draws: np.random.Generator) -> Units:
    """An uncorrelated model is another model after a shift of t, so its t keeps its origin."""
    made: dict[str, float] = {}
    if STIFF in troubles:
        made["outcome_origin"] = float(draws.choice([1e4, 1e6, -1e7]))
        if correlated:
            made["t_origin"] = float(draws.choice([-40.0, 20_000.0]))
    if UNITS in troubles:
        made["t_unit"] = float(draws.choice([1e-6, 1e-3, 1 / 7, 86_400.0, 1e8]))
        made["outcome_unit"] = float(draws.choice([1e-9, 1e-3, 1e3, 1e9]))
        made["covariate_unit"] = float(draws.choice([1e-7, 1e5]))
    return Units(**made)


def _alternating(patient: IntArray, draws: np.random.Generator) -> FloatArray:
    """Noise whose mean is exactly zero in every patient with more than one row."""
    noise = draws.normal(size=len(patient))
    counts = np.bincount(patient)
    return noise - np.where(counts[patient] > 1, (np.bincount(patient, weights=noise) / counts)[patient], 0.0)


def _fixed_part(
    t: FloatArray, route: IntArray, covariate: FloatArray, interaction: bool
) -> tuple[FloatArray, tuple[int, int]]:
    """Independent columns of ``t * route + x`` or ``t + x``, and how many of them hold t and x."""
    columns = [("", np.ones(len(t)))]
    present = np.unique(route)[1:] if interaction else []
    columns += [("", (route == level).astype(float)) for level in present]
    columns += [("t", t)]
    columns += [("t", t * (route == level)) for level in present]
    columns += [("x", covariate)]
    kept = independent([column for _, column in columns])
    held = [columns[place][0] for place in kept]
    return np.column_stack([columns[place][1] for place in kept]), (held.count("t"), held.count("x"))


def independent(columns: list[FloatArray]) -> list[int]:
    """Places of the columns that no earlier ones determine."""
    kept: list[int] = []
    for place in range(len(columns)):
        wider = np.column_stack([columns[other] for other in [*kept, place]])
        lengths = np.linalg.norm(wider, axis=0)
        if lengths.all() and np.linalg.svd(wider / lengths, compute_uv=False)[-1] > SAME_DIRECTION:
            kept.append(place)
    return kept


def full_rank(columns: list[FloatArray]) -> FloatArray:
    """The matrix of the columns that no earlier ones determine."""
    return np.column_stack([columns[place] for place in independent(columns)])


def random_design(seed: int, nested: bool = False) -> RandomDesign:
    """The design of a seed: even seeds have a covariance of full rank, odd ones are singular by construction."""
    draws = np.random.default_rng((97, int(nested), seed))
    kind = EASY if seed % 2 == 0 else str(draws.choice(SINGULAR))
    troubles = {trouble for trouble in TROUBLES if draws.random() < CHANCE_OF_A_TROUBLE}
    q = int(draws.choice([1, 2, 3], p=[0.35, 0.45, 0.2]))
    q = max(q, 2) if kind == SINGULAR[2] else q
    correlated, method = bool(draws.random() < 0.75), str(draws.choice(["REML", "ML"]))
    correlated = correlated or kind == SINGULAR[2]
    m = int(draws.integers(8, 36))
    patient = np.repeat(np.arange(m), _visit_counts(m, troubles, draws))
    t, u = _times(patient, troubles, draws), draws.normal(size=len(patient))
    route, covariate = draws.integers(0, 3, m)[patient], draws.normal(size=m)[patient]
    z = np.column_stack([np.ones(len(t)), t, u])[:, :q]
    own = draws.normal(size=(m, q)) @ _covariance_factor(kind, q, draws).T
    noise = _alternating(patient, draws) if kind == SINGULAR[3] else draws.normal(size=len(t))
    clinic_of = np.arange(m) % int(draws.integers(3, 7)) if nested else None
    clinic = None if clinic_of is None else clinic_of[patient]
    y = 1 + 0.5 * t - 0.3 * covariate + (z * own[patient]).sum(axis=1) + noise
    if clinic is not None:
        y = y + (draws.normal(size=int(clinic.max()) + 1) * draws.choice([0.0, 1.0]))[clinic]
    units = _units(troubles, correlated, draws)
    interaction = bool(draws.random() < 0.5)
    raw_y = units.outcome_unit * (units.outcome_origin + y)
    rows = pd.DataFrame(
        {
            "patient": patient,
            "route": np.take(ROUTES, route),
            "t": units.t_unit * (units.t_origin + t),
            "u": u,
            "x": units.covariate_unit * covariate,
            "y": raw_y,
        }
    )
    rows["twice"] = 3.0 * units.covariate_unit - 2.0 * rows["x"] if COLLINEAR in troubles else 0.0
    formula = "y ~ t * route + x" if interaction else "y ~ t + x"
    x, scaled = _fixed_part(t, route, covariate, interaction)
    return RandomDesign(
        seed=seed,
        traits=(kind, *sorted(troubles)),
        rows=rows if clinic is None else rows.assign(clinic=clinic),
        formula=formula + " + twice" * (COLLINEAR in troubles),
        random=RANDOM_PARTS[q - 1],
        correlated=correlated,
        method=method,
        units=units,
        x=x,
        z=z,
        y=raw_y / units.outcome_unit - units.outcome_origin,
        patient=patient,
        scaled_columns=scaled,
        clinic=clinic,
    )
