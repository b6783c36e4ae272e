"""Parts of the Key Events for cross-validation: all of one concept are in the same part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np


def grouped_folds(
    numbers: Iterable[int], concepts: Mapping[int, str], count: int, seed: int
) -> list[list[int]]:
    """At most `count` parts of about the same size; the same ones each time for a seed.

    A shuffled order decides which concepts meet; each goes where the fewest Key Events are.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for number in sorted(numbers):
        groups[concepts[number]].append(number)
    names = sorted(groups)
    folds: list[list[int]] = [[] for _ in range(min(count, len(names)))]
    for position in np.random.default_rng(seed).permutation(len(names)):
        min(folds, key=len).extend(groups[names[position]])
    return [sorted(fold) for fold in folds]
