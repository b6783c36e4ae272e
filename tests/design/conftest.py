"""Macros alone, without rooms or a database: a Flask application that has only our templates."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, render_template_string

from webapp import texts
from webapp.settings import ROOT

Render = Callable[..., str]


@pytest.fixture(scope="session")
def render() -> Render:
    """`render(source, **context)`: a snippet of a template, with the macros as `ui`."""
    bare = Flask("bare", root_path=str(ROOT / "webapp"))
    bare.jinja_env.globals["csrf_token"] = lambda: "the-token"
    bare.jinja_env.filters.update(texts.FILTERS)

    def rendered(source: str, **context: object) -> str:
        with bare.test_request_context():
            return render_template_string(
                '{% import "macros/ui.html" as ui %}' + source, **context
            ).strip()

    return rendered
