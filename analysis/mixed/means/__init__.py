"""Adjusted means of a fitted model: averages of predictions, comparisons between them, and tests of them."""
