"""The description is told, not ranked.

Its sentences, compared one by one by meaning, brought nothing that names and annotations do not
bring (see the ablation in docs/suggestions.md) and took a third of the time of a build; thrown into
the query they hurt. But a sentence that names what the title does not is worth reading.
"""

from __future__ import annotations

from webapp.suggestions.lexical import shared_words
from webapp.suggestions.signals.signal import Evidence


class Description:
    """The sentence that has most words of the name which the title lacks."""

    name = "description"

    @staticmethod
    def explain(evidence: Evidence) -> str:
        """The sentence; empty where none has at least half of the name's other words."""
        lacking = set(shared_words(evidence.title, evidence.title)) - evidence.shared
        found = [
            (len(lacking & set(shared_words(sentence, evidence.title))), sentence)
            for sentence in evidence.subject.sentences
        ]
        count, sentence = max(found, key=lambda pair: pair[0], default=(0, ""))
        return f"its description says “{sentence}”" if count and 2 * count >= len(lacking) else ""
