"""Results drawn: every figure of the product as a `Chart`, in one look."""

from .attrition import attrition_chart
from .chart import Chart
from .differences import comparable, differences_chart
from .look import DARK, LIGHT, ROUTE_LOOKS, THEMES, RouteLook, Theme
from .numbers import estimate_text, interval_text, number_text, p_text, share_text
from .rates import has_rates, rates_chart
from .released import enough, released, route_names, routes_in_order
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
    "comparable",
    "differences_chart",
    "enough",
    "estimate_text",
    "has_rates",
    "interval_text",
    "number_text",
    "p_text",
    "rates_chart",
    "released",
    "route_names",
    "routes_in_order",
    "share_text",
    "trajectory_chart",
]
