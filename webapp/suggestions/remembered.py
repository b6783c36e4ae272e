"""The memory of this process: approved pairs, read again when something was decided."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from webapp.suggestions.index import Index
from webapp.suggestions.memory import Memory
from webapp.suggestions.pairs import ApprovedPairs, Newest, Pair, never, no_pairs


class Remembered:
    """Memories by resource, each made when it is asked for, cached as long as index and decisions
    stay the same.

    Threads may make one at the same time; the last one stays.
    """

    def __init__(self) -> None:
        self._approved: ApprovedPairs = no_pairs
        self._newest: Newest = never
        self._cached: tuple[str, object, Sequence[Pair], dict[str, Memory]] = ("", None, (), {})

    def learn_from(self, approved: ApprovedPairs, newest: Newest) -> None:
        """Take the pairs that the room above calls approved, until `newest` says otherwise."""
        self._approved = approved
        self._newest = newest

    def of(self, session: Session, index: Index, resource: str) -> Memory:
        """The memory of one resource as decisions are now."""
        newest = self._newest(session)
        generation, at, pairs, memories = self._cached
        if (generation, at) != (index.generation, newest):
            pairs, memories = self._approved(session), {}
            self._cached = (index.generation, newest, pairs, memories)
        if resource not in memories:
            memories[resource] = Memory(index, resource, pairs)
        return memories[resource]
