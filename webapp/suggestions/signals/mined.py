"""Genes that programs found in AOP-Wiki's texts are told, not ranked, and only where they surprise.

The finding errs (`ROS` is taken for the gene ROS1), and large sets of genes share some with any
text. So nothing is said unless chance would hardly explain what is shared.
"""

from __future__ import annotations

import math

from webapp.suggestions.signals.signal import Evidence

SURPRISING = 0.01
"""Chance below which an overlap is told."""
NAMED = 5
"""Genes that are told by name; of more, the rest is counted."""
_RAREST = 1_000_000


class MinedGenes:
    """Genes of the target that AOP-Wiki's texts mention, with how often chance would do as well."""

    name = "mined"

    @staticmethod
    def explain(evidence: Evidence) -> str:
        """Empty where chance may explain it, or where the Key Event names all of them anyway."""
        overlap = evidence.mined
        if overlap is None or evidence.genes.keys() >= set(overlap.shared):
            return ""
        if overlap.chance >= SURPRISING:
            return ""
        more = len(overlap.shared) - NAMED
        genes = ", ".join(overlap.shared[:NAMED]) + (f" and {more} more" if more > 0 else "")
        of = f"of {overlap.mined} gene{'s' * (overlap.mined != 1)}"
        return (
            f"AOP-Wiki's texts mention {genes} ({of}), which it has too, by chance "
            f"{once_in(overlap.chance)}"
        )


def once_in(chance: float) -> str:
    """A small chance in words, cut to one digit: `once in 4,000`."""
    if chance * _RAREST < 1:
        return "less than once in a million"
    times = math.floor(1 / chance)
    step: int = 10 ** (len(str(times)) - 1)
    return f"once in {times // step * step:,}"
