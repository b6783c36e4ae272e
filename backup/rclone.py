"""A remote of rclone (https://rclone.org) that takes copies of the snapshots.

The remote is configured by the operator with `rclone config`; secrets stay there. rclone is run as
a program, where it is installed.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from backup import sqlite
from backup.errors import BackupError
from backup.folder import PARTIAL, is_left_over, is_ours
from backup.manifest import Manifest, from_json

OPTIONS = ("--retries=1", "--contimeout=15s", "--timeout=60s", "--ask-password=false")
"""We try again ourselves, later; nobody is there to type a password."""

_DIRECTORY_NOT_FOUND = 3  # rclone's exit code


class Remote:
    """The remote folder `to`, written `name:path`; what is there besides our files stays."""

    def __init__(self, to: str, limit: sqlite.TimeLimit) -> None:
        self._to = to if to.endswith(":") else to.rstrip("/") + "/"
        self._limit = limit

    def manifests(self) -> list[Manifest]:
        """Manifests of the copies; none where the remote folder does not exist yet."""
        names = self._names()
        if not any(name.endswith(".json") for name in names):
            return []
        text = self._run("cat", "--include", "/ke_wp_mapping_*.json", self._to)
        return [one for one in _read(text) if is_ours(one.file) and one.file in names]

    def sweep(self) -> None:
        """Remove what an interrupted copy left."""
        names = self._names()
        for name in names:
            orphan = is_ours(name, ".json") and str(Path(name).with_suffix(".db")) not in names
            if orphan or is_left_over(name):
                self._run("deletefile", self._to + name)

    def put(self, snapshot_file: Path, manifest: Manifest) -> None:
        """Copy, read back, compare, name; raises `BackupError` where that fails."""
        final = Path(manifest.file)
        partial = self._to + str(final.with_suffix(PARTIAL))
        self._run("copyto", str(snapshot_file), partial)
        # Downloaded: not what the remote says of the file, but what it gives back.
        found = self._run("hashsum", "sha256", "--download", partial).split()
        if not found or found[0] != manifest.sha256:
            self._run("deletefile", partial)
            raise BackupError(
                f"The copy of {manifest.file} in {self._to} has other bytes than the snapshot "
                "(SHA-256 differs); it was deleted there."
            )
        self._run("rcat", self._to + str(final.with_suffix(".json")), text=manifest.to_json())
        self._run("moveto", partial, self._to + manifest.file)

    def delete(self, manifest: Manifest) -> None:
        """Delete a copy and its manifest."""
        self._run("deletefile", self._to + manifest.file)
        self._run("deletefile", self._to + str(Path(manifest.file).with_suffix(".json")))

    def _names(self) -> set[str]:
        return set(self._run("lsf", "--files-only", self._to).splitlines())

    def _run(self, *words: str, text: str = "") -> str:
        """What rclone prints; raises `BackupError` where it fails or takes too long."""
        try:
            done = subprocess.run(
                ["rclone", *OPTIONS, *words],
                input=text,
                capture_output=True,
                text=True,
                timeout=self._limit.left,
                umask=0o077,
            )
        except FileNotFoundError:
            raise BackupError(
                f"BACKUP_COPY_TO names the rclone remote {self._to}, but rclone is not installed: "
                "apt-get install rclone, or name a folder."
            ) from None
        except subprocess.TimeoutExpired:
            raise BackupError(
                f"rclone {words[0]} did not end within the {self._limit.seconds:g} s that a copy "
                "may take."
            ) from None
        if done.returncode == _DIRECTORY_NOT_FOUND and words[0] == "lsf":
            return ""
        if done.returncode != 0:
            said = done.stderr.strip().splitlines()
            raise BackupError(
                f"rclone {words[0]} failed: {said[-1] if said else f'code {done.returncode}'}"
            )
        return done.stdout


def _read(text: str) -> Iterator[Manifest]:
    """The manifests in one long text; what is none is passed over."""
    for part in re.split(r"^(?={)", text, flags=re.MULTILINE):
        with suppress(ValueError):
            yield from_json(part)
