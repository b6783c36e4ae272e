"""What the rest of the room knows of an encoder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class EncoderError(RuntimeError):
    """The encoder cannot be had or used; its text is one sentence for the operator."""


class Encoder(Protocol):
    """Turns texts into vectors of length one, so that a product of two is their cosine."""

    @property
    def name(self) -> str:
        """Name, revision and what departs from the common way, as the manifest records them."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    @property
    def casing(self) -> str:
        """`cased` or `uncased`: whether capital letters make a difference."""
        ...

    @property
    def description(self) -> Mapping[str, str | int]:
        """What else the manifest records: casing, pooling, prompt, precision, most tokens."""
        ...

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimensions), each of length one.

        `progress` is called with the number of texts of each batch.
        """
        ...
