"""What kind of target it is: how general, how long its name, which pattern the name follows."""

from __future__ import annotations

import re
from typing import ClassVar

import numpy as np

from webapp.suggestions.signals.signal import Unexplained, Values
from webapp.suggestions.signals.targets import Resource
from webapp.suggestions.subject import Subject
from webapp.suggestions.text import words
from webapp.suggestions.vocabulary import KINDS

_KINDS = [re.compile(pattern, re.IGNORECASE) for pattern in KINDS.values()]


class Kind(Unexplained):
    """The same for every Key Event: experts prefer some targets to others of like meaning."""

    name: str = "kind"
    columns: ClassVar[tuple[str, ...]] = (
        "genes",
        "no_genes",
        "length",
        "terms_below",
        "terms_above",
        *(f"kind: {kind}" for kind in KINDS),
    )
    pools: ClassVar[tuple[str, ...]] = ()

    def __init__(self, resource: Resource) -> None:
        sizes = resource.gene_sets.sizes
        self._values = np.stack(
            [
                np.log1p(sizes),
                sizes == 0,
                np.log([len(words(title)) + 1 for title in resource.titles]),
                np.log1p(resource.descendants),
                np.log1p([len(above) for above in resource.ancestors]),
                *([bool(kind.search(t)) for t in resource.titles] for kind in _KINDS),
            ],
            axis=1,
        ).astype(np.float32)

    def values(self, subject: Subject) -> Values:
        """See `columns`."""
        return self._values
