"""The compose file that the containers here are run by is what a compose command reads."""

from __future__ import annotations

from pathlib import Path

from tests.container.compose import assert_accepted, compose_command


def test_compose_accepts_the_composition(tools: None, tmp_path: Path) -> None:
    command = compose_command()

    assert command is not None
    assert_accepted(command, tmp_path)
