"""The cohort in the sidebar: every control is bound to the address, so that a link carries the cohort."""

from __future__ import annotations

import streamlit as st

from analysis.cohort import EXTRA_PREFIX, Cohort, describe
from analysis.study import Study
from analysis.vocabulary import ROUTES

from . import access, release, state
from .address import forget_ignored, ignored_in_address
from .choices import Choices, Ends, baseline_ends, whole_steps
from .words import plain

_LABELS = {
    "route": "Route of first session",
    "clinic": "Clinic",
    "diagnosis": "Diagnosis",
    "molecule": "Molecule",
    "sex": "Sex",
    "payer": "Payer",
}
_FIRST = ("route", "clinic", "diagnosis")


def cohort_controls(study: Study) -> Cohort:
    """Draw the sidebar and read the cohort it asks for."""
    choices = state.choices()
    ignored_in_address(study)
    with st.sidebar:
        st.header("Cohort")
        chosen = {name: _set_control(name, choices.sets[name]) for name in _FIRST}
        with st.expander("More rules", expanded=_is_more_asked(choices)):
            chosen |= {name: _set_control(name, choices.sets[name]) for name in _LABELS if name not in _FIRST}
            age = _age_control(choices)
            baseline_on, baseline = _baseline_control(choices)
            sessions = _range_control("sessions", "Sessions completed", choices.sessions, choices.sessions_step)
            extra = _extra_controls(choices)
            leave_out = _missing_control(choices.missing)
        cohort = Cohort(
            routes=chosen["route"],
            molecules=chosen["molecule"],
            clinics=chosen["clinic"],
            diagnoses=chosen["diagnosis"],
            sexes=chosen["sex"],
            payers=chosen["payer"],
            age=age,
            baseline_instrument=baseline_on,
            baseline=baseline,
            sessions_reached=sessions,
            extra=extra,
            drop_missing=leave_out,
        )
        state.remember(cohort)
        _in_force(cohort, choices)
    return cohort


def _set_control(name: str, options: tuple[str, ...]) -> tuple[str, ...]:
    """One multiselect; nothing chosen asks nothing. Absent when the study has no second value to choose."""
    if len(options) < 2:
        return ()
    chosen = st.multiselect(
        _LABELS[name], options, key=name, bind="query-params", placeholder="All", on_change=forget_ignored
    )
    if name == "route":
        st.caption(", ".join(f"{code} {ROUTES[code].label.lower()}" for code in options if code in ROUTES))
    return tuple(chosen)


def _range_control(key: str, label: str, ends: Ends, step: int) -> tuple[float, float] | None:
    """A slider over the whole range; its full width asks nothing. An address may name an end between two steps."""
    chosen = st.slider(label, *ends, value=ends, step=step, key=key, bind="query-params", on_change=forget_ignored)
    low, high = whole_steps(chosen, step)
    return None if (low, high) == ends else (float(low), float(high))


def _age_control(choices: Choices) -> tuple[float, float] | None:
    return None if choices.age is None else _range_control("age", "Age, years", choices.age, choices.age_step)


def _baseline_control(choices: Choices) -> tuple[str, tuple[float, float] | None]:
    """Baseline severity: on which instrument, and between which scores."""
    default, instruments = Cohort().baseline_instrument, choices.instruments
    if not instruments:
        return default, None
    name = st.selectbox(
        "Baseline severity on",
        instruments,
        index=instruments.index(default) if default in instruments else 0,
        key="baseline_on",
        bind="query-params",
        on_change=forget_ignored,
    )
    step = choices.points_step(name)
    return name, _range_control("baseline", f"{name} at baseline, points", _scale(name, step), step)


def _scale(name: str, step: int) -> Ends:
    return whole_steps(baseline_ends(name), step)


def _extra_controls(choices: Choices) -> tuple[tuple[str, tuple[str, ...]], ...]:
    chosen = [
        (
            column,
            tuple(
                st.multiselect(
                    plain(column.replace("_", " ").capitalize()),
                    options,
                    key=EXTRA_PREFIX + column,
                    bind="query-params",
                    placeholder="All",
                    on_change=forget_ignored,
                )
            ),
        )
        for column, options in choices.extra.items()
    ]
    return tuple((column, values) for column, values in chosen if values)


def _missing_control(missing: tuple[str, ...]) -> tuple[str, ...]:
    """Patients with a missing value stay in the cohort unless whoever holds the files leaves them out here: to others
    it would be a way to divide everyone into parts and a rest, and the rest are few."""
    if not missing or not access.is_holder():
        return ()
    return tuple(
        st.multiselect(
            "Leave out patients with no recorded",
            missing,
            key="leave_out",
            bind="query-params",
            placeholder="Nobody: missing values stay",
            on_change=forget_ignored,
        )
    )


def _keys(choices: Choices) -> tuple[list[str], dict[str, Ends]]:
    sets = [*_LABELS, *(EXTRA_PREFIX + column for column in choices.extra), "leave_out"]
    ranges = {"sessions": choices.sessions}
    if choices.age is not None:
        ranges["age"] = choices.age
    return sets, ranges


def _is_more_asked(choices: Choices) -> bool:
    """Whether a rule inside the folded part is in force: it must not hide there."""
    sets, ranges = _keys(choices)
    inside = [name for name in (*sets, *ranges, "baseline", "baseline_on") if name not in _FIRST]
    return any(name in st.query_params for name in inside)


def _reset(choices: Choices) -> None:
    forget_ignored()
    sets, ranges = _keys(choices)
    for name in sets:
        if name in st.session_state:
            st.session_state[name] = []
    for name, ends in ranges.items():
        st.session_state[name] = ends
    if "baseline" in st.session_state:
        name = st.session_state["baseline_on"]
        st.session_state["baseline"] = _scale(name, choices.points_step(name))


def _in_force(cohort: Cohort, choices: Choices) -> None:
    """The cohort in one sentence, its size if it may be shown, and the way back to everyone."""
    st.button(
        "Reset cohort",
        icon=":material/restart_alt:",
        on_click=_reset,
        args=(choices,),
        disabled=cohort.is_everyone,
        width="stretch",
    )
    size = plain(release.cohort_size()) if release.judge_cohort().allowed else ""
    st.caption(f"{plain(describe(cohort))} {size}")
    _which_study()


def _which_study() -> None:
    opened = state.opened()
    if opened.source.is_sample:
        st.caption("Study: the synthetic sample, no real patients.")
    elif opened.study is not None:
        st.caption(f"Study: {plain(opened.study.name)}.")
