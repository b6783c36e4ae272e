"""Small disks that can be full: a tmpfs each, mounted in a namespace of our own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

SIZE = 512 * 1024 * 1024
"""Bytes; they take memory only as far as they are used."""

ATTEMPTS = 20


class Disk:
    """A file system at `path`, with room until it is `fill`ed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.mkdir()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "none", str(path)], check=True
        )

    def fill(self, room: int = 0) -> None:
        """Make it as small as what is on it and `room` bytes more."""
        for _ in range(ATTEMPTS):  # somebody may write between the two
            found = os.statvfs(self._path)
            used = (found.f_blocks - found.f_bfree) * found.f_frsize
            if self._resize(used + room):
                return
        raise RuntimeError(f"{self._path} is written to too fast to be filled")

    def free(self) -> None:
        """Give it room again."""
        if not self._resize(SIZE):
            raise RuntimeError(f"{self._path} cannot be given room again")

    def remove(self) -> None:
        """Unmount it; what is on it is gone."""
        subprocess.run(["umount", "--lazy", str(self._path)], check=True)

    def _resize(self, size: int) -> bool:
        options = f"remount,size={size}"
        done = subprocess.run(
            ["mount", "-o", options, str(self._path)], capture_output=True, check=False
        )
        return done.returncode == 0
