"""Approved mappings are the ranker's memory: `create_app` hands them down."""

from __future__ import annotations

from flask import Flask

from webapp.curation.decided import approved_pairs, newest_event
from webapp.suggestions.service import Suggester


def test_the_application_registers_what_curation_knows(app: Flask) -> None:
    suggester: Suggester = app.extensions["kewp.suggestions"]
    assert suggester.memory._approved is approved_pairs
    assert suggester.memory._newest is newest_event
