"""A set of words that answers whether one is in it, and cannot be listed: a Bloom filter.

The shipped ranker must say which concepts it was trained on, so that an evaluation can set them
apart, without shipping rows of the data that it was trained with. One in a hundred that was not
seen is taken for seen, which an evaluation errs safely by.

Bloom, Communications of the ACM 1970, 13(7): 422.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

BITS_EACH = 10
HASHES = 7


class Seen:
    """Holds words without keeping them."""

    def __init__(self, *filters: bytes) -> None:
        self._filters = tuple(bits for bits in filters if bits)

    @classmethod
    def of(cls, words: Iterable[str]) -> Seen:
        """Make one of these words."""
        found = set(words)
        bits = bytearray(-(-len(found) * BITS_EACH // 8))
        for word in found:
            for place in _places(word, len(bits) * 8):
                bits[place // 8] |= 1 << place % 8
        return cls(bytes(bits))

    def __or__(self, other: Seen) -> Seen:
        """What is in either."""
        return Seen(*self._filters, *other._filters)

    def __contains__(self, word: object) -> bool:
        return any(
            all(bits[place // 8] >> place % 8 & 1 for place in _places(str(word), len(bits) * 8))
            for bits in self._filters
        )

    def as_json(self) -> dict[str, Any]:
        """What `of_json` reads."""
        return {"kind": "Bloom filters", "bits": [bits.hex() for bits in self._filters]}

    @classmethod
    def of_json(cls, read: Mapping[str, Any]) -> Seen:
        """Raises `KeyError`, `TypeError` or `ValueError` where it is none."""
        bits = read["bits"]
        return cls(*map(bytes.fromhex, [bits] if isinstance(bits, str) else bits))


def _places(word: str, size: int) -> Iterator[int]:
    digest = hashlib.sha256(word.encode()).digest()
    return (int.from_bytes(digest[4 * i : 4 * i + 4]) % size for i in range(HASHES))
