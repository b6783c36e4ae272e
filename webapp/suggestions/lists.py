"""A ranked list as pages show it and decisions keep it."""

from __future__ import annotations

from dataclasses import dataclass, field

from webapp.database import utc_now
from webapp.suggestions.holder import plain_notice
from webapp.suggestions.ranker import Suggestion

LEXICAL = "lexical"
"""What the ranker's version ends with where a list was ranked by words alone."""
IDENTIFIER = "identifier"
"""The same, where the list is the one target that somebody named."""
SIMPLER = "Ranked more simply, by meaning and shared words:"
A_SEARCH = f"{SIMPLER} of a search nothing else is known."
NO_SIGNALS = f"{SIMPLER} the index holds no other signals of this Key Event."
NO_WEIGHTS = f"{SIMPLER} the weights of all signals were made for another encoder."
"""Why a list is not made of all signals."""


@dataclass(frozen=True)
class SuggestionList:
    """A ranked list and how it came about; `notice` is empty unless it is degraded."""

    resource: str
    ranker: str
    candidates: int
    notice: str
    items: tuple[Suggestion, ...]
    searched: str = ""
    """The words that were searched for; empty for the list of a Key Event."""
    ready: bool = True
    """False while there is no index to rank with yet."""
    basis: str = ""
    """Why the fixed sum ranks, in one sentence; empty where all signals do, or where the notice
    says more."""
    made_at: str = field(default_factory=utc_now)

    @property
    def plain_notice(self) -> str:
        """The notice for people who cannot run commands here."""
        return plain_notice(self.notice)

    @property
    def shares_words(self) -> bool:
        """Whether any name of the list has a word of the text that it was made for."""
        return any(item.lexical > 0 for item in self.items)

    def as_shown(self) -> dict[str, object]:
        """What a decision keeps of the list that was on the screen."""
        return {
            "resource": self.resource,
            "ranker": self.ranker,
            "searched": self.searched,
            "made_at": self.made_at,
            "targets": [[item.identifier, item.rank, round(item.score, 4)] for item in self.items],
        }
