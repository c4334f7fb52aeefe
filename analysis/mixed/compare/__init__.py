"""What stands beside a fit: robust variances, criteria, tests against smaller models, profile intervals."""
