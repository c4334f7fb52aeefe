"""The sidebar's cohort: read from the address, changed by controls, kept between pages, said in words."""

import pytest

from tests.app.conftest import OVERVIEW, SYMPTOM_CHANGE, OpenApp, charts, said


def test_the_address_carries_the_cohort(open_app: OpenApp) -> None:
    app = open_app(OVERVIEW, {"route": ["IV", "IM"], "sex": ["female"], "age": ["20", "65"]})
    assert app.multiselect(key="route").value == ["IV", "IM"]
    assert app.slider(key="age").value == (20, 65)
    assert "intravenous or intramuscular route, recorded as female, aged 20 to 65" in said(app)


def test_the_cohort_survives_a_page_change(open_app: OpenApp) -> None:
    app = open_app(OVERVIEW, {"route": ["IV"]})
    app.switch_page(SYMPTOM_CHANGE).run()
    assert app.multiselect(key="route").value == ["IV"]
    assert "Intravenous" in charts(app)[0]
    assert "Sublingual" not in charts(app)[0]


def test_a_changed_filter_refits_the_model(open_app: OpenApp) -> None:
    app = open_app(SYMPTOM_CHANGE)
    before = charts(app)[0]
    app.multiselect(key="route").set_value(["IM"]).run()
    assert charts(app)[0] != before
    assert "Intramuscular" in charts(app)[0]


def test_values_the_study_does_not_have_are_ignored_and_said_without_repeating_them(open_app: OpenApp) -> None:
    app = open_app(OVERVIEW, {"route": ["IV", "<b>kite</b>"], "shape": ["wavy"]})
    assert app.multiselect(key="route").value == ["IV"]
    text = " ".join(info.value for info in app.info)
    assert "asks for 1 route value(s) this study does not have" in text
    assert "model setting 'shape' that is not offered" in text
    assert "kite" not in said(app)
    assert "wavy" not in said(app)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"shape": ["spline", "log"]}, "gives the setting 'shape' more than once; only one value is used"),
        ({"baseline_on": ["MADRS", "GAD-7"]}, "gives the setting 'baseline_on' more than once"),
        ({"one_panel": ["2"]}, "asks for a model setting 'one_panel' that is not offered"),
    ],
    ids=str,
)
def test_a_setting_given_twice_or_not_offered_is_said(open_app: OpenApp, query, sentence: str) -> None:
    assert sentence in " ".join(info.value for info in open_app(OVERVIEW, query).info)


def test_several_adjustments_in_an_address_are_a_list_and_not_a_repetition(open_app: OpenApp) -> None:
    assert not open_app(OVERVIEW, {"adjust": ["age", "sex"]}).info


def test_what_was_ignored_is_forgotten_once_another_cohort_is_chosen(open_app: OpenApp) -> None:
    app = open_app(OVERVIEW, {"route": ["kite"]})
    app.multiselect(key="sex").set_value(["female"]).run()
    assert not app.info


def test_reset_brings_everyone_back(open_app: OpenApp) -> None:
    query = {"route": ["IV"], "age": ["20", "50"], "baseline": ["10", "20"], "leave_out": ["age"]}
    app = open_app(OVERVIEW, query)
    assert "640 patients" in said(app)
    reset = next(button for button in app.button if button.label == "Reset cohort")
    assert not reset.disabled
    reset.click().run()
    assert not app.exception
    assert "Everyone who started treatment. 640 patients." in said(app)


def test_a_cohort_of_one_to_ten_is_marked_for_the_holder(open_app: OpenApp) -> None:
    assert r"9 \(small\) of 640 patients." in said(open_app(OVERVIEW, {"route": ["PO"]}))


def test_baseline_severity_can_be_asked_on_another_instrument(open_app: OpenApp) -> None:
    app = open_app(OVERVIEW, {"baseline_on": ["GAD-7"], "baseline": ["10", "21"]})
    assert "with a GAD-7 baseline of 10 to 21 points" in said(app)


def test_a_kept_extra_column_becomes_a_control(open_app: OpenApp, study_copy) -> None:
    table = study_copy / "patients.csv"
    lines = table.read_text().splitlines()
    marked = [f"{lines[0]},season", *(f"{line},{'dry' if n % 2 else 'wet'}" for n, line in enumerate(lines[1:]))]
    table.write_text("\n".join(marked) + "\n")
    app = open_app(OVERVIEW, {"x.season": ["wet"]}, study=study_copy)
    assert not app.exception
    assert app.multiselect(key="x.season").value == ["wet"]
    assert "320 of 640 patients" in said(app)


def test_the_instrument_is_kept_from_page_to_page(open_app: OpenApp) -> None:
    app = open_app(OVERVIEW)
    app.selectbox(key="instrument").set_value("GAD-7").run()
    app.switch_page(SYMPTOM_CHANGE).run()
    assert app.selectbox(key="instrument").value == "GAD-7"
    assert "GAD-7" in charts(app)[0]
