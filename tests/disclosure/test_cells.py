"""The boundary of a small cell, and that nothing computed from one stays."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.disclosure import cell_text, is_small, withhold_small


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), (1, "<11"), (10, "<11"), (11, "11"), (12, "12"), (1234, "1,234")]
)
def test_counts_from_one_to_ten_are_withheld_and_zero_is_shown(count: int, text: str) -> None:
    assert cell_text(count) == text
    assert is_small(count) == (text == "<11")


def test_a_row_about_too_few_keeps_no_value_and_the_others_keep_theirs() -> None:
    frame = pd.DataFrame({"route": ["IV", "IM"], "mean": [-7.0, -5.0], "n_patients": [40, 4]})
    released = withhold_small(frame, "n_patients", ["mean"])
    assert released["n_patients"].tolist() == ["40", "<11"]
    assert released["mean"].isna().tolist() == [False, True]
    assert frame["mean"].tolist() == [-7.0, -5.0]
