"""The backup folder: which files are in it and what they are.

- `ke_wp_mapping_YYYYmmdd_HHMMSS.db` (UTC) with a `.json` of the same stem: a snapshot;
- `….partial` and its journals: a snapshot in the making, or what a killed process left of one;
- `….bad`: a copy that did not pass its checks, for a person to look at;
- `….before-restore`: bytes of a damaged database that `restore` replaced;
- `status.json`, `lineage.json`, `restored.jsonl`, files `last_….json` and hidden lock files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backup import files, locks
from backup.clock import say
from backup.errors import BackupError
from backup.manifest import Manifest, from_json

PREFIX = "ke_wp_mapping_"
PARTIAL = ".partial"
BAD = ".bad"
BEFORE_RESTORE = ".before-restore"

MAX_BAD = 3
"""So many unusable copies are kept aside; the oldest go first."""

_STEM = re.compile(rf"{PREFIX}\d{{8}}_\d{{6}}")


def is_ours(name: str, suffix: str = ".db") -> bool:
    """Whether a file of this name is one of our snapshots (or has another suffix of theirs)."""
    stem, _, rest = name.partition(".")
    return _STEM.fullmatch(stem) is not None and rest == suffix[1:]


def is_left_over(name: str) -> bool:
    """Whether a file of this name is of an unfinished snapshot."""
    stem, _, rest = name.lstrip(".").partition(".")
    return _STEM.fullmatch(stem) is not None and (
        rest.startswith(PARTIAL[1:]) or rest.endswith(".tmp")
    )


class Folder:
    """The backup folder at `path`; remembers manifests it has read, as they seldom change."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: dict[str, tuple[int, Manifest | None]] = {}

    def make(self) -> None:
        """Make the folder if need be; raises `BackupError` where nothing can be written there."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(files.create(self.path / locks.SNAPSHOT, os.O_WRONLY))
        except OSError as error:
            raise BackupError(
                f"The backup folder {self.path} cannot be written to: {error.strerror}; correct "
                "its owner, or put another BACKUP_DIR into .env."
            ) from error

    def require(self) -> None:
        """Raise `BackupError` where there is no such folder; it may be a disk not mounted."""
        if not self.path.is_dir():
            raise BackupError(
                f"There is no verified snapshot, as there is no folder {self.path}: see that its "
                "disk is mounted and that BACKUP_DIR and DATA_DIR are right."
            )

    def lock(self, patience: float) -> AbstractContextManager[None]:
        """Hold the folder for as long as it takes; raises `Busy` after `patience` seconds."""
        return locks.hold(
            self.path / locks.SNAPSHOT,
            patience,
            lambda pid: say(f"Process {pid} is at work on the snapshots; waiting for it."),
        )

    def snapshots(self) -> list[Manifest]:
        """All snapshots with a readable manifest, newest first, damaged ones among them."""
        found: dict[str, tuple[int, Manifest | None]] = {}
        for path in self._files(".json"):
            try:
                stamp = path.stat().st_mtime_ns
                if not path.with_suffix(".db").exists():
                    continue
            except FileNotFoundError:
                continue  # pruned this moment
            known = self._read.get(path.name)
            found[path.name] = known if known and known[0] == stamp else (stamp, _read(path))
        self._read = found
        manifests = [manifest for _, manifest in found.values() if manifest]
        return sorted(manifests, key=lambda manifest: manifest.number, reverse=True)

    def holds_snapshots(self) -> bool:
        """Whether any database file of ours is here, verified or not."""
        return self.path.is_dir() and any(self._matching(".db"))

    def strangers(self) -> list[str]:
        """Names of database files without a readable manifest; they never count."""
        known = {manifest.file for manifest in self.snapshots()}
        return [path.name for path in self._files(".db") if path.name not in known]

    def newest(self) -> Manifest | None:
        """The newest verified snapshot."""
        return next((one for one in self.snapshots() if one.verified), None)

    def find(self, name: str | None) -> Manifest:
        """The snapshot called `name`, or the newest verified one; raises `BackupError`."""
        if name is None:
            newest = self.newest()
            if newest is None:
                raise BackupError(f"There is no verified snapshot in {self.path}.")
            return newest
        wanted = Path(name)
        if wanted.parent != Path() and wanted.parent.resolve() != self.path.resolve():
            raise BackupError(
                f"{name} is not in the backup folder; copy it and its .json into {self.path} first."
            )
        stem = wanted.name.removesuffix(".db").removesuffix(".json")
        for manifest in self.snapshots():
            if manifest.file == f"{stem}.db":
                return manifest
        raise BackupError(
            f"There is no snapshot {stem}.db with its manifest in {self.path}; see: "
            "python -m backup list"
        )

    def free_stem(self, moment: datetime) -> str:
        """A name for a snapshot of `moment`; of a later second where that one is taken."""
        while True:
            stem = f"{PREFIX}{moment.astimezone(UTC):%Y%m%d_%H%M%S}"
            if not any(self.path.glob(f"{stem}.*")):
                return stem
            moment += timedelta(seconds=1)

    def write(self, manifest: Manifest) -> None:
        """Put a manifest on the disk."""
        name = Path(manifest.file).with_suffix(".json")
        files.write_text(self.path / name, manifest.to_json())

    def delete(self, manifest: Manifest) -> None:
        """Delete a snapshot; what a crash leaves of it is a manifest, which `sweep` removes."""
        path = self.path / manifest.file
        path.unlink(missing_ok=True)
        path.with_suffix(".json").unlink(missing_ok=True)

    def keep_aside(self, partial: Path) -> Path:
        """Rename a copy that is no good to `.bad`, and drop the oldest of more than three."""
        bad = partial.with_suffix(BAD)
        partial.replace(bad)
        files.sync(self.path)
        for old in self._files(BAD)[MAX_BAD:]:
            old.unlink()
        return bad

    def sweep(self) -> list[str]:
        """Remove what killed processes left; call it while holding the lock. Returns the names."""
        swept = [path for path in self.path.iterdir() if is_left_over(path.name)]
        # Those first: an unfinished snapshot that is gone can no longer get its name.
        for path in swept:
            path.unlink(missing_ok=True)
        for path in self._files(".json"):
            if not path.with_suffix(".db").exists():
                path.unlink(missing_ok=True)
                swept.append(path)
        return sorted(path.name for path in swept)

    def _files(self, suffix: str) -> list[Path]:
        return sorted(self._matching(suffix), reverse=True)

    def _matching(self, suffix: str) -> Iterator[Path]:
        for path in self.path.glob(f"{PREFIX}*{suffix}"):
            if is_ours(path.name, suffix):
                yield path


def _read(path: Path) -> Manifest | None:
    try:
        manifest = from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if manifest.file == path.with_suffix(".db").name else None
