"""An index belongs to the files of an encoder, not to the name that they are found by."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from tests.conftest import settings_in
from tests.suggestions.small_models import small_bert
from webapp.catalog.models import KeyEvent
from webapp.database import Database
from webapp.settings import Settings
from webapp.suggestions import index as files
from webapp.suggestions.encoder import BIOBERT, BUNDLED, EncoderError, full_name, load
from webapp.suggestions.events import index_is_current, refresh_index
from webapp.suggestions.index import Index
from webapp.suggestions.service import Suggester


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return small_bert(tmp_path / "model", seed=1)


@pytest.fixture
def with_model(settings: Settings, tmp_path: Path, model: Path) -> Settings:
    """The installation with a model in a folder, and its index."""
    made = settings_in(tmp_path, ENCODER=str(model))
    refresh_index(made)
    return made


def current(settings: Settings) -> Index:
    return files.load(settings.index_dir, files.current_generation(settings.index_dir))


def test_the_manifest_says_what_made_the_vectors(with_model: Settings, model: Path) -> None:
    manifest = files.read_manifest(with_model.index_dir / files.CURRENT)
    name, _, revision = manifest["encoder"].rpartition("@")
    assert name == str(model)
    assert revision.startswith("local-")
    assert manifest["made_by"] == load(str(model)).description
    assert manifest["rules"] == files.RULES
    assert manifest["text_template"] == files.TEXT_TEMPLATE
    assert index_is_current(with_model)


def test_where_the_folder_lies_is_not_told_to_everybody(
    with_model: Settings, model: Path, database: Database
) -> None:
    told = current(with_model).encoder_told
    assert told is not None
    assert told.startswith("model@local-")
    suggester = Suggester(database, with_model.index_dir, str(model), "")
    with database.read() as session:
        key_event = session.scalars(select(KeyEvent).where(KeyEvent.number == 1513)).one()
        shown = suggester.for_key_event(session, key_event, "wikipathways")
    assert shown.ranker.endswith(f"/{told}")


def test_other_weights_in_the_same_folder_are_encoded_anew(
    with_model: Settings, model: Path, tmp_path: Path
) -> None:
    before = current(with_model)
    size = (model / "model.safetensors").stat().st_size
    other = small_bert(tmp_path / "other", seed=2)
    shutil.copy2(other / "model.safetensors", model / "model.safetensors")
    assert (model / "model.safetensors").stat().st_size == size, "only the numbers differ"
    assert not index_is_current(with_model)
    refresh_index(with_model)
    after = current(with_model)
    assert after.encoder == load(str(model)).name != before.encoder
    assert before.key_event_vectors is not None
    assert after.key_event_vectors is not None
    assert not np.allclose(before.key_event_vectors, after.key_event_vectors, atol=1e-3)
    assert index_is_current(with_model)


def test_a_copy_elsewhere_has_the_same_revision(model: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(model, tmp_path / "copy")
    assert full_name(str(copy)).rpartition("@")[2] == full_name(str(model)).rpartition("@")[2]


def test_a_branch_of_the_hub_is_named_by_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(EncoderError, match="encoder fetch"):
        full_name("somebody/model")
    cached = tmp_path / "models--somebody--model"
    for commit in ("a" * 40, "b" * 40):
        shutil.copytree(small_bert(tmp_path / "made"), cached / "snapshots" / commit)
        (cached / "refs").mkdir(exist_ok=True)
        (cached / "refs" / "main").write_text(commit)
        assert full_name("somebody/model") == f"somebody/model@{commit}"


def test_names_that_are_fixed_stay_short() -> None:
    assert full_name("none") == ""
    assert full_name(BUNDLED) == f"{BUNDLED}@0.1.0"
    with pytest.raises(EncoderError, match="encoder fetch"):
        full_name(BIOBERT)
