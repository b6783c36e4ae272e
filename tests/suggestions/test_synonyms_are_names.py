"""Exact synonyms of the Gene Ontology count like titles: by meaning, and as the same name."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from tests.catalog.small_files import imported
from tests.suggestions.conftest import Counting
from webapp.catalog.models import KeyEvent
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder
from webapp.suggestions import index as files
from webapp.suggestions.signals import COLUMNS
from webapp.suggestions.signals.targets import telling

OBO = """format-version: 1.2

[Term]
id: GO:0000011
name: demise of single units
namespace: biological_process
synonym: "cell suicide" EXACT []
synonym: "unit demise" EXACT []
synonym: "suicide of cells and more" BROAD []

[Term]
id: GO:0000012
name: upkeep of single units
namespace: biological_process
"""


def test_a_synonym_makes_its_term_the_nearest(
    database: Database, settings: Settings, counting: Counting, tmp_path: Path
) -> None:
    obo = tmp_path / "go.obo"
    obo.write_text(OBO)
    imported(database, ("go", obo))
    with database.write() as session:
        event = session.scalars(select(KeyEvent).where(KeyEvent.number == 1513)).one()
        event.title = "Increase, Suicide of cells"
    builder.build(database, settings.index_dir, counting)
    index = files.load(settings.index_dir, files.current_generation(settings.index_dir))
    part = index.resources["go_bp"]
    assert part.pools is not None
    pooled = part.pools.of(index.key_event_rows[1513])
    values = dict(zip(COLUMNS, pooled.values.T, strict=True))
    named = pooled.rows.tolist().index(part.identifiers.index("GO:0000011"))
    assert values["same_name"][named] == 1
    assert values["title"][named] > 0.9
    assert pooled.places[named] == 1
    assert "unit demise" not in counting.texts


def test_synonyms_that_say_nothing_new_are_passed_over() -> None:
    title = "positive regulation of steroid biosynthetic process"
    said = [
        "up regulation of steroid synthesis",
        "activation of steroid formation",
        "hormone boost",
    ]
    assert telling(title, said) == ["hormone boost"]
