"""Cosines of another encoder have another scale: shipped weights do not fit them."""

from __future__ import annotations

import pytest

from webapp.suggestions.encoder import BUNDLED
from webapp.suggestions.fusion import ModelUnusable, require_same_encoder, shipped_model
from webapp.suggestions.seen import Seen


def test_the_encoder_of_the_training_is_served() -> None:
    require_same_encoder(shipped_model(), f"{BUNDLED}@0.1.0")


def test_another_one_is_not() -> None:
    with pytest.raises(ModelUnusable, match="was trained with"):
        require_same_encoder(shipped_model(), "dmis-lab/biobert-base-cased-v1.2@67c9c25b")


def test_concepts_of_the_training_are_known_and_cannot_be_listed() -> None:
    seen = Seen.of_json(Seen.of(f"concept {n}" for n in range(500)).as_json())
    assert all(f"concept {n}" in seen for n in range(500))
    assert sum(f"other {n}" in seen for n in range(2000)) < 60
    assert "concept 1" not in str(seen.as_json())
    assert "anything" not in Seen(b"")
