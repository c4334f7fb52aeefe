"""How fast, as ratios measured in one run. Nothing here asserts anything about time."""
