"""`python -m backup run` and `now`."""

import signal
import sys
from pathlib import Path

if Path("fail-backup").exists():
    sys.exit("The stand-in backup was told to fail.")
if sys.argv[1:] == ["run"]:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("Waiting for the next slot.")
    while True:
        signal.pause()
print("A snapshot was made.")
