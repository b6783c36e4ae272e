"""From the last layer of a transformer, a vector for each token, to one vector a text.

Tensors only; the formulas are those of sentence-transformers, which names them (see `recipe`).
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from webapp.suggestions.encoder.interface import EncoderError
from webapp.suggestions.encoder.recipe import read_json

ACTIVATIONS = {"Identity": nn.Identity, "Tanh": nn.Tanh, "GELU": nn.GELU, "ReLU": nn.ReLU}


def pool(hidden: Tensor, mask: Tensor, modes: tuple[str, ...]) -> Tensor:
    """One vector a text, shape (texts, width of hidden times modes).

    `hidden` has the shape (texts, tokens, width); `mask` (texts, tokens) is 1 at tokens and 0 at
    padding, on whichever side it is.
    """
    return torch.cat([_pool(hidden, mask, mode) for mode in modes], dim=1)


def _pool(hidden: Tensor, mask: Tensor, mode: str) -> Tensor:
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    count = weights.sum(dim=1).clamp(min=1)
    if mode == "mean":
        return (hidden * weights).sum(dim=1) / count
    if mode == "mean_sqrt_len_tokens":
        return (hidden * weights).sum(dim=1) / count.sqrt()
    if mode == "weightedmean":  # the n-th token counts n times (Muennighoff 2022, section 3.1)
        weights = weights * weights.cumsum(dim=1)
        return (hidden * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)
    if mode == "max":
        return hidden.masked_fill(weights == 0, -torch.inf).amax(dim=1)
    places = torch.arange(mask.shape[1]) * mask
    last = places.argmax(dim=1)
    if mode == "lasttoken":
        return hidden[torch.arange(len(hidden)), last]
    first = mask.argmax(dim=1)  # of equal values the first
    return hidden[torch.arange(len(hidden)), first]  # [CLS]


def dense_layer(folder: Path) -> nn.Sequential:
    """A linear layer and its activation as a model's folder holds them.

    Raises `EncoderError` where the activation is one that is not known here, and whatever is wrong
    with a file that is missing or damaged.
    """
    config = read_json(folder / "config.json", {})
    activation = str(config.get("activation_function", "Tanh")).rpartition(".")[2]
    if activation not in ACTIVATIONS:
        raise EncoderError(
            f"The encoder in {folder} cannot be used: its config.json asks for the activation "
            f"{activation}; known are {', '.join(ACTIVATIONS)}. Choose another encoder."
        )
    linear = nn.Linear(
        config["in_features"], config["out_features"], bias=bool(config.get("bias", True))
    )
    if (folder / "model.safetensors").exists():
        from safetensors.torch import load_file

        weights = load_file(folder / "model.safetensors")
    else:
        weights = torch.load(folder / "pytorch_model.bin", map_location="cpu", weights_only=True)
    linear.load_state_dict({name.removeprefix("linear."): one for name, one in weights.items()})
    return nn.Sequential(linear, ACTIVATIONS[activation]())
