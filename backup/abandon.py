"""`python -m backup.abandon FOLDER SIGNAL`: what a snapshot becomes that is told to stop.

It has the process id of the snapshot, and sweeps up after it. Where somebody else has the lock by
now, they have done so already.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from backup import attempt
from backup.clock import say
from backup.errors import Busy
from backup.folder import Folder


def main(folder: Folder, number: int) -> int:
    """Sweep, say so in the record of the attempt, and return the exit code for the signal."""
    with suppress(Busy, OSError), folder.lock(patience=1):
        folder.sweep()
        last = attempt.read(folder.path)
        if last and last.verdict == attempt.RUNNING and last.pid == os.getpid():
            why = f"The snapshot was stopped at the step {last.step}."
            attempt.write(folder.path, last.failed(why))
            say(f"{why} Nothing is left of it.")
    return 128 + number


if __name__ == "__main__":
    sys.exit(main(Folder(Path(sys.argv[1])), int(sys.argv[2])))
