"""Results drawn: every figure of the product as a `Chart`, in one look."""

from .attrition import attrition_chart
from .chart import Chart
from .diagnostics_patients import influence_chart, modes_chart
from .diagnostics_quantiles import quantile_chart
from .diagnostics_residuals import residual_chart
from .differences import differences_chart
from .frames import routes_in_order
from .look import DARK, LIGHT, ROUTE_LOOKS, THEMES, RouteLook, Theme
from .numbers import estimate_text, interval_text, number_text, p_text, share_text
from .rates import has_rates, rates_chart
from .session_pattern import has_pattern, session_pattern_chart
from .trajectory import trajectory_chart

__all__ = [
    "DARK",
    "LIGHT",
    "ROUTE_LOOKS",
    "THEMES",
    "Chart",
    "RouteLook",
    "Theme",
    "attrition_chart",
    "differences_chart",
    "estimate_text",
    "has_pattern",
    "has_rates",
    "influence_chart",
    "interval_text",
    "modes_chart",
    "number_text",
    "p_text",
    "quantile_chart",
    "rates_chart",
    "residual_chart",
    "routes_in_order",
    "session_pattern_chart",
    "share_text",
    "trajectory_chart",
]
