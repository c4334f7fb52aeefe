"""The identifier gate and the report on rare combinations: who a patient is stays outside the study."""

from .gate import check_identifiers
from .header import telling_kind, without_telling_names
from .k_anonymity import KAnonymity, k_anonymity
from .kinds import KINDS

__all__ = ["KINDS", "KAnonymity", "check_identifiers", "k_anonymity", "telling_kind", "without_telling_names"]
