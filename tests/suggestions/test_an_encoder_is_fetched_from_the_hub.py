"""`encoder fetch` takes one copy of the weights, at the pinned commit, and it is found again."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.suggestions.small_models import small_bert, with_steps
from webapp.__main__ import main
from webapp.settings import Settings
from webapp.suggestions.encoder import fetch, full_name, load
from webapp.suggestions.encoder.hub import wanted

COMMIT = "c" * 40
MODEL = "/api/models/some/model"


class Hub(ThreadingHTTPServer):
    """The addresses of a Hugging Face hub that a download needs, over one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), Answer)


class Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(self.path.partition("?")[0])
        _, found, name = path.partition(f"/resolve/{COMMIT}/")
        if found and (file := self.server.folder / name).is_file():
            self.server.asked.append(name)
            self._send(file.read_bytes())
        elif path == f"{MODEL}/revision/main":
            self._send(json.dumps({"id": "some/model", "sha": COMMIT}).encode())
        elif path in {f"{MODEL}/tree/main", f"{MODEL}/tree/{COMMIT}"}:
            files = sorted(one for one in self.server.folder.rglob("*") if one.is_file())
            told = [
                {
                    "type": "file",
                    "path": str(one.relative_to(self.server.folder)),
                    "size": one.stat().st_size,
                    "oid": "0" * 40,
                }
                for one in files
            ]
            self._send(json.dumps(told).encode())
        else:
            self.send_error(404)

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub on this machine with one model, and an empty cache."""
    from huggingface_hub import constants

    folder = with_steps(small_bert(tmp_path / "offered"), "Pooling", pooling_mode="cls")
    shutil.copy(folder / "model.safetensors", folder / "pytorch_model.bin")
    (folder / "onnx").mkdir()
    (folder / "onnx" / "config.json").write_text("{}")
    with Hub(folder) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setattr(constants, "ENDPOINT", address)
        monkeypatch.setattr(
            constants,
            "HUGGINGFACE_CO_URL_TEMPLATE",
            address + "/{repo_id}/resolve/{revision}/{filename}",
        )
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        yield server
        server.shutdown()


def test_it_is_found_by_its_commit_and_used_by_its_files(hub: Hub) -> None:
    folder = fetch("some/model+int8")
    assert folder.name == COMMIT
    assert full_name("some/model") == f"some/model@{COMMIT}+cls"
    assert load("some/model").description["pooling"] == "cls"
    assert "model.safetensors" in hub.asked
    assert "pytorch_model.bin" not in hub.asked, "one copy of the weights is enough"
    assert not any(name.startswith("onnx") for name in hub.asked)


def test_what_the_hub_does_not_have_is_one_sentence(
    hub: Hub,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("webapp.__main__.load_settings", lambda: settings)
    assert main(["encoder", "fetch", "some/other"]) == 1
    assert "some/other could not be downloaded" in capsys.readouterr().err
    assert main(["encoder", "fetch", "some/model"]) == 0
    assert "Set ENCODER=some/model" in capsys.readouterr().out


def test_the_files_of_biobert_are_its_weights_in_the_only_format() -> None:
    ours = ["config.json", "pytorch_model.bin", "vocab.txt"]
    assert wanted([".gitattributes", "README.md", "flax_model.msgpack", *ours]) == ours


def test_steps_bring_their_own_weights() -> None:
    offered = [
        "model.safetensors",
        "pytorch_model.bin",
        "2_Dense/pytorch_model.bin",
        "1_Pooling/config.json",
        "openvino/openvino_model.bin",
        "0_Transformer/onnx/config.json",
    ]
    assert set(offered) - set(wanted(offered)) == {
        "pytorch_model.bin",
        "openvino/openvino_model.bin",
        "0_Transformer/onnx/config.json",
    }
