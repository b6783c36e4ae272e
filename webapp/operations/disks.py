"""Room on the disks of data, snapshots and logs: what is free, and what we take."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from webapp.operations.health import MIN_FREE_BYTES
from webapp.settings import Settings


@dataclass(frozen=True)
class Place:
    """A folder of ours on its disk; sizes in bytes.

    `shared_with` names the places on the same disk that come before it. `problem` says why the
    disk could not be asked; the sizes are 0 then.
    """

    name: str
    folder: Path
    used: int
    free: int
    total: int
    shared_with: tuple[str, ...] = ()
    problem: str = ""

    @property
    def complaint(self) -> str:
        """What a person must do, in a sentence; empty where nothing."""
        if self.problem:
            return f"The disk of the {self.name} cannot be asked: {self.problem}."
        if self.free < MIN_FREE_BYTES:
            return (
                f"The disk of the {self.name} has {self.free / 1e6:,.0f} MB free: make room in "
                f"{self.folder}, or nothing more can be written there."
            )
        return ""


def places(settings: Settings) -> list[Place]:
    """Data, backups and logs; what lies in a folder of its own is not counted twice."""
    folders = {
        "data": settings.data_dir,
        "backups": settings.backup_dir,
        "logs": settings.log_dir,
    }
    found: list[Place] = []
    devices: dict[str, int] = {}
    for name, folder in folders.items():
        try:
            made = next(path for path in (folder, *folder.parents) if path.exists())
            device = made.stat().st_dev
            disk = shutil.disk_usage(made)
        except OSError as error:
            found.append(Place(name, folder, 0, 0, 0, problem=error.strerror or str(error)))
            continue
        others = {path.resolve() for path in folders.values() if path != folder}
        found.append(
            Place(
                name,
                folder,
                used=_size(folder, others),
                free=disk.free,
                total=disk.total,
                shared_with=tuple(one for one, other in devices.items() if other == device),
            )
        )
        devices[name] = device
    return found


def _size(folder: Path, apart: set[Path]) -> int:
    """Bytes of all files below `folder`, without the folders `apart`."""
    total = 0
    for here, below, names in os.walk(folder):
        below[:] = [name for name in below if Path(here, name).resolve() not in apart]
        for name in names:
            try:
                total += os.lstat(os.path.join(here, name)).st_size
            except FileNotFoundError:
                continue  # a journal that was just removed
    return total
