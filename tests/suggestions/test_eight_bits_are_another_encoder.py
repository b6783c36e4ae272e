"""`+int8` rounds the weights, and its vectors never meet those of the exact ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.conftest import settings_in
from tests.suggestions.small_models import like_biobert
from webapp import create_app
from webapp.settings import Settings
from webapp.suggestions import index as files
from webapp.suggestions.encoder import BUNDLED, TransformerEncoder, full_name, is_one_of, load
from webapp.suggestions.events import index_is_current, refresh_index


def test_vectors_are_nearly_the_same(encoder: TransformerEncoder) -> None:
    rounded = load(f"{BUNDLED}+int8")
    assert rounded.name == f"{encoder.name}+int8" == full_name(f"{BUNDLED}+int8")
    assert rounded.description == {**encoder.description, "precision": "int8"}
    texts = ["apoptosis", "programmed cell death", "lipid transport", "a long name " * 9]
    cosines = (rounded.encode(texts) * encoder.encode(texts)).sum(axis=1)
    assert cosines.min() > 0.9
    assert not np.allclose(cosines, 1, atol=1e-6), "something was rounded"


def test_a_folder_may_be_called_so(tmp_path: Path) -> None:
    folder = like_biobert(tmp_path / "model+int8")
    assert load(str(folder)).description["precision"] == "float32"
    assert load(f"{folder}+int8").description["precision"] == "int8"


@pytest.mark.parametrize(
    ("full", "setting", "same"),
    [
        ("a/b@1", "a/b", True),
        ("a/b@1+cls", "a/b", True),
        ("a/b@1+cls+int8", "a/b+int8", True),
        ("a/b@1+int8", "a/b", False),
        ("a/b@1", "a/b+int8", False),
        ("a/bc@1", "a/b", False),
    ],
)
def test_an_encoder_that_is_not_here_is_known_by_its_setting(
    full: str, setting: str, same: bool
) -> None:
    assert is_one_of(full, setting) is same


def test_an_index_of_the_exact_weights_is_not_searched_with_rounded_ones(
    settings: Settings, tmp_path: Path
) -> None:
    model = like_biobert(tmp_path / "model")
    exact = settings_in(tmp_path, ENCODER=str(model))
    refresh_index(exact)
    before = files.current_generation(exact.index_dir)
    rounded = settings_in(tmp_path, ENCODER=f"{model}+int8")
    assert not index_is_current(rounded)
    app = create_app(rounded)
    app.extensions["kewp.suggestions"].warm_up()
    page = app.test_client().get("/key-events/1513?q=cell").text
    assert "Ranked by words alone" in page
    health = app.test_client().get("/health").json
    assert health is not None
    assert f"the setting ENCODER names {full_name(rounded.encoder)}" in str(health)
    for name in ("database", "runtime"):
        app.extensions[f"kewp.{name}"].close()
    refresh_index(rounded)
    assert index_is_current(rounded)
    assert files.current_generation(rounded.index_dir) != before
