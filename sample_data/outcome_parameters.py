"""The equation that PHQ-9 scores come from: the truth that a model of the sample study should recover.

The route values hold for the reference patient: PHQ-9 of 17 at baseline, 45 years, female, commercial
payer. The change at session six follows the synthesis of published results in the README (an inference,
not a published table); the other numbers are chosen so that change has a standard deviation near
6 points and rounding and clipping to 0-27 move no mean by more than about 0.2 points.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

MAIN_ROUTES = ("IV", "IM", "IN", "SL")
SIMULATED_ROUTES = (*MAIN_ROUTES, "SC", "PO")
CLINICS = ("C01", "C02", "C03", "C04", "C05", "C06")


@dataclass(frozen=True)
class RouteTruth:
    """PHQ-9 points: the change already there after one session's onset, and per session after that.

    rapid counts from the first session on, induction for each of sessions 1 to the knot,
    maintenance for each session beyond it. Negative is improvement.
    """

    rapid: float
    induction: float
    maintenance: float


@dataclass(frozen=True)
class OutcomeTruth:
    """All parameters of the latent PHQ-9 change, in PHQ-9 points."""

    routes: dict[str, RouteTruth] = field(
        default_factory=lambda: {
            "IV": RouteTruth(-4.60, -0.53, -0.05),
            "IM": RouteTruth(-4.20, -0.26, -0.06),
            "IN": RouteTruth(-2.30, -0.66, -0.06),
            "SL": RouteTruth(-5.00, -0.36, -0.04),
            "SC": RouteTruth(-3.60, -0.40, -0.05),
            "PO": RouteTruth(-2.40, -0.38, -0.05),
        }
    )
    knot: int = 6
    baseline_centre: float = 17.0
    baseline_slope: float = -0.42
    age_centre: float = 45.0
    age_per_decade: float = 0.25
    sex: dict[str, float] = field(default_factory=lambda: {"female": 0.0, "male": 0.5, "other": 0.2})
    payer: dict[str, float] = field(
        default_factory=lambda: {
            "self-pay": -0.5, "commercial": 0.0, "Medicare": 0.4, "Medicaid": 0.6, "VA": 1.0,
        }
    )  # fmt: skip
    clinic: dict[str, float] = field(
        default_factory=lambda: {"C01": -0.5, "C02": 0.3, "C03": 0.3, "C04": -0.2, "C05": -0.4, "C06": 0.5}
    )
    intercept_sd: float = 3.3
    slope_sd: float = 0.55
    correlation: float = -0.15
    residual_sd: float = 3.0

    def with_arm_difference(self, scale: float) -> OutcomeTruth:
        """The same truth with the differences between routes multiplied by `scale`.

        They shrink around the plain mean of the four main routes, so 0 gives every route one truth.
        """
        centre = _mean_route([self.routes[code] for code in MAIN_ROUTES])
        scaled = {code: _towards(route, centre, scale) for code, route in self.routes.items()}
        return replace(self, routes=scaled)


def _mean_route(routes: list[RouteTruth]) -> RouteTruth:
    n = len(routes)
    return RouteTruth(
        sum(route.rapid for route in routes) / n,
        sum(route.induction for route in routes) / n,
        sum(route.maintenance for route in routes) / n,
    )


def _towards(route: RouteTruth, centre: RouteTruth, scale: float) -> RouteTruth:
    return RouteTruth(
        centre.rapid + scale * (route.rapid - centre.rapid),
        centre.induction + scale * (route.induction - centre.induction),
        centre.maintenance + scale * (route.maintenance - centre.maintenance),
    )
