"""The sections of a draft: from what fits to rules, one section for each table that a source feeds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from analysis.vocabulary import INSTRUMENTS, TABLES

from ..column_rules import ColumnRule, Columns, DateRule, ItemRule
from ..mapping_rules import FilterRule, TableRule
from .assign import Targets
from .fit import why
from .profile import MOST_OF_IT, SourceProfile
from .rules import rule_for
from .scales import ScaleColumns, date_time_words
from .suggestion import ColumnSuggestion

ASK_DAY = "Which day after the first session is this for?"
SCORE_OF = "score of"


@dataclass
class Section:
    """A section being drafted, with the suggestions it came from."""

    source: SourceProfile
    table: str
    form: str | None
    columns: Columns = field(default_factory=dict)
    suggestions: list[ColumnSuggestion] = field(default_factory=list)
    long: list[Columns] = field(default_factory=list)
    keep: tuple[FilterRule, ...] = ()

    def fill(self, targets: Targets, wanted: tuple[str, ...]) -> None:
        """Rules for the wanted targets that something fits."""
        for target in wanted:
            if target in targets:
                fit = targets[target]
                profile = self.source.columns[fit.column]
                found = rule_for(profile, self.table, target, self.source, self.form)
                self.columns[target] = found.rule
                self.suggestions.append(
                    ColumnSuggestion(
                        self.source.name, fit.column, self.table, target, found.rule, fit.basis,
                        "unsure" if found.asks else fit.confidence, why(fit, profile, self.table, target), found.asks,
                    )
                )  # fmt: skip

    def rule(self) -> TableRule:
        """The section as a rule of the mapping. Patients that are repeated in a source are kept once."""
        repeated = self.table == "patients" and not self.source.is_unique(self.columns["patient_id"].column or "")
        return TableRule(self.table, self.source.name, self.columns, self.keep, tuple(self.long), repeated)


def patients_section(source: SourceProfile, targets: Targets, form: str | None, has_dates: bool) -> Section:
    """One row per patient; a clinic or diagnosis that no column gives is a constant to be corrected."""
    section = Section(source, "patients", form)
    section.fill(targets, tuple(name for name in TABLES["patients"].column_names if name != "index_year"))
    section.columns.setdefault("clinic_id", ColumnRule(constant="clinic 1"))
    section.columns.setdefault("primary_diagnosis", ColumnRule(constant="not recorded"))
    if has_dates:
        section.columns["index_year"] = ColumnRule(from_sessions="year")
    elif "index_year" in targets:
        section.fill(targets, ("index_year",))
    return section


def sessions_section(source: SourceProfile, targets: Targets, form: str | None, shared: bool) -> Section:
    """One row per session; in a source that feeds other tables too, a session has its route (or dose) filled."""
    section = Section(source, "sessions", form)
    section.fill(targets, TABLES["sessions"].column_names)
    section.columns.setdefault("session_number", ColumnRule(from_sessions="order"))
    told_by = targets["route" if "route" in targets else "dose_mg"].column
    profile = source.columns[told_by]
    if shared and profile.n_filled < profile.n_rows:
        section.keep = (FilterRule(told_by, "filled"),)
    return section


def plain_section(source: SourceProfile, table: str, targets: Targets, form: str | None) -> Section:
    """One row per row of the source that is filled in what the table is about."""
    section = Section(source, table, form)
    section.fill(targets, TABLES[table].column_names)
    about = {"therapy_visits": "kind", "adverse_events": "term", "assessments": "score"}[table]
    profile = source.columns[targets[about].column]
    if profile.n_filled < profile.n_rows:
        section.keep = (FilterRule(profile.name, "filled"),)
    return section


def scales_section(source: SourceProfile, groups: list[ScaleColumns], targets: Targets, form: str | None) -> Section:
    """One row per instrument and time point of each row; a group without a day is left to the person."""
    section = Section(source, "assessments", form)
    section.fill(targets, ("patient_id", *(("day",) if any(not group.time.words for group in groups) else ()), "mode"))
    dates = _dates_of_time_points(source)
    for group in groups:
        day = _day_of(group, dates, section)
        is_open = day is None and ("day" not in section.columns or bool(group.time.words))
        suggested = _scale_suggestions(source, group, day, is_open)
        section.suggestions += suggested
        score = next((each.rule for each in suggested if each.target == "score"), None)
        if score is None or is_open:
            continue
        entry: Columns = {} if day is None else {"day": day}
        entry |= {} if score.items else {"instrument": ColumnRule(constant=group.instrument)}
        entry["score"] = score
        if group.suicidality is not None and not score.items:
            entry["suicidality_item"] = ColumnRule(group.suicidality)
        section.long.append(entry)
    return section


def _dates_of_time_points(source: SourceProfile) -> dict[tuple[str, ...], ColumnRule]:
    """Columns of dates that belong to a time point ("wk4_date"), by its words."""
    found: dict[tuple[str, ...], ColumnRule] = {}
    for profile in source.columns.values():
        words = date_time_words(profile.name)
        if words and profile.date_form:
            found[words] = ColumnRule(date=DateRule(profile.name, "days", profile.date_form))
    return found


def _day_of(group: ScaleColumns, dates: dict[tuple[str, ...], ColumnRule], section: Section) -> ColumnRule | None:
    """The day of a wide group: by its own dates, else by its name; None when neither says it."""
    dated = dates.get(group.time.words)
    if dated is not None and dated.date is not None:
        if dated.date.format == "unclear":
            return replace(dated, date=replace(dated.date, format=section.form or "iso"))
        return dated
    return None if group.time.day is None else ColumnRule(constant=f"{group.time.day:g}")


def _scale_suggestions(
    source: SourceProfile, group: ScaleColumns, day: ColumnRule | None, is_open: bool
) -> list[ColumnSuggestion]:
    """What each column of a group is: the score (a total or all items), the suicidality item, or nothing yet."""
    when = f" on day {day.constant}" if day is not None and day.constant is not None else ""
    asks = ASK_DAY if is_open else ""
    made = []
    for name in group.columns():
        target = _target_of(group, name)
        rule = _score_rule(group) if target == "score" else ColumnRule(name) if target else None
        fits = _in_range(source, group, name, target)
        text = f"Its name says {group.instrument}{when}, and its numbers {'fit' if fits else 'do not all fit'}."
        if target is None:
            text = f"Its name says an item of {group.instrument}, of which other items are missing or a total is there."
        made.append(
            ColumnSuggestion(
                source.name, name, "assessments" if target else None, target, rule,
                "name and content" if fits else "name",
                "unsure" if asks or not fits or target is None else "likely", text, asks,
            )
        )  # fmt: skip
    return made


def _target_of(group: ScaleColumns, name: str) -> str | None:
    if name == group.total or (group.total is None and group.has_all_items and name in group.items.values()):
        return "score"
    if name == group.suicidality and INSTRUMENTS[group.instrument].suicidality_item is not None:
        return "suicidality_item"
    item = INSTRUMENTS[group.instrument].suicidality_item
    return "suicidality_item" if group.total and item is not None and name == group.items.get(item) else None


def _score_rule(group: ScaleColumns) -> ColumnRule:
    if group.total is not None:
        return ColumnRule(group.total)
    return ColumnRule(items=ItemRule(tuple(group.items[number] for number in sorted(group.items)), group.instrument))


def _in_range(source: SourceProfile, group: ScaleColumns, name: str, target: str | None) -> bool:
    """Whether the numbers of a column are mostly possible; answers in words count as none."""
    profile, scale = source.columns[name], INSTRUMENTS[group.instrument]
    if target is None or profile.number_share < MOST_OF_IT:
        return False
    low, high = (scale.minimum, scale.maximum) if name == group.total else (0, 10)
    return bool(low <= profile.median <= high)
