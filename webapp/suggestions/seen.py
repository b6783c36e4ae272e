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

    def __init__(self, bits: bytes) -> None:
        self._bits = bits

    @classmethod
    def of(cls, words: Iterable[str]) -> Seen:
        """Make one of these words."""
        found = set(words)
        bits = bytearray(-(-len(found) * BITS_EACH // 8))
        for word in found:
            for place in _places(word, len(bits) * 8):
                bits[place // 8] |= 1 << place % 8
        return cls(bytes(bits))

    def __contains__(self, word: object) -> bool:
        return bool(self._bits) and all(
            self._bits[place // 8] >> place % 8 & 1
            for place in _places(str(word), len(self._bits) * 8)
        )

    def as_json(self) -> dict[str, Any]:
        """What `of_json` reads."""
        return {"kind": "Bloom filter", "bits": self._bits.hex()}

    @classmethod
    def of_json(cls, read: Mapping[str, Any]) -> Seen:
        """Raises `KeyError` or `ValueError` where it is none."""
        return cls(bytes.fromhex(read["bits"]))


def _places(word: str, size: int) -> Iterator[int]:
    digest = hashlib.sha256(word.encode()).digest()
    return (int.from_bytes(digest[4 * i : 4 * i + 4]) % size for i in range(HASHES))
