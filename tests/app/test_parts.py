"""Tables, cards and sentences show words from files as words, never as markup."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from app_pages.parts.words import plain
from tests.app.conftest import OVERVIEW, OpenApp, html, said


def a_table() -> None:
    import pandas as pd

    from app_pages.parts.tables import cards, table

    frame = pd.DataFrame(
        {"route": ["<script>", "IV"], "n_patients": ["<11", "40"], "estimate": [-1.5, None], "x": [1.0, 2.0]}
    )
    table(frame, "Made & drawn", {"x": "Sessions"})
    cards([("Started <b>", "12", "of <12> patients")])


def test_a_table_escapes_its_cells_and_aligns_withheld_counts_as_numbers() -> None:
    text = html(AppTest.from_function(a_table).run())
    assert "<script>" not in text
    assert "<caption>Made &amp; drawn</caption>" in text
    assert "<td>&lt;11</td>" in text
    assert '<td class="text">IV</td>' in text


def test_a_table_writes_whole_numbers_without_decimals_and_missing_ones_as_a_dash() -> None:
    text = html(AppTest.from_function(a_table).run())
    assert "<td>1</td>" in text
    assert "<td>−1.50</td>" in text
    assert "<td>–</td>" in text
    assert ">Sessions</th>" in text


def test_a_card_escapes_its_words() -> None:
    text = html(AppTest.from_function(a_table).run())
    assert "Started &lt;b&gt;" in text
    assert "of &lt;12&gt; patients" in text


def test_markup_in_a_word_is_shown_as_it_is_written() -> None:
    assert plain("![a](http://b)") == r"\!\[a\]\(http\://b\)"
    assert plain("<11 of 640 patients.") == r"\<11 of 640 patients."


def test_a_clinic_called_like_a_picture_is_not_loaded_as_one(open_app: OpenApp, study_copy: Path) -> None:
    for name in ("patients.csv",):
        table = study_copy / name
        table.write_text(table.read_text().replace("C01", "![c](c)"))
    app = open_app(OVERVIEW, {"clinic": ["![c](c)"]}, study=study_copy)
    assert not app.exception
    assert "at clinic" in said(app)
    assert "![c](" not in " ".join(element.value for element in (*app.markdown, *app.caption))
