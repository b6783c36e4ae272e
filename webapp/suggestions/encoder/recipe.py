"""How the makers of a model meant a sentence to become a vector, read from the model's own files.

The files are those of sentence-transformers: `modules.json` names the steps, `1_Pooling/` and
`2_Dense/` hold their configurations, `config_sentence_transformers.json` the prompts,
`sentence_bert_config.json` the longest input. A model without them, such as BioBERT, has the mean
of its last layer (Reimers and Gurevych 2019, section 3) unless `places.KNOWN` says otherwise.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webapp.suggestions.encoder.interface import EncoderError

MAX_TOKENS = 256
"""Names and titles are far shorter; a longer text costs time and memory without end."""

MEAN = ("mean",)

POOLINGS = ("cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken")
"""By the names of sentence-transformers, in the order in which it puts several side by side."""

_FLAGS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


@dataclass(frozen=True)
class Recipe:
    """From the output of the transformer to a vector."""

    transformer: Path
    """The folder of weights, configuration and vocabulary."""
    pooling: tuple[str, ...] = MEAN
    """One or several of `POOLINGS`, put side by side."""
    dense: tuple[Path, ...] = ()
    """Folders of further layers, in order."""
    prompt: str = ""
    """What is put before every text."""
    lower_case: bool = False
    """Whether texts are put into lower case before they are split into tokens."""
    max_tokens: int = MAX_TOKENS


def read_recipe(folder: Path, pooling: tuple[str, ...] = MEAN) -> Recipe:
    """Read the recipe of a model's folder; `pooling` is that of a model that names none.

    Raises `EncoderError` where a file cannot be read, or asks for what this program cannot do.
    """
    modules = read_json(folder / "modules.json", [])
    steps = [(str(one["type"]).rpartition(".")[2], folder / one["path"]) for one in modules]
    kinds = [kind for kind, _ in steps]
    if kinds and (
        kinds[0] != "Transformer"
        or not set(kinds[1:]) <= {"Pooling", "Dense", "Normalize", "Dropout"}
        or kinds.count("Pooling") > 1
        or ("Dense" in kinds and "Dense" in kinds[: kinds.index("Pooling") + 1])
        or ("Normalize" in kinds and "Dense" in kinds[kinds.index("Normalize") :])
    ):
        raise EncoderError(
            f"The encoder in {folder} cannot be used: its modules.json asks for the steps "
            f"{', '.join(kinds)}; this program knows a Transformer, then Pooling, Dense and "
            "Normalize. Choose another encoder."
        )
    transformer = steps[0][1] if steps else folder
    pooling_folders = [path for kind, path in steps if kind == "Pooling"]
    limits = read_json(transformer / "sentence_bert_config.json", {})
    longest = limits.get("max_seq_length") or MAX_TOKENS
    prompt = _prompt(folder)
    return Recipe(
        transformer,
        _pooling(pooling_folders[0], prompt) if pooling_folders else pooling,
        tuple(path for kind, path in steps if kind == "Dense"),
        prompt,
        bool(limits.get("do_lower_case", False)),
        min(int(longest), MAX_TOKENS),
    )


def _pooling(folder: Path, prompt: str) -> tuple[str, ...]:
    """The pooling of `config.json` in a folder, as versions before and since 5 write it."""
    config = read_json(folder / "config.json", {})
    named = config.get("pooling_mode")
    modes = (
        {named}
        if isinstance(named, str)
        else set(named)
        if named
        else {mode for flag, mode in _FLAGS.items() if config.get(flag)}
    )
    if not modes or not modes <= set(POOLINGS):
        raise EncoderError(
            f"The encoder in {folder} cannot be used: its config.json asks for the pooling "
            f"{' and '.join(sorted(map(str, modes))) or 'of nothing'}; give one or several of "
            f"{', '.join(POOLINGS)}."
        )
    if prompt and not config.get("include_prompt", True):
        raise EncoderError(
            f"The encoder in {folder} cannot be used: its config.json leaves the prompt out of the "
            "pooling, which this program cannot do. Choose another encoder."
        )
    return tuple(mode for mode in POOLINGS if mode in modes)


def _prompt(folder: Path) -> str:
    """The prompt that a model puts before every text, if it has one.

    Both sides here are names, so prompts that tell questions from documents are not used unless
    one of them is the default.
    """
    config = read_json(folder / "config_sentence_transformers.json", {})
    chosen = config.get("default_prompt_name")
    if not chosen:
        return ""
    try:
        return str(config["prompts"][chosen])
    except (KeyError, TypeError):
        raise EncoderError(
            f"The encoder in {folder} cannot be used: its config_sentence_transformers.json names "
            f"the prompt {chosen}, which is not among its prompts."
        ) from None


def read_json(file: Path, otherwise: Any) -> Any:
    """The content of a JSON file, or `otherwise` where there is none or one of another kind."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return otherwise
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise EncoderError(
            f"The encoder in {file.parent} cannot be loaded: {file.name} cannot be read ({reason})."
        ) from error
    if not isinstance(found, type(otherwise)):
        raise EncoderError(
            f"The encoder in {file.parent} cannot be loaded: {file.name} does not hold what it "
            "should."
        )
    return found
