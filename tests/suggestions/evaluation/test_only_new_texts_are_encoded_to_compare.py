"""The baselines with the real encoder, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.suggestions.conftest import Counting
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder
from webapp.suggestions import index as files
from webapp.suggestions.encoder import Encoder, EncoderError, TransformerEncoder
from webapp.suggestions.evaluation import baselines
from webapp.suggestions.evaluation.contest import Contest, prepare
from webapp.suggestions.evaluation.vectors import VectorStore

NUMBERS = [1513, 188]


@pytest.fixture
def with_vectors(database: Database, settings: Settings, counting: Counting) -> Contest:
    generation = builder.build(database, settings.index_dir, counting)
    counting.texts.clear()
    index = files.load(settings.index_dir, generation)
    with database.read() as session:
        return prepare(session, index, "wikipathways")


def silent(done: int, total: int) -> None:
    """Nobody watches."""


def no_encoder() -> Encoder:
    raise AssertionError("everything is known")


def test_texts_of_the_index_are_taken_over_and_the_others_kept(
    with_vectors: Contest, settings: Settings, counting: Counting, tmp_path: Path
) -> None:
    index, folder = with_vectors.index, tmp_path / "kept"

    def store(load: object = None) -> VectorStore:
        return VectorStore(
            settings.index_dir, index, folder, no_encoder if load is None else lambda: counting
        )

    by_meaning = baselines.by_meaning(with_vectors, NUMBERS, store(), silent)
    plain = with_vectors.key_events[1513].title
    vectors = index.vectors_of(1513, "General Apoptosis")
    assert plain == "General Apoptosis"
    assert vectors is not None
    dense = (with_vectors.part.vectors @ vectors.T).max(axis=1)  # type: ignore[operator]
    np.testing.assert_allclose(by_meaning(1513), dense, atol=1e-6)

    raw = baselines.by_raw_cosine(with_vectors, NUMBERS, store(counting), silent)
    titles = {text.title for text in with_vectors.targets.values()}
    assert counting.texts
    assert titles.isdisjoint(counting.texts)
    assert len(counting.texts) == len(set(counting.texts)) <= 2 * (len(titles) + len(NUMBERS))

    again = baselines.by_raw_cosine(with_vectors, NUMBERS, store(), silent)
    np.testing.assert_array_equal(raw(188), again(188))
    assert raw(188)[with_vectors.rows["wikipathways:WP4919"]] == pytest.approx(
        by_hand(with_vectors, counting), abs=1e-4
    )


def by_hand(contest: Contest, encoder: Encoder) -> float:
    """The raw formula for one pair."""
    event, target = contest.key_events[188], contest.targets["wikipathways:WP4919"]
    a, b, c, d = encoder.encode(
        [
            event.title,
            target.title,
            f"{event.title} {event.description}".strip(),
            f"{target.title} {target.description}".strip(),
        ]
    )
    return float(0.85 * ((a @ b + 1) / 2) ** 4 + 0.15 * ((c @ d + 1) / 2) ** 4)


@pytest.fixture
def words_alone(contest: Contest, counting: Counting) -> files.Index:
    """An index of the encoder that holds none of its vectors."""
    return replace(contest.index, encoder=counting.name)


class Interrupted(Counting):
    """An encoder that somebody stops after the second call."""

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        if len(self.texts) >= 4:
            raise KeyboardInterrupt
        return super().encode(texts, progress)


def test_a_file_that_cannot_be_read_is_made_again(
    words_alone: files.Index, settings: Settings, counting: Counting, tmp_path: Path
) -> None:
    def store() -> VectorStore:
        return VectorStore(settings.index_dir, words_alone, tmp_path, lambda: counting)

    first = store().of(["Programmed cell suicide"], silent)
    [file] = tmp_path.glob("*.npz")
    file.write_bytes(file.read_bytes()[:40])
    np.testing.assert_allclose(store().of(["Programmed cell suicide"], silent), first, atol=1e-6)
    assert counting.texts == ["Programmed cell suicide"] * 2
    store().of(["Programmed cell suicide"], silent)
    assert len(counting.texts) == 2


def test_an_interrupted_run_goes_on_where_it_was(
    words_alone: files.Index,
    settings: Settings,
    encoder: TransformerEncoder,
    counting: Counting,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("webapp.suggestions.evaluation.vectors.CHUNK", 2)
    texts = [f"{'very ' * more}new text" for more in range(5)]

    def store(with_encoder: Encoder) -> VectorStore:
        return VectorStore(settings.index_dir, words_alone, tmp_path, lambda: with_encoder)

    with pytest.raises(KeyboardInterrupt):
        store(Interrupted(encoder)).of(texts, silent)
    vectors = store(counting).of(texts, silent)
    assert counting.texts == texts[4:]
    np.testing.assert_allclose(vectors, counting.encode(texts), atol=1e-5)


def test_vectors_of_two_encoders_are_never_compared(
    words_alone: files.Index, settings: Settings, counting: Counting, tmp_path: Path
) -> None:
    index = replace(words_alone, encoder="another@1")
    store = VectorStore(settings.index_dir, index, tmp_path, lambda: counting)
    with pytest.raises(EncoderError, match="The index was built with another@1 and ENCODER is gt-"):
        store.of(["Programmed cell suicide"], silent)
    assert counting.texts == []


def test_name_match_looks_at_all_exact_names(contest: Contest) -> None:
    named = replace(contest, synonyms={"wikipathways:WP4919": ["General apoptosis"]})
    before, after = (baselines.by_name(one)(1513) for one in (contest, named))
    row = contest.rows["wikipathways:WP4919"]
    assert before[row] == 0
    assert after[row] == 1
    assert before[contest.rows["wikipathways:WP254"]] == pytest.approx(2 / 3)
