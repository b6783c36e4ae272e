"""Whatever is wrong with the encoder's files, the site starts, ranks by words and says why."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import settings_in
from tests.suggestions.small_models import small_bert, truncate
from webapp import create_app
from webapp.__main__ import main
from webapp.settings import Settings
from webapp.suggestions.encoder import EncoderError, load


def cut_weights(folder: Path) -> None:
    truncate(folder / "model.safetensors")


def cut_configuration(folder: Path) -> None:
    truncate(folder / "config.json")


def without_padding(folder: Path) -> None:
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "GPT2Tokenizer", "do_lower_case": True})
    )
    (folder / "vocab.json").write_text(json.dumps({"a": 0, "<|endoftext|>": 1}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    (folder / "vocab.txt").unlink()


def of_another_size(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "hidden_size": 18}))


def with_code_of_its_own(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    code = {"AutoConfig": "code.Config", "AutoModel": "code.Model"}
    (folder / "config.json").write_text(
        json.dumps({**config, "model_type": "of_its_own", "auto_map": code})
    )
    (folder / "code.py").write_text("raise SystemExit('this must not run')")


BREAK = [cut_weights, cut_configuration, without_padding, of_another_size, with_code_of_its_own]


@pytest.mark.parametrize("spoil", BREAK)
def test_loading_says_what_is_wrong_in_one_line(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    folder = small_bert(tmp_path / "model")
    load(str(folder))
    spoil(folder)
    with pytest.raises(EncoderError, match=r"cannot be loaded: .+") as refused:
        load(str(folder))
    assert "\n" not in str(refused.value)


def test_the_site_starts_and_health_names_the_folder(
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = small_bert(tmp_path / "model")
    cut_weights(folder)
    broken = settings_in(tmp_path, ENCODER=str(folder))
    monkeypatch.setattr("webapp.__main__.load_settings", lambda: broken)
    assert main(["prepare"]) == 0
    error = capsys.readouterr().err
    assert "The index is built without vectors." in error
    assert "Traceback" not in error

    app = create_app(broken)
    app.extensions["kewp.suggestions"].warm_up()
    health = app.test_client().get("/health")
    assert health.status_code == 200
    report = health.json
    assert report is not None
    assert report["components"]["suggestions"]["status"] == "degraded"
    assert (
        f"The encoder in {folder} cannot be loaded"
        in (report["components"]["suggestions"]["detail"])
    )
    page = app.test_client().get("/key-events/1513").text
    assert "Ranked by words alone" in page
    assert "WP254" in page
    assert str(folder) not in page
    app.extensions["kewp.database"].close()
    app.extensions["kewp.runtime"].close()
