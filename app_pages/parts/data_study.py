"""The study in force: what it holds, how complete it is, what was found, and how alike its patients are."""

from __future__ import annotations

import streamlit as st

from analysis.disclosure import Audience, is_small, shown
from analysis.disclosure.data_page import (
    PEOPLE,
    TABLES,
    release_combinations,
    release_completeness,
    release_holdings,
)
from analysis.figures.completeness import completeness_chart
from analysis.intake import Finding
from analysis.intake.identifiers.k_anonymity import KAnonymity
from analysis.publish import csv_bytes
from analysis.study.holdings import Holdings

from . import access, export, state, style
from .data_findings import findings_list, words
from .panel import figure
from .tables import cards, table
from .words import plain

NO_SCORE = "The study has no score on any instrument, so there is nothing to be complete about."
NOT_LOADED = (
    "The study was not loaded: {words}. Correct its files and reload the page, or load another study. "
    "Rows are counted as a spreadsheet shows them: the header is row 1."
)
HOLDER_REPORT = "How alike patients are is itself a hint, so the report is shown to whoever holds the files."
_HELD_NAMES = {
    "table": "Table",
    "one_row_per": "One row per",
    "n_rows": "Rows",
    "n_columns": "Columns",
    "kept": "Kept beyond the dictionary",
}
_CLASS_NAMES = {
    "size": "Patients who share a combination",
    "n_combinations": "Combinations",
    "n_patients": "Patients",
    "share": "Share",
}
_COARSER_NAMES = {"column": "Column", "step": "Made coarser", "n_patients_below": "Then fewer than 11 alike"}
_TRAITS = {"age_band": "age in tens", "primary_diagnosis": "diagnosis", "index_year": "year", "route": "first route"}


def show() -> None:
    """Everything about the study in force, or why there is none."""
    opened, audience = state.opened(), access.audience()
    if opened.study is None:
        st.error(NOT_LOADED.format(words=words(opened.findings)), icon=":material/error:")
        findings_list(opened.findings, "study", audience)
        return
    held = state.held()
    _number_cards(held, opened.findings, audience)
    _completeness(held, audience)
    st.header("What was found in its files")
    findings_list(opened.findings, "study", audience)
    _combinations(state.alike(), audience)
    _holdings(held, audience)


def _number_cards(held: Holdings, findings: tuple[Finding, ...], audience: Audience) -> None:
    released = release_holdings(held, audience)
    people, tables = released[PEOPLE].texts("n_patients"), released[TABLES]
    rows = dict(zip(tables.frame["table"], tables.texts("n_rows"), strict=True))
    cards(
        [
            ("Patients", people[0], "one row each"),
            ("Started treatment", people[1], "at least one session"),
            ("Ketamine sessions", rows["sessions"], "all patients together"),
            ("Scores", rows["assessments"], f"on {_instruments(held)}"),
            ("Findings", words(findings), "listed below"),
        ]
    )


def _instruments(held: Holdings) -> str:
    n = len(held.instruments)
    return "no instrument" if not n else "1 instrument" if n == 1 else f"{n} instruments"


def _completeness(held: Holdings, audience: Audience) -> None:
    if not held.instruments:
        st.info(NO_SCORE, icon=":material/event_busy:")
        return
    with st.container(width=260):
        instrument = st.selectbox("Completeness of", held.instruments, key="data-instrument")
    found, theme = state.complete(instrument), style.theme()
    released = shown(lambda who: release_completeness(found, held, who), audience)
    figure(released, lambda release: completeness_chart(instrument, release, theme), key="completeness")


def _combinations(report: KAnonymity, audience: Audience) -> None:
    """The k-anonymity of the study, in a sentence and two small tables."""
    st.header("How easily patients could be told apart")
    if not audience.sees_small:
        st.info(HOLDER_REPORT, icon=":material/visibility_off:")
        return
    released = release_combinations(report, audience)
    traits = ", ".join(_TRAITS.get(name, name.replace("_", " ")) for name in report.columns)
    alone, few = released.texts("n_patients")[0], int(report.classes["n_patients"].iloc[:-1].sum())
    helps = (
        f" Making {_TRAITS.get(report.most_helpful, plain(report.most_helpful))} coarser helps most."
        if report.most_helpful
        else ""
    )
    st.markdown(
        f"**{_few_text(few, audience)} of {report.n_patients:,} patients** share their combination of {plain(traits)} "
        f"with fewer than ten others; {alone} are the only one with theirs. None of these traits identifies alone, "
        "together they can; "
        f"before the tables are given to anyone else, make them coarser.{helps}"
    )
    with st.expander("Sizes of combinations, and what making a column coarser would change"):
        table(released.as_text(), "Patients by how many share their combination", _CLASS_NAMES, {"share": _percent})
        coarser = report.coarsening[list(_COARSER_NAMES)]
        formats = {"n_patients_below": lambda count: _few_text(count, audience)}
        table(coarser, "What helps, the most helpful first", _COARSER_NAMES, formats)
        st.download_button(
            "Combinations (CSV)",
            data=export.audited(
                "combinations", lambda: csv_bytes(release_combinations(report, audience.outside()).as_text())
            ),
            file_name="combinations.csv", mime="text/csv", key="combinations-csv", on_click="ignore",
            type="tertiary", icon=":material/download:",
        )  # fmt: skip


def _few_text(count: int, audience: Audience) -> str:
    """A number of patients for whoever sees small ones, marked."""
    return f"{count:,} (small)" if is_small(count, audience.min_cell) else f"{count:,}"


def _percent(share: float) -> str:
    return "" if share != share else f"{share:.0%}"


def _holdings(held: Holdings, audience: Audience) -> None:
    """Tables and their rows, the digest, and what the study has none of."""
    st.header("What it holds")
    released = release_holdings(held, audience)
    rows = dict(zip(released[TABLES].frame["table"], released[TABLES].texts("n_rows"), strict=True))
    rows["patients"] = released[PEOPLE].texts("n_patients")[0]
    frame = held.tables.assign(n_rows=[rows.get(name, "not there") for name in held.tables["table"]])
    frame["kept"] = [", ".join(plain_names(names)) for names in frame["kept"]]
    table(frame, "Tables of the study", _HELD_NAMES, right=("n_rows",))
    st.caption(f"Study: {_name(held)}. Digest {held.digest[:16]}: two studies share it only if they are the same data.")


def _name(held: Holdings) -> str:
    return "the synthetic sample" if state.opened().source.is_sample else plain(held.name)


def plain_names(names: str) -> list[str]:
    """Names of columns, without what no page can print."""
    return ["".join(letter for letter in name if letter.isprintable()) for name in names.split(", ") if name]
