"""What brings the index up to date builds where something differs, and only there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.suggestions.conftest import Counting, import_something
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import builder
from webapp.suggestions import index as files
from webapp.suggestions.events import index_is_current, refresh_index


@pytest.fixture
def folder(settings: Settings, database: Database) -> Path:
    """An index that fits (the tests' ENCODER is none)."""
    refresh_index(settings)
    generation = files.current_generation(settings.index_dir)
    assert generation is not None
    return settings.index_dir / generation


def manifest_with(folder: Path, **values: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, **values}))


def test_an_index_that_fits_stays(settings: Settings, folder: Path) -> None:
    written = {file: file.stat().st_mtime_ns for file in folder.rglob("*")}
    refresh_index(settings)
    assert files.current_generation(settings.index_dir) == folder.name
    assert {file: file.stat().st_mtime_ns for file in folder.rglob("*")} == written


def cut_a_file(folder: Path, database: Database) -> None:
    (folder / "wikipathways" / "identifiers.json").write_text("[]")


def delete_a_file(folder: Path, database: Database) -> None:
    (folder / "abbreviations.json").unlink()


def delete_the_folder(folder: Path, database: Database) -> None:
    shutil.rmtree(folder)


def delete_the_link(folder: Path, database: Database) -> None:
    (folder.parent / files.CURRENT).unlink()


def of_an_older_format(folder: Path, database: Database) -> None:
    manifest_with(folder, format=files.FORMAT - 1)


def of_other_rules(folder: Path, database: Database) -> None:
    manifest_with(folder, rules="0" * 12)


def of_another_template(folder: Path, database: Database) -> None:
    manifest_with(folder, text_template="titles as they are")


def change_the_catalog(folder: Path, database: Database) -> None:
    import_something(database)


def copy_following_links(folder: Path, database: Database) -> None:
    """As `cp -rL` does with a data folder: the link becomes a folder."""
    link = folder.parent / files.CURRENT
    link.unlink()
    shutil.copytree(folder, link)


@pytest.mark.parametrize(
    "spoil",
    [
        cut_a_file,
        delete_a_file,
        delete_the_folder,
        delete_the_link,
        of_an_older_format,
        of_other_rules,
        of_another_template,
        change_the_catalog,
        copy_following_links,
    ],
)
def test_one_that_does_not_is_built_anew(
    settings: Settings,
    database: Database,
    folder: Path,
    spoil: Callable[[Path, Database], None],
) -> None:
    spoil(folder, database)
    assert not index_is_current(settings)
    refresh_index(settings)
    generation = files.current_generation(settings.index_dir)
    assert generation not in {None, folder.name}
    assert (settings.index_dir / files.CURRENT).is_symlink()
    assert index_is_current(settings)


def test_a_restored_catalog_that_counts_on_is_another_one(
    settings: Settings, database: Database, folder: Path
) -> None:
    """After a restore the numbers of imports come a second time."""
    with database.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE source_release SET imported_at = '2026-01-01T00:00:00.000Z'"
        )
    assert not index_is_current(settings)


def test_vectors_outlive_a_change_of_rules(
    settings: Settings, database: Database, counting: Counting
) -> None:
    first = settings.index_dir / builder.build(database, settings.index_dir, counting)
    manifest_with(first, rules="0" * 12)
    counting.texts.clear()
    builder.build(database, settings.index_dir, counting)
    assert counting.texts == []
