"""The encoder itself: a transformer of the Hugging Face kind, used as its makers meant it."""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from webapp.suggestions.encoder.interface import EncoderError
from webapp.suggestions.encoder.places import Found, find
from webapp.suggestions.encoder.recipe import read_json

BATCH = 32


class TransformerEncoder:
    """A transformer, the pooling of its last layer, and vectors of length one.

    Raises `EncoderError` where the folder's files do not make one that encodes.
    """

    def __init__(self, found: Found) -> None:
        import_libraries(found.name)
        import torch

        from webapp.suggestions.encoder.pooling import dense_layer, pool

        self._torch = torch
        self._pool = pool
        self._found = found
        folder = found.folder
        try:
            self._tokenizer, self._model = _load(found.recipe.transformer)
            self._dense = [dense_layer(one).eval() for one in found.recipe.dense]
            self._max_tokens = _longest(found.recipe.max_tokens, self._tokenizer, self._model)
            if found.int8:
                self._model = _in_eight_bits(self._model)
            tried = self._encode_batch(["Cell death", "a"])  # one of them is padded
            self._casing = "cased" if self._tokens("Cell") != self._tokens("cell") else "uncased"
        except EncoderError:
            raise
        except Exception as error:
            reason = str(error).strip().splitlines() or [type(error).__name__]
            raise EncoderError(f"The encoder in {folder} cannot be loaded: {reason[0]}") from error
        self._dimensions = int(tried.shape[1])
        if not np.isfinite(tried).all():
            raise EncoderError(
                f"The encoder in {folder} cannot be used: its vectors are no numbers."
            )

    @property
    def name(self) -> str:
        """Name, revision and what departs from the common way, as the manifest records them."""
        return self._found.name

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._dimensions

    @property
    def casing(self) -> str:
        """`cased` or `uncased`: whether capital letters make a difference."""
        return self._casing

    @property
    def description(self) -> Mapping[str, str | int]:
        """What else the manifest records of how vectors are made."""
        return {
            "casing": self._casing,
            "pooling": "+".join(self._found.recipe.pooling),
            "prompt": self._found.recipe.prompt,
            "precision": "int8" if self._found.int8 else "float32",
            "max_tokens": self._max_tokens,
        }

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimensions); texts of like length share a batch."""
        vectors = np.empty((len(texts), self._dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            vectors[rows] = self._encode_batch([texts[row] for row in rows])
            if progress:
                progress(len(rows))
        return vectors

    def _as_meant(self, text: str) -> str:
        text = f"{self._found.recipe.prompt}{text}"
        return text.lower() if self._found.recipe.lower_case else text

    def _tokens(self, text: str) -> list[int]:
        return list(self._tokenizer(self._as_meant(text))["input_ids"])

    def _encode_batch(self, texts: list[str]) -> NDArray[np.float32]:
        torch = self._torch
        with torch.inference_mode():
            tokens = self._tokenizer(
                [self._as_meant(text) for text in texts],
                padding=True,
                truncation=True,
                max_length=self._max_tokens,
                return_tensors="pt",
            )
            hidden = self._model(**tokens).last_hidden_state
            vectors = self._pool(hidden, tokens["attention_mask"], self._found.recipe.pooling)
            for layer in self._dense:
                vectors = layer(vectors)
            unit = torch.nn.functional.normalize(vectors, dim=1)
        result: NDArray[np.float32] = unit.numpy().astype(np.float32)
        return result


def import_libraries(name: str) -> None:
    """Import torch and transformers, to compute with one thread and to be silent.

    That takes seconds, so this room does it only where something is to be encoded. Raises
    `EncoderError` where they are not installed; `name` is the encoder that needs them.
    """
    # One thread before torch is first used: a forward pass with several threads, then a fork, then
    # a forward pass in the child hangs for ever.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        import torch
        from transformers import AutoModel, AutoTokenizer, BertModel, BertTokenizer  # noqa: F401
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise EncoderError(
            f"The encoder {name} needs what is not installed ({error}); run `make install`."
        ) from error
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    torch.set_num_threads(1)


def _load(folder: Path) -> tuple[Any, Any]:
    """Tokenizer and model; raises whatever is wrong with the files.

    Weights are mapped from the file rather than read, where its format allows it (safetensors, and
    `.bin` since torch 1.6), so that 440 MB of them are 440 MB only once they have been used.
    """
    from transformers import AutoModel, AutoTokenizer, BertModel, BertTokenizer

    config = read_json(folder / "config.json", {})
    # The configuration of Google's BERT, and of models made from it, does not say what it is.
    bert = "model_type" not in config and (folder / "vocab.txt").exists()
    kinds: tuple[Any, Any] = (BertTokenizer, BertModel) if bert else (AutoTokenizer, AutoModel)
    # Not told what to do with code that a model brings, the library asks, at the terminal.
    safely = {"local_files_only": True, "trust_remote_code": False}
    tokenizer = kinds[0].from_pretrained(folder, **safely, **forced_casing(folder))
    model, report = kinds[1].from_pretrained(
        folder, **safely, dtype="float32", output_loading_info=True
    )
    # A layer that its file lacks would be filled with random numbers, in silence. No pooling of
    # ours uses the one that is called the pooler.
    missing = sorted(name for name in report["missing_keys"] if not name.startswith("pooler."))
    if missing:
        raise ValueError(f"its weights lack {missing[0]} and {len(missing) - 1} more.")
    return tokenizer, model.eval().requires_grad_(False)


def forced_casing(folder: Path) -> dict[str, bool]:
    """What to tell the tokenizer where its configuration does not say whether capitals count.

    BioBERT's own release is cased but does not say so, and a BERT tokenizer then lower-cases
    everything, silently, even against its own tokenizer.json. That file tells, or the vocabulary:
    a cased one holds capital letters.
    """
    if "do_lower_case" in read_json(folder / "tokenizer_config.json", {}):
        return {}
    normalizer = read_json(folder / "tokenizer.json", {}).get("normalizer") or {}
    if "lowercase" in normalizer:
        return {"do_lower_case": bool(normalizer["lowercase"])}
    vocabulary = folder / "vocab.txt"
    if not vocabulary.exists():
        return {}
    entries = vocabulary.read_text(encoding="utf-8").split("\n")
    return {"do_lower_case": not any(one.isalpha() and one != one.lower() for one in entries)}


def _longest(wanted: int, tokenizer: Any, model: Any) -> int:
    """The most tokens of a text that the model can take, `wanted` at most.

    RoBERTa and its kin keep two places of their table of positions for padding.
    """
    positions = getattr(model.config, "max_position_embeddings", None)
    limits = [wanted, tokenizer.model_max_length, (positions or wanted + 2) - 2]
    return int(min(limits))


def _in_eight_bits(model: Any) -> Any:
    """The model with the weights of its linear layers rounded to eight bits, in place.

    Each output of a layer has a scale of its own: with one scale a layer, MiniLM's vectors turn
    twice as far. A text's vector then depends a little on those in its batch, as their activations
    share a scale. Raises `ValueError` where this processor or this torch has no arithmetic for it.
    """
    import torch

    quantization = getattr(torch.ao, "quantization", None)
    if quantization is None or torch.backends.quantized.engine in {"none", "qnnpack"}:
        raise ValueError("there is no fast int8 on this machine; remove +int8 from ENCODER.")
    scheme = quantization.per_channel_dynamic_qconfig
    rounded = {
        id(module.weight) for module in model.modules() if isinstance(module, torch.nn.Linear)
    }
    for parameter in model.parameters():
        if id(parameter) not in rounded:  # what stays must not keep the whole file mapped
            parameter.data = parameter.data.clone()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # called deprecated since torch 2.8, with no successor here
        model = quantization.quantize_dynamic(model, {torch.nn.Linear: scheme}, inplace=True)
    gc.collect()
    return model


def load(setting: str, revision: str = "") -> TransformerEncoder:
    """Load an encoder from this machine; raises `EncoderError` where it cannot be had."""
    return TransformerEncoder(find(setting, revision))
