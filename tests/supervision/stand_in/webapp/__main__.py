"""`python -m webapp prepare` and `catalog update`."""

import subprocess
import sys
import time
from pathlib import Path

if sys.argv[1:] == ["prepare"]:
    if Path("fail-prepare").exists():
        sys.exit("The database was written by a newer version: install that one.")
    if Path("slow-prepare").exists():
        Path("preparing").touch()
        time.sleep(60)
    database = Path("data") / "ke_wp_mapping.db"  # a start after this one misses it if it is gone
    database.parent.mkdir(exist_ok=True)
    database.write_text("a stand-in for a database", encoding="utf-8")
    print("Prepared: http://localhost", flush=True)
elif sys.argv[1:] == ["catalog", "update"]:
    if Path("leave-orphans").exists():
        # The shell ends at once, and its children run on without a parent.
        orphans = "for n in 1 2 3 4 5; do sleep 300 & done"
        subprocess.run(["sh", "-c", orphans], stdout=subprocess.DEVNULL, check=True)
    print("The stand-in's catalog is up to date.", flush=True)
    sys.exit("The stand-in has no catalog." if Path("fail-catalog").exists() else 0)
else:
    sys.exit(f"The stand-in does not know {sys.argv[1:]}.")
