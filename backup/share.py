"""A folder that takes copies of the snapshots, such as a mounted share."""

from __future__ import annotations

from pathlib import Path

from backup import files, snapshot, sqlite
from backup.errors import BackupError
from backup.folder import PARTIAL, Folder
from backup.manifest import Manifest


class Share:
    """The folder `path`; what is there besides our files stays."""

    def __init__(self, path: Path, limit: sqlite.TimeLimit) -> None:
        self._folder = Folder(path)
        self._limit = limit

    def manifests(self) -> list[Manifest]:
        """Manifests of the copies, newest first; raises `BackupError` where there is no folder."""
        path = self._folder.path
        # Never made here: a folder that is missing may be a share that is not mounted.
        if not path.is_dir():
            raise BackupError(f"There is no folder {path}: mount the share, or make the folder.")
        return self._folder.snapshots()

    def sweep(self) -> None:
        """Remove what an interrupted copy left."""
        self._folder.sweep()

    def put(self, snapshot_file: Path, manifest: Manifest) -> None:
        """Copy, read back, compare, name; raises `BackupError` where that fails."""
        final = self._folder.path / manifest.file
        partial = final.with_suffix(PARTIAL)
        try:
            snapshot.check_space(self._folder.path, manifest.bytes)
            files.copy(snapshot_file, partial, self._limit.check)
            if files.sha256(partial, self._limit.check) != manifest.sha256:
                raise BackupError(
                    f"The copy of {manifest.file} in {self._folder.path} has other bytes than the "
                    "snapshot (SHA-256 differs): see that both disks and the line between work."
                )
            self._folder.write(manifest)
            files.publish(partial, final)
        finally:
            partial.unlink(missing_ok=True)
            if not final.exists():
                final.with_suffix(".json").unlink(missing_ok=True)

    def delete(self, manifest: Manifest) -> None:
        """Delete a copy and its manifest."""
        self._folder.delete(manifest)
