"""Bring an encoder from the Hugging Face hub; the only module here that uses the network."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from webapp.suggestions.encoder.places import MODEL_FILES, parts, revision_meant


def fetch(setting: str, revision: str = "") -> Path:
    """Download a Hugging Face encoder into the local cache; returns its folder.

    Raises `OSError` where the hub cannot be reached or knows no such model.
    """
    from huggingface_hub import HfApi, snapshot_download

    # Its threads tell of every retry; what came of it is told once, by whoever calls us.
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
    name, _ = parts(setting)
    revision = revision_meant(name, revision)
    ours = wanted(HfApi().list_repo_files(name, revision=revision))
    return Path(snapshot_download(name, revision=revision, allow_patterns=ours))


def wanted(offered: Iterable[str]) -> list[str]:
    """The files to download of those that a model offers.

    Weights come in one format, safetensors where there is a choice; copies for other programs
    (ONNX, OpenVINO, Core ML), which lie in folders of their own, stay where they are.
    """
    paths = [PurePosixPath(name) for name in offered]
    ours = [path for path in paths if any(_matches(path, pattern) for pattern in MODEL_FILES)]
    in_safetensors = {path.parent for path in ours if path.suffix == ".safetensors"}
    return [str(one) for one in ours if one.suffix != ".bin" or one.parent not in in_safetensors]


def _matches(path: PurePosixPath, pattern: str) -> bool:
    """As a shell would: a `*` does not reach into a folder."""
    steps = pattern.split("/")
    return len(steps) == len(path.parts) and all(map(fnmatchcase, path.parts, steps))
