"""What a build had encoded when it was killed is not encoded again; lists come from before."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.suggestions.conftest import Counting, import_something
from webapp.catalog.models import Target
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder, vectors
from webapp.suggestions import index as files
from webapp.suggestions.encoder import Encoder, TransformerEncoder

CHUNK = 64
ENCODED = 3 * CHUNK


class Killed(Counting):
    """An encoder whose process is killed when it has encoded three chunks."""

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        if len(self.texts) >= ENCODED:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(texts, progress)


def build_in_vain(settings: Settings, encoder: Encoder) -> None:
    """A build in a process of its own that is killed."""

    def build() -> None:
        builder.build(Database(settings.database_path), settings.index_dir, encoder)

    process = get_context("fork").Process(target=build)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


@pytest.fixture
def texts(database: Database, settings: Settings, counting: Counting) -> list[str]:
    """All texts of the catalog; what the real encoder makes of them is known from here on."""
    folder = settings.index_dir.with_name("elsewhere")
    builder.build(database, folder, counting)
    found = list(counting.texts)
    counting.texts.clear()
    return found


@pytest.fixture
def killed(
    settings: Settings,
    texts: list[str],
    encoder: TransformerEncoder,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The file that such a build leaves."""
    monkeypatch.setattr(vectors, "CHUNK", CHUNK)
    build_in_vain(settings, Killed(encoder))
    return settings.index_dir / vectors.KEPT


def test_the_rest_is_encoded_and_the_index_is_the_same(
    database: Database, settings: Settings, texts: list[str], killed: Path, counting: Counting
) -> None:
    assert files.current_generation(settings.index_dir) is None
    generation = builder.build(database, settings.index_dir, counting)
    assert sorted(counting.texts, key=len) == texts[ENCODED:]
    assert not killed.exists()
    assert [path.name for path in settings.index_dir.glob("*.partial")] == []
    elsewhere = settings.index_dir.with_name("elsewhere")
    whole = files.load(elsewhere, files.current_generation(elsewhere))
    resumed = files.load(settings.index_dir, generation)
    for name, part in resumed.resources.items():
        np.testing.assert_array_equal(part.vectors, whole.resources[name].vectors)


def test_what_a_power_cut_left_is_encoded_again(
    database: Database, settings: Settings, texts: list[str], killed: Path, counting: Counting
) -> None:
    written = killed.read_bytes()
    record = 32 + 4 * counting.dimensions
    killed.write_bytes(written[: -5 * record] + bytes(3 * record) + written[-2 * record : -9])
    builder.build(database, settings.index_dir, counting)
    assert set(counting.texts) == set(texts[ENCODED - 5 : ENCODED - 2] + texts[ENCODED - 1 :])


def test_vectors_of_another_encoder_are_no_use(
    database: Database, settings: Settings, texts: list[str], killed: Path, counting: Counting
) -> None:
    killed.write_bytes(killed.read_bytes().replace(b'"cased"', b'"other"').replace(b"un", b"no"))
    builder.build(database, settings.index_dir, counting)
    assert len(counting.texts) == len(texts)


def test_the_index_in_force_serves_meanwhile_and_only_new_texts_are_encoded(
    database: Database, settings: Settings, encoder: TransformerEncoder, counting: Counting
) -> None:
    first = builder.build(database, settings.index_dir, counting)
    with database.write() as session:
        session.add(
            Target(
                resource="wikipathways",
                identifier="wikipathways:WP999999",
                title="regulation of programmed cell suicide",
                release_id=1,
            )
        )
    import_something(database)
    counting.texts.clear()
    dying = Killed(encoder)
    dying.texts = ["nothing more"] * ENCODED
    build_in_vain(settings, dying)
    assert files.current_generation(settings.index_dir) == first
    assert files.load(settings.index_dir, first).resources["wikipathways"].vectors is not None
    builder.build(database, settings.index_dir, counting)
    assert sorted(counting.texts) == [
        "programmed cell suicide",
        "regulation of programmed cell suicide",
    ]
