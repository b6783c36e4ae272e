"""User, mount and process namespaces of our own, so that nothing of a campaign outlives it.

In them we may mount small disks and fill them, and when we end, however, the kernel ends every
process that we started (unshare(1), pid_namespaces(7)).
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import NoReturn

INSIDE = "KEWP_FAULTS_INSIDE"

UNSHARE = "unshare --user --map-root-user --mount --pid --fork --kill-child --mount-proc".split()


def inside() -> bool:
    """Whether we are in namespaces of our own."""
    return os.environ.get(INSIDE) == "1"


def obstacle() -> str:
    """Why none can be had here; an empty text where they can."""
    command = [*UNSHARE, "sh", "-c", "mount -t tmpfs none /mnt"]
    try:
        probe = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except OSError as error:
        return str(error)
    return probe.stderr.strip() if probe.returncode else ""


def enter(arguments: list[str]) -> NoReturn:
    """Start again inside, with the same arguments."""
    # The shell is process 1 and, waiting for us, reaps the orphans of whatever is killed.
    shell = ["sh", "-c", '"$@"; exit $?', "sh"]
    again = [sys.executable, "-m", "tests.faults", *arguments]
    os.execvpe(UNSHARE[0], [*UNSHARE, *shell, *again], {**os.environ, INSIDE: "1"})
