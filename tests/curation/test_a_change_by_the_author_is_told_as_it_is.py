"""Predicate and confidence that the author changed: the record names what changed, and no more."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from tests.conftest import PATHWAY_ANSWERS, Member, propose
from webapp.curation.models import Mapping, MappingVersion
from webapp.database import Database


def told(page: str) -> str:
    """The sentence about the change, without markup."""
    found = re.search(r"<p>(The author changed .*?)</p>", page, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"predicate": "skos:exactMatch"},
            "The author changed the predicate to skos:exactMatch:",
        ),
        ({"confidence": "low"}, "The author changed the confidence to low:"),
        (
            {"predicate": "skos:exactMatch", "confidence": "low"},
            "The author changed the predicate to skos:exactMatch and the confidence to low:",
        ),
        (
            {"predicate": "skos:exactMatch", "confidence": "high"},
            "The author changed the predicate to skos:exactMatch:",
        ),
    ],
)
def test_the_sentence(
    changes: dict[str, str], sentence: str, curator: Member, database: Database
) -> None:
    uuid = propose(curator, 1513, "WP254", override_reason="One study only.", **changes)
    assert told(curator.get(f"/mappings/{uuid}").text) == sentence
    with database.read() as session:
        assert session.scalar(select(MappingVersion.override_reason)) == "One study only."


@pytest.mark.parametrize("same", [{}, {"predicate": "skos:closeMatch", "confidence": "high"}])
def test_a_reason_without_a_change_is_not_dropped_in_silence(
    same: dict[str, str], curator: Member, database: Database
) -> None:
    refused = curator.post(
        "/key-events/1513/mappings",
        target="WP254",
        override_reason="One study only.",
        **PATHWAY_ANSWERS,
        **same,
    )
    assert refused.status_code == 422
    assert "Nothing is changed" in refused.text
    assert ">One study only.</textarea>" in refused.text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Mapping)) == 0


def test_the_verdict_shows_the_change_beside_what_the_answers_give(curator: Member) -> None:
    def verdict(**fields: str) -> str:
        answer = curator.post(
            "/key-events/1513/preview", target="WP254", **PATHWAY_ANSWERS, **fields
        )
        assert answer.status_code == 200
        return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())

    assert "You change" not in verdict()
    assert "You change" not in verdict(predicate="skos:closeMatch", confidence="high")
    changed = verdict(predicate="skos:exactMatch")
    assert "You change this to skos:exactMatch" in changed
    assert "skos:closeMatch" in changed, "what the answers give stays visible"
    both = verdict(predicate="skos:exactMatch", confidence="low")
    assert "You change this to low confidence skos:exactMatch" in both
    assert "You change" not in verdict(predicate="nonsense"), "nor is what cannot be chosen"
