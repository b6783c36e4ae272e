"""Files that survive a power cut: what is written is on the disk before it gets its name.

Everything made here is readable by its owner alone. Where root makes it, it belongs to the owner of
the folder, so that a command run as root leaves nothing that the scheduler cannot read.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

CHUNK = 1024 * 1024


def create(path: Path, flags: int = os.O_WRONLY | os.O_TRUNC) -> int:
    """Open `path`, made if need be with mode 0600; returns the descriptor.

    Raises `FileExistsError` with `os.O_EXCL` among `flags`.
    """
    descriptor = os.open(path, os.O_CREAT | flags, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        # A share may not let even root give files away; they are its own user's then.
        with suppress(PermissionError):
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def sync(path: Path) -> None:
    """Wait until the file or folder `path` is on the disk; raises `OSError` where it cannot be."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some shares (CIFS) know no fsync of folders: a rename there is at once on the server.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP} or not path.is_dir():
            raise
    finally:
        os.close(descriptor)


def publish(temporary: Path, final: Path) -> None:
    """Give a finished file its name: fsync it, rename it, fsync the folder.

    Whoever looks at `final`, also after a power cut, sees the old file or the new one, whole.
    """
    sync(temporary)
    temporary.replace(final)
    sync(final.parent)


def write_text(path: Path, text: str) -> None:
    """Replace the file `path` by one that holds `text`; raises `OSError` and leaves the old one."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with os.fdopen(create(temporary), "w", encoding="utf-8") as file:
            file.write(text)
        publish(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_note(path: Path, text: str) -> None:
    """As `write_text`, but on a full disk into the old file itself: word of it must get out.

    For files that tell how things stand: whoever reads half of one knows that something is wrong.
    """
    try:
        write_text(path, text)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT} or not path.exists():
            raise
        with path.open("r+", encoding="utf-8") as file:
            file.write(text)
            file.truncate()


def copy(source: Path, target: Path, check: Callable[[], None] = lambda: None) -> None:
    """Copy the bytes of `source` into `target` and wait until they are on the disk.

    Calls `check`, which may raise, between chunks.
    """
    with source.open("rb") as reading, os.fdopen(create(target), "wb") as writing:
        while chunk := reading.read(CHUNK):
            writing.write(chunk)
            check()
    sync(target)


def sha256(path: Path, check: Callable[[], None] = lambda: None) -> str:
    """The SHA-256 of the file in hexadecimal; calls `check`, which may raise, between chunks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        # What is checked is what the disk holds, not what memory remembers of it.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            check()
    return digest.hexdigest()
