"""What a request to the pages of curation is about: form, Key Event, target, list, verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.catalog.models import KeyEvent, Target
from webapp.catalog.registry import parse_identifier
from webapp.curation.assessment import Unanswered, Verdict, judge, read_answers, scheme_of
from webapp.curation.claim import Proposal
from webapp.errors import Problem
from webapp.search import identifiers
from webapp.suggestions.current import suggester
from webapp.suggestions.lists import IDENTIFIER, SuggestionList
from webapp.suggestions.whynot import UnknownTarget, WhyNot, find_target


def typed() -> dict[str, str]:
    """The form as it was typed: browsers send each line break as two signs."""
    return {name: value.replace("\r\n", "\n") for name, value in request.form.items()}


def reviewing() -> bool:
    """Whether somebody goes through the queue, mapping by mapping."""
    return request.values.get("return_to") == "review"


def key_event(session: Session, number: int) -> KeyEvent:
    """The Key Event of a number; raises `Problem` 404 where there is none."""
    found = session.scalar(select(KeyEvent).where(KeyEvent.number == number))
    if found is None:
        raise Problem(404, "Not found.", f"There is no Key Event {number} in the catalog.")
    return found


def target(session: Session, text: str) -> Target | None:
    """The target of an identifier as people write it."""
    identifier = parse_identifier(text)
    return session.scalar(select(Target).where(Target.identifier == identifier))


def proposal(
    number: int, about: str, form: Mapping[str, str], shown: dict[str, Any] | None = None
) -> Proposal:
    """What a form says of the pair of a Key Event and a target, with the list that was shown."""
    texts = ("references", "note", "predicate", "confidence", "override_reason")
    given = {name: form.get(name, "") for name in texts}
    return Proposal(number, about, answers=dict(form), shown=shown, **given)


def verdict(about: Target, given: Mapping[str, str], level: str | None) -> Verdict | None:
    """What follows from the answers; None while a question is open."""
    scheme = scheme_of(about.resource)
    try:
        return judge(scheme, read_answers(scheme, given), level)
    except Unanswered:
        return None


def candidates(
    session: Session, event: KeyEvent, resource: str, text: str
) -> tuple[SuggestionList, Target | None]:
    """The list for a Key Event, or for a search; an identifier is its target, and selects it."""
    if not text:
        return suggester().for_key_event(session, event, resource), None
    if parse_identifier(text):
        found = target(session, text)
        where = found.resource if found else resource
        return suggester().for_identifier(session, where, found), found
    return suggester().for_text(session, text, resource, 20), None


@dataclass(frozen=True)
class Why:
    """What somebody asked for that is not in the list, and the answer or what is wrong with it."""

    text: str
    answer: WhyNot | None = None
    error: str = ""


def why(session: Session, event: KeyEvent, resource: str) -> Why | None:
    """The question of this request (`why`); None where nobody asks."""
    text = request.args.get("why")
    if text is None:
        return None
    named = identifiers.identify(text)
    if named is not None and named.kind != identifiers.TARGET:
        return Why(
            text,
            error=f"{named.name} is no entry that can be suggested. Write an "
            "identifier such as WP254, or an exact title.",
        )
    try:
        found = find_target(session, named.key if named else text, resource)
    except UnknownTarget as error:
        return Why(text, error=str(error))
    return Why(text, suggester().why_not(session, event, found))


def beside_the_list(
    session: Session, event: KeyEvent, chosen: Target | None, listed: SuggestionList
) -> WhyNot | None:
    """Where a selected target comes that the list on the screen does not show, or a search."""
    if chosen is None:
        return None
    searched = listed.searched or listed.ranker.endswith(f"/{IDENTIFIER}")
    if not searched and chosen.identifier in {item.identifier for item in listed.items}:
        return None
    return suggester().why_not(session, event, chosen)
