"""Where supervisord's unix socket lies, so that `supervisorctl` finds it from the project folder.

That is `run/supervisor.sock`. Two kinds of place cannot have one: a path longer than the kernel's
limit for socket names (unix(7): 108 bytes with the closing zero), and a file system that cannot
hold sockets or hard links (shared folders of virtual machines). Then the socket lies in a short
private folder, and `run/supervisor.sock` is a link to it where links can be made.
"""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import tempfile
from pathlib import Path

from supervision.errors import StartError

LONGEST_NAME = 107
"""Bytes that the name of a unix socket may have on Linux; other systems allow a few less."""

# supervisord binds NAME.PID first and then links it to NAME.
_ROOM_FOR_PID = len(".4194304")


def choose(run: Path) -> Path:
    """The path at which supervisord shall bind its socket; stale leftovers are removed.

    Call it only while holding the lock of the installation: nobody else uses the socket then.
    """
    usual = run / "supervisor.sock"
    usual.unlink(missing_ok=True)
    if _fits(usual) and _holds_sockets(run):
        return usual
    short = _private_folder(run) / "supervisor.sock"
    short.unlink(missing_ok=True)
    if not _fits(short):
        raise StartError(
            f"The folder for temporary files, {short.parent.parent}, has too long a name for a "
            "socket: set TMPDIR to a shorter one."
        )
    try:
        usual.symlink_to(short)
    except OSError:
        linked = False
    else:
        linked = len(os.fsencode(usual)) <= LONGEST_NAME
    if not linked:
        print(
            "This folder cannot hold supervisord's socket; add this to every supervisorctl "
            f"command: -s unix://{short}",
            flush=True,
        )
    return short


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) + _ROOM_FOR_PID <= LONGEST_NAME


def _holds_sockets(folder: Path) -> bool:
    """Whether a socket and a hard link to it can be made in `folder`."""
    probe, link = folder / f"probe.{os.getpid()}", folder / "probe"
    with socket.socket(socket.AF_UNIX) as trial:
        try:
            trial.bind(str(probe))
            os.link(probe, link)
        except OSError:
            return False
        finally:
            probe.unlink(missing_ok=True)
            link.unlink(missing_ok=True)
    return True


def _private_folder(run: Path) -> Path:
    """A folder of ours alone among the temporary files, the same one at every start."""
    key = hashlib.sha256(os.fsencode(run.resolve())).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"ke-wp-mapping-{os.geteuid()}-{key}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    # Anybody may write into /tmp: a folder prepared by someone else would give away the socket.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise StartError(f"{folder} belongs to somebody else: remove it, or set TMPDIR.")
    return folder
