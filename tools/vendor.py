"""Copy what browsers load, with its licence, from `node_modules/` to `webapp/static/vendor/`.

Only the files named here are served; the folder is made anew each time and never committed.
"""

import shutil
import sys
from pathlib import Path

MODULES = Path("node_modules")
VENDOR = Path("webapp/static/vendor")

FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
}
"""From, below `node_modules/`; to, below `webapp/static/vendor/`."""


def main() -> int:
    """Copy all files, or say which one is missing."""
    missing = [source for source in FILES if not (MODULES / source).is_file()]
    if missing:
        print(
            f"npm did not install {', '.join(missing)}: run `make clean vendor`.", file=sys.stderr
        )
        return 1
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for source, target in FILES.items():
        shutil.copyfile(MODULES / source, VENDOR / target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
