"""What some tests need of the machine: namespaces, FUSE, the program rclone."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

IN_A_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
"""Starts a program as root of a user and mount namespace of its own, where it may mount."""


def need_namespaces(what: str) -> None:
    """Skip loudly, or fail in CI, where this machine allows no mounts in a namespace."""
    trial = [*IN_A_NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"]
    probe = subprocess.run(trial, capture_output=True, text=True, timeout=60)
    if probe.returncode == 0:
        return
    message = f"{what} NOT TESTED: this machine allows no mounts: {probe.stderr.strip()}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def need_rclone(what: str) -> None:
    """Skip loudly where rclone is not installed."""
    if shutil.which("rclone") is None:
        pytest.skip(f"{what} NOT TESTED: rclone is not installed (apt-get install rclone fuse3)")


def need_rclone_mount(what: str) -> None:
    """Skip loudly where rclone cannot mount: that needs FUSE, which seldom is for everybody."""
    need_rclone(what)
    need_namespaces(what)
    if shutil.which("fusermount3") is None or not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip(f"{what} NOT TESTED: no fusermount3 (apt-get install fuse3) or no /dev/fuse")


def rclone_mount(origin: Path, point: Path) -> str:
    """A shell command that shows the folder `origin` at `point`, as a network file system.

    rclone stays behind as a child of the shell, and ends when it is told to.
    """
    return (
        f'rclone mount --config "" ":local:{origin}" "{point}" >/dev/null 2>&1 & '
        f'until mountpoint -q "{point}"; do sleep 0.1; done'
    )
