"""The page of a search. An identifier leads straight to what it names."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from webapp import current
from webapp.accounts.access import public
from webapp.catalog.models import Aop, KeyEvent, Target
from webapp.parameters import page_number
from webapp.search import identifiers, results
from webapp.search.finder import Place
from webapp.search.identifiers import Identified, identify
from webapp.search.reading import Marks, read
from webapp.search.service import Answer, Searcher

blueprint = Blueprint("search", __name__)

OF_EACH = 6
"""So many of each kind stand on the page of a search."""
PAGE_SIZE = 30
"""So many on a page of one kind."""


def searcher() -> Searcher:
    """The search that `create_app` made."""
    return cast(Searcher, current_app.extensions["kewp.search"])


@blueprint.get("/search")
@public
def search() -> str | Response:
    """Search over Key Events, AOPs, targets and genes; an identifier goes to its page."""
    text = request.args.get("q", "").strip()[:200]
    kind = request.args.get("kind", "")
    kind = kind if kind in results.KINDS else ""
    page = page_number() if kind else 1
    size = PAGE_SIZE if kind else OF_EACH
    named = identify(text)
    with current.database().read() as session:
        if named is not None:
            if _is_there(session, named):
                return redirect(address(named.kind, named.key))
            return render_template("search/results.html", text=text, missing=named.name)
        answer = searcher().find(session, text, kind=kind, first=(page - 1) * size, limit=size)
        pages = max(-(-answer.found.totals.get(kind, 0) // size), 1)
        if page > pages:
            answer = searcher().find(session, text, kind=kind, first=(pages - 1) * size, limit=size)
        marks = _marks(answer, text)
        return render_template(
            "search/results.html",
            text=text,
            kind=kind,
            kinds=results.KINDS,
            page=min(page, pages),
            pages=pages,
            answer=answer,
            sections=results.sections(session, answer.found.hits, answer.found.totals, marks),
            nearest=results.rows(session, answer.by_meaning, marks),
            said=_said(answer),
        )


def _marks(answer: Answer, text: str) -> Marks:
    asked = answer.found.asked or read(text)
    return asked.marks.also(word for words in answer.found.near.values() for word in words)


def _said(answer: Answer) -> str:
    """How the words were taken, where it was not as they were written."""
    found = answer.found
    near = "; ".join(
        f"{', '.join(words[:6])}{' …' if len(words) > 6 else ''} for “{word}”"
        for word, words in found.near.items()
    )
    if found.only_some:
        return "No name holds all of these words. These hold some of them."
    if found.hits and all(hit.place >= Place.TITLE_NEAR for hit in found.hits):
        return f"Nothing is spelt like that. Nearest: {near}."
    return f"Few names are spelt like that. Also searched: {near}." if near and found.hits else ""


def _is_there(session: Session, named: Identified) -> bool:
    """Whether the catalog knows it, retired or not."""
    if named.kind == identifiers.TARGET:
        found = session.scalar(select(Target.id).where(Target.identifier == named.key))
    else:
        model = KeyEvent if named.kind == identifiers.KEY_EVENT else Aop
        found = session.scalar(select(model.id).where(model.number == int(named.key)))
    return found is not None


@blueprint.app_template_global("thing_url")
def address(kind: str, key: str) -> str:
    """The page of a thing that was found."""
    if kind == identifiers.KEY_EVENT:
        return url_for("curation.key_event", number=int(key))
    if kind == identifiers.AOP:
        return url_for("catalog.aop", number=int(key))
    if kind == "gene":
        return url_for("catalog.gene", symbol=key)
    return url_for("catalog.target", identifier=key)
