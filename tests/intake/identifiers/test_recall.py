"""Identifiers of every kind are found under a column name that says nothing."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.intake.identifiers.kinds import KINDS

from .conftest import gate
from .planted import ONE_IS_ENOUGH, PLANTED, Draw

N_PATIENTS = 60
SMALL = 12  # patients of a small study
HARMLESS = ("clinic", "home", "other")
IDS = [written for _, written, _ in PLANTED]


def kinds_found(cells: list[object], rows_each: int = 1) -> list[str]:
    table = "sessions" if rows_each > 1 else "patients"
    findings = gate("item_a", cells, table, rows_each=rows_each)
    return [finding.message for finding in findings if finding.level == "error"]


@pytest.mark.parametrize(("kind", "written", "draw"), PLANTED, ids=IDS)
def test_a_column_of_identifiers_is_refused(kind: str, written: str, draw: Draw) -> None:
    [message] = kinds_found(draw(np.random.default_rng(1), N_PATIENTS))
    assert KINDS[kind].cell in message


@pytest.mark.parametrize(("kind", "written", "draw"), PLANTED, ids=IDS)
def test_a_column_of_identifiers_is_refused_where_each_is_repeated(kind: str, written: str, draw: Draw) -> None:
    """As in `sessions`: the same patient's identifier on every row."""
    cells = [cell for cell in draw(np.random.default_rng(2), N_PATIENTS) for _ in range(4)]
    [message] = kinds_found(cells, rows_each=4)
    assert KINDS[kind].cell in message


@pytest.mark.parametrize("written", ONE_IS_ENOUGH)
def test_one_identifier_among_harmless_cells_is_refused(written: str) -> None:
    kind, draw = next((kind, draw) for kind, name, draw in PLANTED if name == written)
    cells = [HARMLESS[place % 3] for place in range(N_PATIENTS)]
    cells[17] = draw(np.random.default_rng(3), 1)[0]
    [finding] = [finding for finding in gate("item_a", cells) if finding.level == "error"]
    assert (finding.count, finding.rows) == (1, (19,))
    assert KINDS[kind].cell in finding.message


@pytest.mark.parametrize("person", ["James Smith", "SMITH, JAMES", "Nguyen, Linda M.", "susan garcia"])
def test_one_frequent_name_among_harmless_cells_is_refused(person: str) -> None:
    assert kinds_found(["clinic", "home", person, *["other"] * 50])


def test_recall_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    """The table of what is found, whole columns of 60 and of 12 patients, drawn 3 times each."""
    lines = ["", f"{'kind':10}{'written as':28}{'60 patients':>12}{'12 patients':>12}"]
    missed = []
    for kind, written, draw in PLANTED:
        rates = []
        for n in (N_PATIENTS, SMALL):
            hits = [bool(kinds_found(draw(np.random.default_rng(seed), n))) for seed in range(3)]
            rates.append(float(np.mean(hits)))
        lines.append(f"{kind:10}{written:28}{rates[0]:>12.0%}{rates[1]:>12.0%}")
        missed += [written] if min(rates) < 1 else []
    with capsys.disabled():
        print("\n".join(lines))  # noqa: T201  the table is what this test is for
    assert missed == []
