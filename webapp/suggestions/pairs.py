"""Pairs of a Key Event and a target that people stand for: what rankers learn from.

Where they come from is a matter of the rooms above: `curation` knows what was approved. Whoever
makes a ranker or runs a command is handed an `ApprovedPairs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from sqlalchemy.orm import Session


class Pair(NamedTuple):
    """A Key Event, by AOP-Wiki's number, and a target, by its CURIE."""

    key_event: int
    identifier: str


class ApprovedPairs(Protocol):
    """The pairs of this site that are approved at the moment."""

    def __call__(self, session: Session) -> Sequence[Pair]:
        """All of them, of every resource, each once."""
        ...


def no_pairs(session: Session) -> Sequence[Pair]:
    """The `ApprovedPairs` of a site where nobody approves anything."""
    return ()
