from __future__ import annotations

import socket
from pathlib import Path

import numpy as np
import pytest

from webapp.suggestions.encoder import BIOBERT, BUNDLED, EncoderError, TransformerEncoder, load


def test_vectors_have_length_one_and_like_names_are_near(encoder: TransformerEncoder) -> None:
    vectors = encoder.encode(["apoptosis", "programmed cell death", "lipid transport"])
    assert vectors.shape == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_a_batch_gives_what_single_texts_give(encoder: TransformerEncoder) -> None:
    texts = ["apoptosis", "a much longer text about mitochondrial complex I " * 5, "x"] * 15
    together = encoder.encode(texts)
    for row, text in list(enumerate(texts))[:3]:
        assert np.allclose(together[row], encoder.encode([text])[0], atol=1e-4)


def test_loading_touches_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("the encoder reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    load(BUNDLED).encode(["apoptosis"])
    with pytest.raises(EncoderError, match="encoder fetch"):
        load(BIOBERT)


def test_a_missing_encoder_is_one_sentence_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(EncoderError, match="cannot be loaded"):
        load(str(tmp_path))
    with pytest.raises(EncoderError, match="is not on this machine"):
        load("nobody/nothing")
