"""From which cosine on something is near comes from the index, so that it fits any encoder."""

from __future__ import annotations

import numpy as np
import pytest

from tests.suggestions.conftest import Counting
from webapp.database import Database
from webapp.search.service import Searcher
from webapp.settings import Settings
from webapp.suggestions import builder, noise
from webapp.suggestions import index as files
from webapp.suggestions.encoder import BUNDLED
from webapp.suggestions.service import Suggester


def test_made_up_texts_are_the_same_each_time() -> None:
    assert noise.made_up() == noise.made_up()
    assert len(set(noise.made_up())) > noise.TEXTS * 0.9


def test_nine_of_ten_do_not_exceed_it() -> None:
    made_up = np.eye(10, dtype=np.float32)
    names = [made_up[:5] * 0.2, made_up[5:] * 0.6, np.zeros((0, 10), dtype=np.float32)]
    assert noise.nearest_cosine(made_up, names) == pytest.approx(0.6)
    assert noise.nearest_cosine(made_up, [made_up[:1] * 0.9]) == pytest.approx(0.09)


def test_the_index_holds_what_its_names_and_encoder_give(
    database: Database, settings: Settings, counting: Counting
) -> None:
    generation = builder.build(database, settings.index_dir, counting)
    index = files.load(settings.index_dir, generation)
    made_up = counting.encode(noise.made_up())
    names = np.concatenate(
        [part.vectors for part in index.resources.values() if part.vectors is not None]
    )
    nearest = (names @ made_up.T).max(axis=0)
    assert 0.2 < np.quantile(nearest, noise.QUANTILE) <= index.nonsense_cosine < 0.7
    builder.build(database, settings.index_dir, None)
    current = files.current_generation(settings.index_dir)
    assert files.load(settings.index_dir, current).nonsense_cosine == 0


@pytest.mark.usefixtures("suggester")
@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("dying neurons", True),
        ("fatty organ", True),
        ("best pizza in town", False),
        ("zzzzz", False),
        ("kubernetes deployment yaml", False),
    ],
)
def test_what_means_something_is_found_by_meaning_and_nonsense_is_not(
    database: Database, settings: Settings, text: str, near: bool
) -> None:
    suggester = Suggester(database, settings.index_dir, BUNDLED, "")
    suggester.warm_up()
    with database.read() as session:
        found = Searcher(database, settings.index_dir, suggester).find(session, text)
        listed = suggester.for_text(session, text, "wikipathways")
    assert found.asked_meaning
    assert bool(found.by_meaning) is near
    assert bool(listed.items) is near
