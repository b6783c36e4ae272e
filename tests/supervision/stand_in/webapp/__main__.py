"""`python -m webapp prepare` and `catalog update`."""

import sys
import time
from pathlib import Path

if sys.argv[1:] == ["prepare"]:
    if Path("fail-prepare").exists():
        sys.exit("The database was written by a newer version: install that one.")
    if Path("slow-prepare").exists():
        Path("preparing").touch()
        time.sleep(60)
    print("Prepared: http://localhost", flush=True)
elif sys.argv[1:] == ["catalog", "update"]:
    sys.exit("The stand-in has no catalog." if Path("fail-catalog").exists() else 0)
else:
    sys.exit(f"The stand-in does not know {sys.argv[1:]}.")
