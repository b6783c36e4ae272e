"""Sentence encoders behind one interface: the bundled MiniLM, BioBERT, or any BERT-like model.

`places` finds a model on this machine and says which one it is, `hub` brings one, `recipe` reads
how its makers meant it to be used, `transformer` encodes, `measuring` and `comparison` tell two of
them apart. Loading never touches the network; `hub.fetch` does, when the operator says so. Imports
none of the rest of this room, but for `comparison` and `cli`.
"""

from __future__ import annotations

from webapp.suggestions.encoder.hub import fetch
from webapp.suggestions.encoder.interface import Encoder, EncoderError
from webapp.suggestions.encoder.places import BIOBERT, BUNDLED, full_name, is_one_of, locate
from webapp.suggestions.encoder.transformer import TransformerEncoder, load

__all__ = [
    "BIOBERT",
    "BUNDLED",
    "Encoder",
    "EncoderError",
    "TransformerEncoder",
    "fetch",
    "full_name",
    "is_one_of",
    "load",
    "locate",
]
