"""Coverage: of how many Key Events an approved target was in the list that their curator saw.

Which pairs were approved, and which list lay before whoever proposed them, only the room above
knows: `curation` registers its `Choices` in `create_app()`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from sqlalchemy.orm import Session

from webapp.suggestions.shares import Share

TOP = 10
LISTED, UNLISTED, SEARCHED, UNRECORDED = "listed", "unlisted", "searched", "unrecorded"
_BEST_FIRST = (LISTED, UNLISTED, SEARCHED, UNRECORDED)


class Choice(NamedTuple):
    """A pair that is approved, and the list that was on the screen when it was proposed."""

    key_event: int
    resource: str
    identifier: str
    shown: dict[str, Any] | None
    """See `SuggestionList.as_shown`; None where no list was recorded."""


class Choices(Protocol):
    """The pairs of this site that are approved at the moment, with their lists."""

    def __call__(self, session: Session) -> Sequence[Choice]:
        """All of them, of every resource."""
        ...


@dataclass(frozen=True)
class Coverage:
    """The Key Events of a resource that have an approved pair, each counted once."""

    listed: int
    """One of its targets was among the first ten of the suggestions."""
    unlisted: int
    """Suggestions were shown, and none of its targets was among the first ten."""
    searched: int
    """Its targets were found by a search; whether the suggestions held them was not recorded."""
    unrecorded: int
    """No list of this resource was recorded."""

    @property
    def share(self) -> Share:
        """Listed ones of those with a record; a search counts as a miss."""
        return Share(self.listed, self.listed + self.unlisted + self.searched)

    @property
    def known(self) -> int:
        """All Key Events, also those without a record."""
        return self.share.total + self.unrecorded


def coverage(choices: Iterable[Choice]) -> dict[str, Coverage]:
    """By resource; a Key Event counts by the best of its pairs. Nothing for a resource without."""
    best: dict[tuple[str, int], str] = {}
    for one in choices:
        place = (one.resource, one.key_event)
        best[place] = min(_how(one), best.get(place, UNRECORDED), key=_BEST_FIRST.index)
    found: dict[str, list[str]] = {}
    for (resource, _), how in best.items():
        found.setdefault(resource, []).append(how)
    return {
        resource: Coverage(**{how: hows.count(how) for how in _BEST_FIRST})
        for resource, hows in found.items()
    }


def _how(choice: Choice) -> str:
    shown = choice.shown
    if shown is None or shown["resource"] != choice.resource:
        return UNRECORDED
    if was_searched(shown):
        return SEARCHED
    first = {identifier for identifier, rank, _ in shown["targets"] if rank <= TOP}
    return LISTED if choice.identifier in first else UNLISTED


def was_searched(shown: dict[str, Any]) -> bool:
    """Whether the list was the answer to somebody's words, and not the suggestions."""
    return bool(shown.get("searched")) or shown["ranker"].endswith("/identifier")
