"""A folder like BioBERT's release: `.bin` weights, a vocabulary, no tokenizer configuration."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertTokenizer

from tests.suggestions.small_models import WORDS, like_biobert
from webapp.suggestions.encoder import EncoderError, load

BITS = ["T", "##P", "##5", "##3", "t", "##p"]


@pytest.mark.parametrize("cased", [True, False])
def test_it_keeps_its_casing(tmp_path: Path, cased: bool) -> None:
    words = [*WORDS, *BITS, "Cell"] if cased else [*WORDS, "t", "##p", "##5", "##3"]
    encoder = load(str(like_biobert(tmp_path / "model", words)))
    assert encoder.casing == encoder.description["casing"] == ("cased" if cased else "uncased")
    upper, lower = encoder.encode(["TP53", "tp53"])
    assert np.allclose(upper, lower, atol=1e-6) is (not cased)


def test_a_tokenizer_file_is_not_lower_cased_against_what_it_says(tmp_path: Path) -> None:
    """Transformers does that to BERT where tokenizer_config.json is silent."""
    folder = like_biobert(tmp_path / "model")
    BertTokenizer.from_pretrained(folder, do_lower_case=False).save_pretrained(folder)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    settings.pop("do_lower_case")
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    (folder / "vocab.txt").unlink()
    (folder / "config.json").write_text(
        json.dumps({**json.loads((folder / "config.json").read_text()), "model_type": "bert"})
    )
    assert load(str(folder)).casing == "cased"


def test_weights_saved_before_zip_files_give_the_same_vectors(tmp_path: Path) -> None:
    """The format of torch before 1.6, in which BioBERT's weights were published."""
    folder = like_biobert(tmp_path / "model")
    copy = Path(shutil.copytree(folder, tmp_path / "earlier"))
    weights = torch.load(folder / "pytorch_model.bin")
    torch.save(weights, copy / "pytorch_model.bin", _use_new_zipfile_serialization=False)
    texts = ["Cell death", "stress"]
    assert np.array_equal(load(str(folder)).encode(texts), load(str(copy)).encode(texts))


def test_names_of_weights_from_the_first_years_are_understood(tmp_path: Path) -> None:
    """Before 2019 the two weights of a norm were called gamma and beta."""
    folder = like_biobert(tmp_path / "model")
    before = load(str(folder)).encode(["Cell death"])
    weights = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): one
        for name, one in torch.load(folder / "pytorch_model.bin").items()
    }
    torch.save(weights, folder / "pytorch_model.bin")
    assert np.array_equal(load(str(folder)).encode(["Cell death"]), before)


def test_half_precision_is_computed_in_full(tmp_path: Path) -> None:
    folder = like_biobert(tmp_path / "model")
    weights = {name: one.half() for name, one in torch.load(folder / "pytorch_model.bin").items()}
    torch.save(weights, folder / "pytorch_model.bin")
    encoder = load(str(folder))
    assert encoder.description["precision"] == "float32"
    assert np.allclose(np.linalg.norm(encoder.encode(["Cell death"]), axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("gone", ["bert.encoder.layer.0.", "bert."])
def test_weights_that_lack_a_layer_are_refused(tmp_path: Path, gone: str) -> None:
    """The library would fill in random numbers and say nothing."""
    folder = like_biobert(tmp_path / "model")
    weights = torch.load(folder / "pytorch_model.bin")
    kept = {name: one for name, one in weights.items() if not name.startswith(gone)}
    torch.save(kept, folder / "pytorch_model.bin")
    with pytest.raises(EncoderError, match=r"cannot be loaded: its weights lack .+ and \d+ more"):
        load(str(folder))


def test_a_file_that_would_run_code_is_refused(tmp_path: Path) -> None:
    class Harmful:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "ran",))  # type: ignore[return-value]

    folder = like_biobert(tmp_path / "model")
    torch.save({"bert.pooler.dense.bias": Harmful()}, folder / "pytorch_model.bin")
    with pytest.raises(EncoderError, match="cannot be loaded") as refused:
        load(str(folder))
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "ran").exists()
