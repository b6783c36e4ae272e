"""On which kind of file system a path lies, and whether SQLite can keep a WAL database there.

A WAL database needs shared memory between its processes and locks that exclude
(https://sqlite.org/wal.html, https://sqlite.org/howtocorrupt.html, section 2.1): a network file
system offers neither reliably, and what it breaks is found when it is too late. The kind is read
from the mount table, /proc/self/mountinfo (proc_pid_mountinfo(5)).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from backup.errors import SettingsError
from backup.settings import Settings

TABLE = Path("/proc/self/mountinfo")

_NETWORK = frozenset(
    "9p acfs afs beegfs ceph cifs coda davfs gfs2 glusterfs gpfs lustre ncpfs nfs nfs4 ocfs2 "
    "orangefs panfs pvfs2 smb3 smbfs wekafs "
    "fuse.ceph fuse.ceph-fuse fuse.curlftpfs fuse.davfs fuse.davfs2 fuse.gcsfuse fuse.glusterfs "
    "fuse.goofys fuse.gvfsd-fuse fuse.juicefs fuse.mfs fuse.moosefs fuse.rclone fuse.s3fs "
    "fuse.s3ql fuse.seaweedfs fuse.smbnetfs fuse.sshfs".split()
)

_SHARED_FOLDERS = frozenset(
    "drvfs fakeowner fuse.grpcfuse fuse.osxfs fuse.vmhgfs-fuse osxfs prl_fs vboxsf vmhgfs".split()
)
"""Folders of a desktop that a virtual machine or Docker Desktop shows inside. `fakeowner`, for one,
lets two processes hold the same exclusive lock (docker/for-mac issue 7004)."""

_LOCAL_FUSE = frozenset(
    "fuse.bindfs fuse.encfs fuse.exfat fuse.fuse-overlayfs fuse.gocryptfs fuse.ntfs-3g fuse.zfs "
    "fuseblk".split()
)
"""File systems in user space that lie on a disk of this machine."""

_REMARKS = {
    "tmpfs": "it is memory: what is there is gone when the machine or container stops",
    "ramfs": "it is memory: what is there is gone when the machine or container stops",
    "overlay": "it is the container's own layer, which is deleted with the container; mount a "
    "volume or a folder there",
    "virtiofs": "it is a folder of this virtual machine's host; locks and shared memory hold "
    "within this machine, so no other one may open the database",
}


@dataclass(frozen=True)
class Mount:
    """One line of the mount table: where it is attached, of which kind, and what of."""

    number: int
    parent: int
    point: str
    kind: str
    source: str


def read(text: str) -> list[Mount]:
    """All mounts of a mount table; lines of another shape are passed over."""
    mounts = []
    for line in text.splitlines():
        before, dash, after = line.partition(" - ")
        left, right = before.split(" "), after.split(" ")
        if dash and len(left) >= 6 and len(right) >= 2:
            point, source = _unescaped(left[4]), _unescaped(right[1])
            mounts.append(Mount(int(left[0]), int(left[1]), point, right[0], source))
    return mounts


def _unescaped(text: str) -> str:
    """The kernel writes blanks, tabs, newlines and backslashes as three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def mount_of(path: Path, mounts: list[Mount]) -> Mount | None:
    """The mount that `path` (absolute, without links) lies on; None where the table has none.

    As the kernel walks: from the root down, and at each mount the first one attached on the way. A
    mount that a later one hides above it is so never met.
    """
    known = {mount.number for mount in mounts}
    here: Mount | None = None
    left = mounts
    while True:
        parent = here.number if here else None
        on_the_way = [
            mount
            for mount in left
            if (mount.parent == parent if here else mount.parent not in known)
            and path.is_relative_to(mount.point)
        ]
        if not on_the_way:
            return here
        # Of two at the same point without a common parent the later one lies on top.
        here = min(reversed(on_the_way), key=lambda mount: len(mount.point))
        left = [mount for mount in left if mount is not here]


def find(path: Path) -> Mount | None:
    """The mount on which `path` is, or will be made."""
    try:
        text = TABLE.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None  # not Linux, or no /proc: nothing is known
    return mount_of(Path(os.path.realpath(path)), read(text))


def objection(mount: Mount) -> str | None:
    """Why a WAL database must not lie there; None where it may."""
    kind = mount.kind
    if kind in _NETWORK:
        return f"{kind} is a network file system"
    if kind in _SHARED_FOLDERS:
        return f"{kind} is a folder shared with another system, whose locks do not hold"
    if (kind == "fuse" or kind.startswith("fuse.")) and kind not in _LOCAL_FUSE:
        return f"{kind} is a file system in user space that is not known to lie on a local disk"
    return None


def remark(mount: Mount) -> str | None:
    """What the operator should know of a file system that is accepted; None for an ordinary one."""
    return _REMARKS.get(mount.kind)


def require_local_disk(settings: Settings) -> str | None:
    """Refuse a database that SQLite could not keep sound; returns a remark where one is due.

    Raises `SettingsError` with the reason, unless `ALLOW_NETWORK_DISK` says yes: then the reason is
    the remark.
    """
    mount = find(settings.database)
    if mount is None:
        return None
    reason = objection(mount)
    where = f"The database {settings.database} lies on {mount.point} ({mount.source}): "
    if reason and not settings.allow_network_disk:
        raise SettingsError(
            f"{where}{reason}, on which SQLite cannot keep a database with several users sound. "
            "Move it to a local disk (DATABASE_PATH), or take the risk with ALLOW_NETWORK_DISK=yes."
        )
    told = reason or remark(mount)
    return f"{where}{told}." if told else None
