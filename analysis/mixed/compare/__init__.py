"""What stands beside a fit: robust variances, criteria, tests against smaller models, profile intervals."""

from .clustering import intraclass_correlation
from .criteria import InformationCriteria, information_criteria
from .likelihood_ratio import likelihood_ratio_test
from .profile import profile_intervals
from .random_terms import random_terms_tests
from .robust import robust_covariance, with_robust_variance

__all__ = [
    "InformationCriteria",
    "information_criteria",
    "intraclass_correlation",
    "likelihood_ratio_test",
    "profile_intervals",
    "random_terms_tests",
    "robust_covariance",
    "with_robust_variance",
]
