"""`make env`: write `.env` from `.env.example`, with a fresh secret, for its owner's eyes alone.

Runs with any Python 3, as a container's operator needs it before anything is installed.
"""

import os
import re
import secrets
import sys


def main() -> int:
    """Write `.env` unless there is one; an existing one is never changed."""
    with open(".env.example", encoding="utf-8") as example:
        line = "FLASK_SECRET_KEY=" + secrets.token_hex(32)
        text, found = re.subn(r"(?m)^FLASK_SECRET_KEY=.*$", line, example.read())
    if found != 1:
        print(".env.example must have one line FLASK_SECRET_KEY=.", file=sys.stderr)
        return 1
    try:
        descriptor = os.open(".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print("There is a .env already; it stays as it is.")
        return 0
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    print("Wrote .env with a secret of its own. Look through it; the defaults work.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
