from __future__ import annotations

from sqlalchemy import func, select

from tests.conftest import PATHWAY_ANSWERS, Member
from webapp.curation.models import Mapping
from webapp.database import Database


def test_open_questions_and_a_wrong_reference_in_one_answer(
    curator: Member, database: Database
) -> None:
    answer = curator.post(
        "/key-events/1513/mappings",
        target="WP254",
        evidence="known",
        references="a paper by Smith",
        note="typed with care",
        confidence="enormous",
    )
    assert answer.status_code == 422
    for name in ("relationship", "specificity", "coverage", "references", "confidence"):
        assert f'href="#f-{name}' in answer.text, name
    assert 'href="#f-evidence' not in answer.text
    assert "a paper by Smith" in answer.text
    assert "typed with care" in answer.text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Mapping)) == 0


def test_a_text_that_is_too_long_is_refused_and_comes_back_whole(curator: Member) -> None:
    note = "x" * 4001
    answer = curator.post("/key-events/1513/mappings", target="WP254", note=note, **PATHWAY_ANSWERS)
    assert answer.status_code == 422
    assert "Use at most 4000 characters" in answer.text
    assert note in answer.text
