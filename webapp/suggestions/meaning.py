"""What of the catalog lies nearest to a text in meaning: for the search, where no name fits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.holder import Now
from webapp.suggestions.ranker import best_rows, nearest_cosines

KEY_EVENTS = "key_event"


def nearest(
    now: Now, vectors: NDArray[np.float32], limit: int
) -> dict[str, list[tuple[str, float]]]:
    """By resource, and for Key Events: the `limit` nearest (key, cosine), best first, of those that
    are nearer than words without meaning come (`Index.nonsense_cosine`).

    `vectors` (k, dimensions) are the encodings of the text. Keys are CURIEs of targets and numbers
    of Key Events.
    """
    found = {}
    for resource, part in now.index.resources.items():
        if part.vectors is not None and len(part.identifiers):
            cosines = nearest_cosines(part.vectors, vectors)
            absent = now.absent.get(resource)
            if absent is not None:
                cosines = np.where(absent, -np.inf, cosines)
            found[resource] = [
                (part.identifiers[row], float(cosines[row]))
                for row in best_rows(cosines, limit)
                if cosines[row] > now.index.nonsense_cosine
            ]
    events = now.index.key_event_vectors
    if events is not None and len(events):
        numbers = list(now.index.key_event_rows)
        cosines = (events.reshape(-1, events.shape[-1]) @ vectors.T).max(axis=1)
        cosines = cosines.reshape(len(events), -1).max(axis=1)
        found[KEY_EVENTS] = [
            (str(numbers[row]), float(cosines[row]))
            for row in best_rows(cosines, limit)
            if cosines[row] > now.index.nonsense_cosine
        ]
    return found
