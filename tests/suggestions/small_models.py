"""Models of a real architecture that take no time, in folders like those that people download."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertForPreTraining, BertModel

from webapp.suggestions.encoder import BUNDLED, locate

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cell", "death", "apoptosis", "stress"]
SIZES = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
}


def small_bert(folder: Path, seed: int = 0) -> Path:
    """A BERT with random weights and a vocabulary of a few words; returns its folder."""
    torch.manual_seed(seed)
    folder.mkdir(exist_ok=True)
    model = BertModel(BertConfig(vocab_size=len(WORDS), **SIZES))
    model.save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    return folder


def like_biobert(
    folder: Path, words: Sequence[str] = (*WORDS, "Cell", "Death"), **config: Any
) -> Path:
    """A folder as BioBERT is released in, with random weights; returns it.

    Weights of pre-training in a `.bin`, under the names of that model, with heads that no encoder
    needs; a vocabulary; a configuration that says only the sizes. No tokenizer configuration.
    """
    torch.manual_seed(0)
    folder.mkdir(exist_ok=True)
    sizes = BertConfig(vocab_size=len(words), **(config or SIZES))
    torch.save(BertForPreTraining(sizes).state_dict(), folder / "pytorch_model.bin")
    told = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")
    (folder / "config.json").write_text(
        json.dumps({"vocab_size": len(words), **{one: getattr(sizes, one) for one in told}})
    )
    (folder / "vocab.txt").write_text("\n".join(words))
    return folder


def as_large_as_biobert(folder: Path) -> Path:
    """A folder of BioBERT's layout and size, 440 MB, in a second; returns it.

    Its words are those of the bundled encoder, some with a capital letter as in BioBERT's.
    """
    words = (locate(BUNDLED)[0] / "vocab.txt").read_text().split("\n")[:20000]
    capital = [word.capitalize() for word in words if word.isascii() and word.isalpha()]
    base = BertConfig()
    sizes = {one: getattr(base, one) for one in SIZES}
    return like_biobert(folder, [*words, *capital][:28996], **sizes)


def with_steps(folder: Path, *steps: str, **pooling: Any) -> Path:
    """Add to a model's folder what sentence-transformers writes; returns the folder.

    `steps` follow the transformer; `pooling` is the configuration of the step of that name.
    """
    paths = [""] + [f"{place}_{step}" for place, step in enumerate(steps, 1)]
    kinds = ["Transformer", *steps]
    (folder / "modules.json").write_text(
        json.dumps(
            [
                {"idx": place, "path": path, "type": f"sentence_transformers.models.{kind}"}
                for place, (path, kind) in enumerate(zip(paths, kinds, strict=True))
            ]
        )
    )
    for path in paths[1:]:
        (folder / path).mkdir(exist_ok=True)
        if path.endswith("Pooling"):
            (folder / path / "config.json").write_text(json.dumps(pooling))
    return folder


def truncate(file: Path) -> None:
    """Cut a file in half, as a download that broke off does."""
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
