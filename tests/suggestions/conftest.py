from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar
from weakref import WeakKeyDictionary

import numpy as np
import pytest
from numpy.typing import NDArray

from webapp.catalog.models import SourceRelease
from webapp.database import Database, utc_now
from webapp.settings import Settings
from webapp.suggestions import builder
from webapp.suggestions.encoder import BUNDLED, TransformerEncoder, load
from webapp.suggestions.service import Suggester


@pytest.fixture(scope="session")
def encoder() -> TransformerEncoder:
    """The bundled sentence encoder, loaded once."""
    return load(BUNDLED)


class Counting:
    """An encoder that remembers what it was asked to encode.

    What the real encoder made of a text once, it need not make again for the next test.
    """

    _made: ClassVar[WeakKeyDictionary[TransformerEncoder, dict[str, NDArray[np.float32]]]] = (
        WeakKeyDictionary()
    )

    def __init__(self, encoder: TransformerEncoder) -> None:
        self._encoder = encoder
        self._known = self._made.setdefault(encoder, {})
        self.texts: list[str] = []

    @property
    def name(self) -> str:
        return self._encoder.name

    @property
    def dimensions(self) -> int:
        return self._encoder.dimensions

    @property
    def casing(self) -> str:
        return self._encoder.casing

    @property
    def description(self) -> Mapping[str, str | int]:
        return self._encoder.description

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.texts.extend(texts)
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new), strict=True))
        if progress:
            progress(len(texts))
        return np.stack([self._known[text] for text in texts])


@pytest.fixture
def counting(encoder: TransformerEncoder) -> Counting:
    """The bundled encoder, counted."""
    return Counting(encoder)


@pytest.fixture
def suggester(database: Database, settings: Settings, counting: Counting) -> Suggester:
    """The service over an index of the starter catalog, made with vectors."""
    builder.build(database, settings.index_dir, counting)
    made = Suggester(database, settings.index_dir, BUNDLED, "")
    made.load_index()
    return made


def import_something(database: Database) -> None:
    """Leave the trace of an import, which makes every index outdated."""
    with database.write() as session:
        session.add(
            SourceRelease(
                source="aopwiki",
                file_name="x",
                version="1",
                sha256="0",
                records=0,
                imported_at=utc_now(),
            )
        )
