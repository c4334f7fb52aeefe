"""Labels say the same as the texts they stand for."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analysis.outcomes.safety.labels import label_column, labels

NAMES = st.sampled_from(["IV", "IM", "IN", "SL"])


@given(st.lists(NAMES), NAMES)
def test_a_label_is_where_its_text_is(texts: list[str], asked: str) -> None:
    found, column = labels(texts), np.array(texts, dtype=object)
    assert found.texts().tolist() == texts
    assert found.where(asked).tolist() == (column == asked).tolist()
    assert found.where_any({asked, "PO"}).tolist() == [text == asked for text in texts]
    assert found.present() == set(texts)
    assert found.present(found.where(asked)) == set(texts) & {asked}


def test_missing_texts_and_a_missing_column_have_the_name_given() -> None:
    frame = pd.DataFrame({"payer": pd.Series(["VA", None, ""], dtype="str")})
    assert label_column(frame, "payer", "not recorded").texts().tolist() == ["VA", "not recorded", "not recorded"]
    assert label_column(frame, "route", "not recorded").texts().tolist() == ["not recorded"] * 3
