"""The identifier gate and the report on rare combinations: who a patient is stays outside the study."""

from .gate import check_identifiers
from .header import without_telling_names
from .k_anonymity import KAnonymity, k_anonymity

__all__ = ["KAnonymity", "check_identifiers", "k_anonymity", "without_telling_names"]
