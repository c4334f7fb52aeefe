"""The reader of the walks works out what can be worked out, and no more."""

from analysis.disclosure.ranges import Knowledge, Sum
from tests.disclosure.reader import worked_out

WHOLE = Sum("all", ("a", "b", "c"))
ANY = (0.0, float("inf"))


def test_a_hidden_count_is_worked_out_from_its_whole_and_the_others() -> None:
    assert worked_out(Knowledge({"all": 40, "a": 20, "b": 13}, (WHOLE,), {"c": (1.0, 10.0)}), {"c": 7}) == ["c"]


def test_two_hidden_counts_of_one_whole_could_be_other_numbers() -> None:
    known = Knowledge({"all": 40, "a": 20}, (WHOLE,), {"b": (11.0, float("inf")), "c": (1.0, 10.0)})
    assert worked_out(known, {"b": 13, "c": 7}) == []


def test_a_count_hidden_on_one_page_is_worked_out_with_another_page_beside_it() -> None:
    sums = (WHOLE, Sum("b and c", ("b", "c")), Sum("all", ("a", "b and c")), Sum("b", ("twin",)))
    known = Knowledge({"all": 40, "a": 20, "twin": 13}, sums, {"b": ANY, "c": (1.0, 10.0), "b and c": ANY})
    assert worked_out(known, {"b": 13, "c": 7, "b and c": 20}) == ["c"]


def test_a_large_count_that_can_be_worked_out_is_no_secret() -> None:
    assert worked_out(Knowledge({"all": 40, "a": 10, "b": 2}, (WHOLE,), {"c": ANY}), {"c": 28}) == []
