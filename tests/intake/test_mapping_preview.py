"""A preview shows what a mapping makes before it is used, and says everything that reading would say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from analysis.intake import Mapping, preview_mapping, read_sources, read_study, words_to_translate
from analysis.intake.column_rules import ColumnRule
from analysis.intake.findings import FindingLog
from analysis.intake.mapping import SourceRule
from analysis.intake.opening import open_study
from analysis.intake.source import SourceTable

from .mapping_cases import MAPPING, Foreign


def sources_of(folder: Path) -> dict[str, SourceTable]:
    log = FindingLog()
    with open_study(folder, log) as files:
        assert files is not None
        tables, _ = read_sources(files, log)
    assert not log.has_errors
    return tables


def test_a_preview_gives_the_counts_and_the_first_rows_of_every_table(foreign: Foreign) -> None:
    preview = preview_mapping(Mapping.from_toml(MAPPING), sources_of(foreign.folder), rows=2)
    assert preview.is_ready
    assert {name: table.n_rows for name, table in preview.tables.items()} == {
        "patients": 3, "sessions": 3, "assessments": 3,
    }  # fmt: skip
    first = preview.tables["sessions"].first_rows
    assert list(first.columns[:4]) == ["patient_id", "session_number", "day", "route"]
    assert first[["patient_id", "day", "route", "dose_mg"]].to_numpy().tolist() == [
        ["A", "0", "IV", "40"],
        ["A", "7", "IV", "40"],
    ]
    assert preview.tables["patients"].first_rows["age"].tolist() == ["43", "90"]


def test_a_preview_says_what_reading_says(foreign: Foreign) -> None:
    preview = preview_mapping(Mapping.from_toml(MAPPING), sources_of(foreign.folder))
    assert [str(finding) for finding in preview.findings] == list(foreign.study().notes)
    foreign.change("visits.csv", "shot,1,70", "gummy,1,7")
    refused = preview_mapping(Mapping.from_toml(MAPPING), sources_of(foreign.folder))
    assert not refused.is_ready
    assert [str(each) for each in refused.findings if each.level == "error"] == foreign.errors()
    assert refused.tables["sessions"].n_rows == 3


def test_a_mapping_changed_by_hand_is_judged_like_its_file(foreign: Foreign) -> None:
    mapping = Mapping.from_toml(MAPPING)
    people, visits, forms = mapping.tables
    columns = {name: rule for name, rule in visits.columns.items() if name != "day"}
    broken = replace(mapping, tables=(people, replace(visits, columns=columns), forms))
    preview = preview_mapping(broken, sources_of(foreign.folder))
    assert preview.tables == {}
    assert [str(each) for each in preview.findings] == [
        "study_mapping.toml: The mapping counts from the first session, and no section [[sessions]] gives its day as "
        'a date. Say day = { date = "...", from = "first session" } there.'
    ]


def test_a_source_that_was_not_read(foreign: Foreign) -> None:
    sources = sources_of(foreign.folder)
    del sources["forms"]
    preview = preview_mapping(Mapping.from_toml(MAPPING), sources)
    assert [str(each) for each in preview.findings] == [
        "The mapping reads the source 'forms', which was not read. Upload its file too."
    ]


def test_a_preview_changes_neither_its_sources_nor_its_mapping(foreign: Foreign) -> None:
    sources, mapping = sources_of(foreign.folder), Mapping.from_toml(MAPPING)
    before = {name: table.cells for name, table in sources.items()}
    preview_mapping(mapping, sources)
    assert mapping == Mapping.from_toml(MAPPING)
    assert all(sources[name].cells.equals(cells) for name, cells in before.items())


def test_what_previews_well_loads(foreign: Foreign) -> None:
    assert preview_mapping(Mapping.from_toml(MAPPING), sources_of(foreign.folder)).is_ready
    study = read_study(foreign.folder, Mapping.from_toml(MAPPING))
    assert [len(frame) for frame in study.tables.values()] == [3, 3, 3]


def test_words_without_a_meaning_are_counted_for_the_person_who_translates_them(foreign: Foreign) -> None:
    foreign.change("visits.csv", "drip", "house special")
    visits = sources_of(foreign.folder)["visits"]
    rule = ColumnRule("how", vocabulary="routes", unlisted="missing")
    assert words_to_translate(visits, rule, SourceRule("visits.csv")) == [("house special", 2)]
    assert words_to_translate(visits, ColumnRule("how"), SourceRule("visits.csv"), most=1) == [("house special", 2)]
    assert words_to_translate(visits, ColumnRule(constant="IV"), SourceRule("visits.csv")) == []


def test_the_second_worked_example_of_the_readme_works(tmp_path: Path, repository_root: Path) -> None:
    readme = (repository_root / "analysis" / "intake" / "README.md").read_text(encoding="utf-8")
    example = readme.split("### Words, units, items and dates")[1].split("```toml\n")[1].split("```")[0]
    texts = {
        "chart.csv": "code,site,dx,gender,dob\nA,N,MDD,F,04/17/1980\n",
        "infusions.csv": "code,date,clock,how,dose,weight\nA,01/15/2024,10:00,the usual,0.5,176\n"
        "A,01/22/2024,22:00,Shot,0.5,176\n",
        "forms.csv": f"code,filled,{','.join(f'q{n}' for n in range(1, 10))}\nA,01/12/2024,2,2,2,2,,2,2,2,1\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    study = read_study(tmp_path, Mapping.from_toml(example))
    assert study.patients[["age", "sex", "index_year"]].to_numpy().tolist() == [[43, "female", 2024]]
    assert study.sessions[["session_number", "day", "route", "dose_mg"]].to_numpy().tolist() == [
        [1, 0.0, "IV", 39.916128],
        [2, 7.5, "IM", 39.916128],
    ]
    assert study.assessments[["day", "score", "prorated"]].to_numpy().tolist() == [[-3.0, 16.875, True]]  # 15 / 8 x 9
