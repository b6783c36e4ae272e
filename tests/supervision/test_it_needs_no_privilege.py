"""Everything runs as an ordinary user without capabilities, on a read-only file system."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.supervision.installation import PROJECT
from tests.supervision.namespace import AS_USER, PID_NAMESPACE, Namespaced, namespaced

SOMEBODY = 12_345
"""A user id without a name or a home folder, as images have them."""

WRITABLE = ("data", "logs", "temporary")

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def contained() -> Iterator[Namespaced]:
    """Not started: it will run as somebody who can write where an image's user can, no more."""
    with namespaced(("unshare", *PID_NAMESPACE) if AS_ROOT else AS_USER) as installation:
        root = installation.root
        for name in (*WRITABLE, "stash"):
            (root / name).mkdir()
        (root / "run").symlink_to(root / "temporary" / "run")
        installation.environment["TMPDIR"] = str(root / "temporary")
        root.chmod(0o755)
        script = [
            "set -e",
            *(uncover([PROJECT, Path(sys.prefix), Path(sys.base_prefix)], root / "stash")),
            *(f"mount --bind {root / name} {root / name}" for name in WRITABLE),
            "mount -o remount,bind,ro /",
            'exec "$@"',
        ]
        less = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
        if AS_ROOT:
            less += [f"--reuid={SOMEBODY}", f"--regid={SOMEBODY}", "--clear-groups"]
            for name in WRITABLE:
                os.chown(root / name, SOMEBODY, SOMEBODY)
        at = installation.command.index(sys.executable)
        installation.command[at:at] = ["sh", "-c", "\n".join(script), "sh", *less]
        yield installation


def uncover(paths: Iterable[Path], stash: Path) -> Iterator[str]:
    """Shell commands that let every user reach `paths`, in a mount namespace of its own.

    A folder on the way that is closed to others, as root's home is, gets covered by an open one
    that holds nothing but `paths`; they wait in the folder `stash` meanwhile.
    """
    closed: dict[Path, list[Path]] = {}
    for path in paths:
        for folder in reversed(path.parents):
            if not folder.stat().st_mode & 0o001:
                closed.setdefault(folder, []).append(path)
                break
    for folder, inside in closed.items():
        places = {shlex.quote(str(path)): stash / path.name for path in inside}
        for name, place in places.items():
            yield f"mkdir {place}; mount --bind {name} {place}"
        yield f"mount -t tmpfs -o mode=755 none {shlex.quote(str(folder))}"
        for name, place in places.items():
            yield f"mkdir -p {name}; mount --bind {place} {name}"


def test_it_runs_as_an_ordinary_user_on_a_read_only_root(contained: Namespaced) -> None:
    contained.start_and_wait()

    members = contained.members()
    assert len(members) >= 7
    for member in members:
        assert 0 not in psutil.Process(member.pid).uids(), member
        status = Path(f"/proc/{member.pid}/status").read_text()
        capabilities = re.findall(r"^Cap\w+:\t(\w+)$", status, re.MULTILINE)
        assert [int(mask, 16) for mask in capabilities] == [0] * 5, member
    mounts = Path(f"/proc/{contained.first.pid}/mounts").read_text()
    assert re.search(r"^\S+ / \S+ ro,", mounts, re.MULTILINE), mounts
    assert contained.answers().isdigit()
    assert contained.stop() == 0
