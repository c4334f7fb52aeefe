"""Every chart and every sentence of Response, Safety and Care, of a page as somebody has it."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.disclosure import Card, care_cards, care_words, response_cards, response_words, safety_cards, safety_words
from analysis.figures import LIGHT, Chart
from analysis.figures import care_conditions as conditions
from analysis.figures import care_courses as courses
from analysis.figures import care_rows as rows
from analysis.figures import durability_after as after
from analysis.figures import durability_reach as reach
from analysis.figures import response_rates as rates
from analysis.figures import response_scatter as scatter
from analysis.figures import response_waterfall as waterfall
from analysis.figures import response_windows as windows
from analysis.figures import safety_by_session as sessions
from analysis.figures import safety_events as events
from analysis.figures import safety_vitals as vitals
from analysis.figures import suicidality_presence as presence
from tests.disclosure.every_page import Pages

OF_RESPONSE = (
    (rates.has_outcomes, rates.outcomes_chart),
    (rates.has_routes, rates.routes_chart),
    (windows.has_windows, windows.windows_chart),
    (waterfall.has_changes, waterfall.waterfall_chart),
    (scatter.has_scatter, scatter.scatter_chart),
    (after.has_after, after.after_chart),
    (presence.has_presence, presence.presence_chart),
)
OF_A_KIND = (
    (events.has_events, events.events_by_route_chart),
    (events.has_doses, events.events_by_dose_chart),
    (events.has_terms, events.events_by_term_chart),
    (sessions.has_by_session, sessions.events_by_session_chart),
)
OF_SAFETY = (
    (vitals.has_pressure, vitals.pressure_chart),
    (vitals.has_dissociation, vitals.dissociation_chart),
    (vitals.has_habituation, vitals.habituation_chart),
)
OF_CARE = (
    (courses.has_staying, courses.staying_chart),
    (courses.has_titration, courses.titration_chart),
    (courses.has_steps, courses.steps_chart),
    (rows.has_visits, rows.visits_chart),
    (rows.has_cost, rows.cost_chart),
    (conditions.has_conditions, conditions.conditions_chart),
)


def charts(pages: Pages) -> Iterator[Chart]:
    for page, drawings in ((pages.response, OF_RESPONSE), (pages.safety, OF_SAFETY), (pages.care, OF_CARE)):
        for has, draw in drawings:
            if has(page):
                yield draw(page, LIGHT)
    for times in pages.response.times:
        if reach.has_reach(times):
            yield reach.reach_chart(pages.response, times, LIGHT)
    for kind in pages.safety.kinds:
        for has, draw in OF_A_KIND:
            if has(pages.safety, kind):
                yield draw(pages.safety, kind, LIGHT)


def sentences(pages: Pages) -> list[str]:
    page = pages.response
    said = [response_words.after_words(page), response_words.item_words_of(page), page.sentence]
    said += [response_words.regression_words(one, page.audience.sees_small) for one in page.times]
    said += [f"{page.starters} starters, {page.evaluable} evaluable"]
    safe, care = pages.safety, pages.care
    said += [*safety_words.event_sentences(safe), *safety_words.serious_sentences(safe), safe.sentence]
    for of_safety in ("rise_sentence", "stopped_sentence", "two_hours_sentence", "oxygen_sentence"):
        said.append(getattr(safety_words, of_safety)(safe))
    for of_care in ("induction_sentence", "spacing_sentence", "association_sentence", "responder_sentence"):
        said.append(getattr(care_words, of_care)(care))
    said += [*care_words.visit_sentences(care), care.sentence, f"{care.starters} starters", f"{safe.starters} starters"]
    cards: list[Card] = [*response_cards.cards(page), *safety_cards.cards(safe), *care_cards.cards(care)]
    return [*said, *(text for card in cards for text in (card.label, card.value, card.denominator))]
