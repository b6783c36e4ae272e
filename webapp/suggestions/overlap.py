"""How surprising it is that two sets of genes share some: the tail of the hypergeometric law."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property


def log_choose(n: int, k: int) -> float:
    """The natural logarithm of the binomial coefficient n over k, for 0 <= k <= n."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def tail(population: int, marked: int, drawn: int, shared: int) -> float:
    """The chance that of `drawn` things at least `shared` are among the `marked` of a population.

    The sum over i from `shared` on of C(marked, i) C(population - marked, drawn - i) /
    C(population, drawn), drawing without replacement: Rice, Mathematical Statistics and Data
    Analysis, section 2.1.4; in R `phyper(shared - 1, marked, population - marked, drawn,
    lower.tail = FALSE)`. Raises `ValueError` for negative numbers, and for more than there are.
    """
    if min(marked, drawn, shared) < 0 or max(marked, drawn) > population:
        raise ValueError(f"{marked} marked and {drawn} drawn of {population} is no such draw")
    least, most = max(shared, marked + drawn - population), min(marked, drawn)
    if least > most:
        return 0.0
    whole = log_choose(population, drawn)
    logs = [
        log_choose(marked, i) + log_choose(population - marked, drawn - i) - whole
        for i in range(least, most + 1)
    ]
    highest = max(logs)
    return min(1.0, math.exp(highest) * math.fsum(math.exp(one - highest) for one in logs))


@dataclass(frozen=True)
class Overlap:
    """What two sets of genes have in common."""

    shared: tuple[str, ...]
    """Symbols."""
    mined: int
    """Genes that AOP-Wiki's texts mention, as programs read them."""
    held: int
    """Genes of the target."""
    known: int
    """Genes of the catalog, from which both are taken."""

    @cached_property
    def chance(self) -> float:
        """That as many are shared or more if the target's genes were taken at random."""
        return tail(self.known, self.mined, self.held, len(self.shared))
