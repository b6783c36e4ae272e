"""Search without an index: every word must occur in a name, letter by letter.

Slow and unforgiving, and there from the first moment on: it serves while the index is being built.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from webapp.catalog import queries
from webapp.paging import page_of
from webapp.search.finder import Found, Hit, Place
from webapp.search.index import AOP, KEY_EVENT
from webapp.search.reading import read

MOST = 20
"""So many of each kind at most."""


def find(session: Session, text: str) -> Found:
    """Key Events, AOPs and targets whose names hold the words, and targets that hold the gene."""
    events = page_of(session, queries.key_events(queries.KeyEventFilter(text=text)), 1, MOST)
    aops = page_of(session, queries.aops(text), 1, MOST)
    hits = [Hit(KEY_EVENT, str(event.number), Place.TITLE_HOLDS) for event in events.rows]
    hits += [Hit(AOP, str(aop.number), Place.TITLE_HOLDS) for aop in aops.rows]
    totals = {KEY_EVENT: events.total, AOP: aops.total}
    seen = set()
    for target, name in queries.find_targets(session, text, MOST):
        place = Place.NAME_HOLDS if name else Place.TITLE_HOLDS
        seen.add(target.identifier)
        hits.append(Hit(target.resource, target.identifier, place, "exact" if name else "", name))
    for target in queries.targets_with_gene(session, text, MOST):
        if target.identifier not in seen:
            symbol = text.strip().upper()
            hits.append(Hit(target.resource, target.identifier, Place.GENE, gene=symbol))
    for hit in hits:
        if hit.kind not in {KEY_EVENT, AOP}:
            totals[hit.kind] = totals.get(hit.kind, 0) + 1
    return Found(hits, {kind: count for kind, count in totals.items() if count}, {}, read(text))
