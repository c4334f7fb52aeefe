"""What may leave the analysis: small cells and everything computed from them are withheld."""

from .cells import MIN_CELL, cell_text, is_small, small_cells, withhold_small

__all__ = ["MIN_CELL", "cell_text", "is_small", "small_cells", "withhold_small"]
