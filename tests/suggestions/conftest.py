from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from webapp.suggestions.encoder import BUNDLED, TransformerEncoder, load


@pytest.fixture(scope="session")
def encoder() -> TransformerEncoder:
    """The bundled sentence encoder, loaded once."""
    return load(BUNDLED)


class Counting:
    """An encoder that remembers what it was asked to encode."""

    def __init__(self, encoder: TransformerEncoder) -> None:
        self._encoder = encoder
        self.texts: list[str] = []

    @property
    def name(self) -> str:
        return self._encoder.name

    @property
    def dimensions(self) -> int:
        return self._encoder.dimensions

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.texts.extend(texts)
        return self._encoder.encode(texts, progress)


@pytest.fixture
def counting(encoder: TransformerEncoder) -> Counting:
    """The bundled encoder, counted."""
    return Counting(encoder)
