"""Pooling, prompt, casing and further layers come from the model's own files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import BertModel, BertTokenizer

from tests.suggestions.small_models import small_bert, with_steps
from webapp.suggestions.encoder import BUNDLED, EncoderError, full_name, load
from webapp.suggestions.encoder.places import KNOWN, find
from webapp.suggestions.encoder.recipe import MAX_TOKENS, POOLINGS, read_recipe

TEXTS = ["cell", "cell death apoptosis stress", "stress stress"]
"""Of unequal length, so that two of them are padded."""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return small_bert(tmp_path / "model")


def tokens_of(model: Path, text: str) -> NDArray[np.float32]:
    """The last layer for one text by itself, shape (tokens, 16), from the library alone."""
    with torch.inference_mode():
        tokens = BertTokenizer.from_pretrained(model)(text, return_tensors="pt")
        hidden = BertModel.from_pretrained(model).eval()(**tokens).last_hidden_state[0]
    result: NDArray[np.float32] = hidden.numpy()
    return result


def unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    result: NDArray[np.float32] = vector / np.linalg.norm(vector)
    return result


BY_HAND: dict[str, Callable[[NDArray[np.float32]], NDArray[np.float32]]] = {
    "cls": lambda one: one[0],
    "max": lambda one: one.max(axis=0),
    "mean": lambda one: one.mean(axis=0),
    "mean_sqrt_len_tokens": lambda one: one.sum(axis=0) / len(one) ** 0.5,
    "weightedmean": lambda one: np.average(one, axis=0, weights=range(1, len(one) + 1)),
    "lasttoken": lambda one: one[-1],
}


@pytest.mark.parametrize("mode", POOLINGS)
def test_each_pooling_is_what_its_formula_says(model: Path, mode: str) -> None:
    with_steps(model, "Pooling", pooling_mode=mode)
    encoder = load(str(model))
    assert encoder.description["pooling"] == mode
    for vector, text in zip(encoder.encode(TEXTS), TEXTS, strict=True):
        assert np.allclose(vector, unit(BY_HAND[mode](tokens_of(model, text))), atol=1e-5), text


def test_flags_of_earlier_versions_are_read_and_several_stand_side_by_side(model: Path) -> None:
    with_steps(
        model,
        "Pooling",
        "Normalize",
        pooling_mode_mean_tokens=True,
        pooling_mode_cls_token=True,
        pooling_mode_max_tokens=False,
    )
    encoder = load(str(model))
    assert encoder.dimensions == 32
    assert encoder.name.endswith("+cls+mean"), "no index of the mean alone is taken for it"
    one = tokens_of(model, "cell death")
    by_hand = np.concatenate([one[0], one.mean(axis=0)])
    assert np.allclose(encoder.encode(["cell death"])[0], unit(by_hand), atol=1e-5)


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin"])
def test_a_dense_layer_is_applied(model: Path, name: str) -> None:
    from safetensors.torch import save_file

    with_steps(model, "Pooling", "Dense", "Normalize", pooling_mode="mean")
    torch.manual_seed(1)
    weights = {"linear.weight": torch.randn(4, 16), "linear.bias": torch.randn(4)}
    (save_file if name.endswith("safetensors") else torch.save)(weights, model / "2_Dense" / name)
    config = {
        "in_features": 16,
        "out_features": 4,
        "activation_function": "torch.nn.modules.activation.Tanh",
    }
    (model / "2_Dense" / "config.json").write_text(json.dumps(config))
    encoder = load(str(model))
    assert encoder.dimensions == 4
    matrix, bias = (weights[f"linear.{one}"].numpy() for one in ("weight", "bias"))
    by_hand = np.tanh(matrix @ tokens_of(model, "cell death").mean(axis=0) + bias)
    assert np.allclose(encoder.encode(["cell death"])[0], unit(by_hand), atol=1e-5)

    (model / "2_Dense" / "config.json").write_text(
        json.dumps({**config, "activation_function": "somebody.Wave"})
    )
    with pytest.raises(EncoderError, match=r"asks for the activation Wave; known are .*Tanh"):
        load(str(model))


def test_the_default_prompt_stands_before_every_text(model: Path) -> None:
    with_steps(model, "Pooling", pooling_mode="mean")
    prompts = {"prompts": {"query": "apoptosis ", "document": "stress "}}
    file = model / "config_sentence_transformers.json"
    file.write_text(json.dumps({**prompts, "default_prompt_name": None}))
    plain = load(str(model))
    file.write_text(json.dumps({**prompts, "default_prompt_name": "query"}))
    prompted = load(str(model))
    assert (plain.description["prompt"], prompted.description["prompt"]) == ("", "apoptosis ")
    assert plain.name != prompted.name
    assert np.allclose(prompted.encode(["cell"]), plain.encode(["apoptosis cell"]), atol=1e-6)


def test_the_transformer_may_have_a_folder_of_its_own(model: Path, tmp_path: Path) -> None:
    (tmp_path / "steps").mkdir()
    folder = with_steps(tmp_path / "steps", "Pooling", pooling_mode="cls")
    model.rename(folder / "0_Transformer")
    modules = json.loads((folder / "modules.json").read_text())
    modules[0]["path"] = "0_Transformer"
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "0_Transformer" / "sentence_bert_config.json").write_text(
        json.dumps({"max_seq_length": 4, "do_lower_case": True})
    )
    encoder = load(str(folder))
    assert encoder.description["max_tokens"] == 4
    cut, whole = encoder.encode(["cell death apoptosis stress", "cell death"])
    assert np.allclose(cut, whole, atol=1e-6), "two words and the two marks around them"
    before = full_name(str(folder))
    (folder / "0_Transformer" / "vocab.txt").write_text("other")
    assert full_name(str(folder)) != before, "files in folders of steps belong to the model"


REFUSED: dict[str, tuple[tuple[str, ...], dict[str, Any], str]] = {
    "a step that is not known": (("Pooling", "LSTM"), {"pooling_mode": "mean"}, "LSTM"),
    "a layer before the pooling": (("Dense", "Pooling"), {}, "Dense, Pooling"),
    "a layer after the norm": (("Pooling", "Normalize", "Dense"), {}, "Normalize, Dense"),
    "a pooling that is not known": (("Pooling",), {"pooling_mode": "median"}, "median"),
    "no pooling at all": (("Pooling",), {"pooling_mode_mean_tokens": False}, "of nothing"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_done_is_refused_in_one_sentence(model: Path, case: str) -> None:
    steps, pooling, named = REFUSED[case]
    with_steps(model, *steps, **pooling)
    with pytest.raises(EncoderError, match=named) as refused:
        load(str(model))
    assert "cannot be used" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_prompt_that_is_left_out_of_the_pooling_or_unknown_is_refused(model: Path) -> None:
    with_steps(model, "Pooling", pooling_mode="mean", include_prompt=False)
    load(str(model))
    file = model / "config_sentence_transformers.json"
    file.write_text(json.dumps({"prompts": {"a": "cell "}, "default_prompt_name": "a"}))
    with pytest.raises(EncoderError, match="leaves the prompt out"):
        load(str(model))
    file.write_text(json.dumps({"prompts": {}, "default_prompt_name": "a"}))
    with pytest.raises(EncoderError, match="names the prompt a"):
        load(str(model))
    file.write_text("{")
    with pytest.raises(EncoderError, match=r"transformers\.json cannot be read"):
        load(str(model))


def test_a_model_that_is_known_and_says_nothing_has_the_pooling_of_its_paper(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    name = "cambridgeltl/SapBERT-from-PubMedBERT-fulltext"
    snapshots = tmp_path / f"models--{name.replace('/', '--')}" / "snapshots"
    snapshots.mkdir(parents=True)
    model.rename(snapshots / KNOWN[name].revision)
    assert full_name(name) == f"{name}@{KNOWN[name].revision}+cls"
    encoder = load(name)
    assert encoder.description["pooling"] == "cls"
    by_hand = unit(tokens_of(snapshots / KNOWN[name].revision, "cell death")[0])
    assert np.allclose(encoder.encode(["cell death"])[0], by_hand, atol=1e-5)


def test_known_models_are_pinned_to_commits() -> None:
    for name, known in KNOWN.items():
        assert len(known.revision) == 40, name
        assert set(known.revision) <= set("0123456789abcdef"), name
        assert set(known.pooling) <= set(POOLINGS), name


def test_the_bundled_encoder_is_used_by_its_own_files() -> None:
    found = find(BUNDLED)
    assert found.recipe == read_recipe(found.folder, ("cls",)), "its own files win"
    assert found.recipe.pooling == ("mean",)
    assert found.recipe.max_tokens == MAX_TOKENS
