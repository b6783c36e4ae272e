"""Models of a real architecture that take no time, in folders like those that people download."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import BertConfig, BertModel

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cell", "death", "apoptosis", "stress"]


def small_bert(folder: Path, seed: int = 0) -> Path:
    """A BERT with random weights and a vocabulary of a few words; returns its folder."""
    torch.manual_seed(seed)
    folder.mkdir(exist_ok=True)
    model = BertModel(
        BertConfig(
            vocab_size=len(WORDS),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
        )
    )
    model.save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    return folder


def truncate(file: Path) -> None:
    """Cut a file in half, as a download that broke off does."""
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
