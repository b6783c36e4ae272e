"""What the index keeps of all signals: the promising targets, whole, and refused where damaged."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import select

from webapp.catalog.models import KeyEvent
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import index as files
from webapp.suggestions.fusion import WARM_FROM
from webapp.suggestions.lists import SuggestionList
from webapp.suggestions.pairs import Pair
from webapp.suggestions.service import Suggester
from webapp.suggestions.signals import COLUMNS


def listed(suggester: Suggester, database: Database, number: int) -> SuggestionList:
    with database.read() as session:
        event = session.scalars(select(KeyEvent).where(KeyEvent.number == number)).one()
        return suggester.for_key_event(session, event, "wikipathways", 10)


def test_every_signal_has_its_values(
    suggester: Suggester, database: Database, settings: Settings
) -> None:
    index = files.load(settings.index_dir, files.current_generation(settings.index_dir))
    pools = index.resources["wikipathways"].pools
    assert pools is not None
    assert pools.columns == COLUMNS
    pooled = pools.of(index.key_event_rows[1513])
    values = dict(zip(COLUMNS, pooled.values.T, strict=True))
    apoptosis = index.resources["wikipathways"].identifiers.index("wikipathways:WP254")
    at = int(np.flatnonzero(pooled.rows == apoptosis)[0])
    assert pooled.places[at] == 1
    assert values["name_shared"][at] == 1
    assert values["title"][at] == values["title"].max()
    assert np.isfinite(pooled.values).all()


def test_pools_of_another_length_are_refused(
    suggester: Suggester, database: Database, settings: Settings
) -> None:
    """Whole by its digest, but not of this index."""
    generation = files.current_generation(settings.index_dir)
    folder = settings.index_dir / str(generation)
    file = folder / "wikipathways" / "pool" / "starts.npy"
    np.save(file, np.load(file)[:-1])
    manifest = files.read_json(folder / "manifest.json")
    manifest["sha256"]["wikipathways/pool/starts.npy"] = files.sha256(file)
    files.write_json(folder / "manifest.json", manifest)
    with pytest.raises(files.IndexUnusable, match="do not match the index"):
        files.load(settings.index_dir, generation)


def test_memory_serves_from_enough_pairs_on_and_is_told(
    suggester: Suggester, database: Database
) -> None:
    """KE 642 and 643 are both of decreased cholesterol."""
    targets = suggester_targets(suggester)
    pairs = [Pair(642, one) for one in targets]
    few = listed(suggester, database, 643)
    suggester.memory.learn_from(lambda session: pairs[: WARM_FROM - 1], lambda session: 1)
    assert [i.score for i in listed(suggester, database, 643).items] == [i.score for i in few.items]
    suggester.memory.learn_from(lambda session: pairs, lambda session: 2)
    after = listed(suggester, database, 643)
    assert [i.score for i in after.items] != [i.score for i in few.items]
    reasons = [r.text for item in after.items for r in item.reasons if r.signal == "memory"]
    assert any(text.startswith("was chosen for KE 642 ") for text in reasons)


def suggester_targets(suggester: Suggester) -> list[str]:
    return suggester._holder.load().index.resources["wikipathways"].identifiers


def test_own_pairs_change_nothing_in_the_own_list(suggester: Suggester, database: Database) -> None:
    targets = suggester_targets(suggester)
    others = [Pair(642, one) for one in targets[:WARM_FROM]]
    suggester.memory.learn_from(lambda session: others, lambda session: 1)
    before = listed(suggester, database, 1513)
    own = [Pair(1513, targets[-1]), *others]
    suggester.memory.learn_from(lambda session: own, lambda session: 2)
    assert [i.score for i in listed(suggester, database, 1513).items] == [
        i.score for i in before.items
    ]
