"""Long lists, page by page. Free of Flask; imports nothing of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

PAGE_SIZE = 50


@dataclass(frozen=True)
class Page:
    """Some rows of a long list: which page (from 1) of how many, and how many rows in all."""

    rows: Sequence[Any]
    total: int
    number: int
    pages: int


def page_of(session: Session, query: Select[Any], number: int, size: int = PAGE_SIZE) -> Page:
    """One page of a query's rows; a number beyond the end gives the last page.

    Rows of several columns come as tuples, rows of one as what stands in it.
    """
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    pages = max(-(-total // size), 1)
    number = min(max(number, 1), pages)
    found = session.execute(query.limit(size).offset((number - 1) * size))
    single = len(query.column_descriptions) == 1
    return Page(found.scalars().all() if single else found.all(), total, number, pages)
