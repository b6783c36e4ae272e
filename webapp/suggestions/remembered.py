"""The memory of this process: approved pairs, read again when something was decided."""

from __future__ import annotations

from sqlalchemy.orm import Session

from webapp.suggestions.index import Index
from webapp.suggestions.memory import Memory
from webapp.suggestions.pairs import ApprovedPairs, Newest, never, no_pairs


class Remembered:
    """Memories by resource, cached as long as index and decisions stay the same.

    Threads may make one at the same time; the last one stays.
    """

    def __init__(self) -> None:
        self._approved: ApprovedPairs = no_pairs
        self._newest: Newest = never
        self._cached: tuple[str, object, dict[str, Memory]] = ("", None, {})

    def learn_from(self, approved: ApprovedPairs, newest: Newest) -> None:
        """Take the pairs that the room above calls approved, until `newest` says otherwise."""
        self._approved = approved
        self._newest = newest

    def of(self, session: Session, index: Index, resource: str) -> Memory:
        """The memory of one resource as decisions are now."""
        newest = self._newest(session)
        generation, at, memories = self._cached
        if (generation, at) != (index.generation, newest):
            pairs = self._approved(session)
            memories = {name: Memory(index, name, pairs) for name in index.resources}
            self._cached = (index.generation, newest, memories)
        return memories[resource]
