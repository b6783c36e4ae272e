"""`make env`: write `.env` from `.env.example`, with a fresh secret, for its owner's eyes alone.

In a `.env` that is there, a secret that is missing or empty is filled in and nothing else changed.
Runs with any Python 3, as a container's operator needs it before anything is installed.
"""

import os
import re
import secrets
import sys

SECRET = re.compile(r"(?m)^(?:export[ \t]+)?FLASK_SECRET_KEY[ \t]*(?:=(?P<value>.*))?$")
"""The line of the secret, also as a shell or a careless hand writes it."""

SECRET_FILE = re.compile(r"(?m)^(?:export[ \t]+)?FLASK_SECRET_KEY_FILE[ \t]*=(.*)$")

NOTHING = {"", "''", '""'}


def main() -> int:
    """Write `.env` or complete it; says what it did."""
    try:
        if os.path.exists(".env"):
            return complete()
        with open(".env.example", encoding="utf-8") as example:
            write(with_secret(example.read()))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        print(f".env could not be written: {reason}.", file=sys.stderr)
        return 1
    print("Wrote .env with a secret of its own. Look through it; the defaults work.")
    return 0


def complete() -> int:
    """Fill in the secret of the `.env` that is there, if it has none."""
    with open(".env", encoding="utf-8", newline="") as file:
        text = file.read()
    if any(one[1].strip() not in NOTHING for one in SECRET_FILE.finditer(text)):
        print("There is a .env already, and its secret is in a file; it stays as it is.")
        return 0
    found = list(SECRET.finditer(text))
    if found and (found[-1]["value"] or "").split("#")[0].strip() not in NOTHING:
        print("There is a .env already; it stays as it is.")
        return 0
    write(with_secret(text))
    print("Put a fresh secret into .env; the rest of it stays as it is.")
    return 0


def with_secret(text: str) -> str:
    """`text` with a fresh secret in the place of the last empty one, or at its end."""
    line = "FLASK_SECRET_KEY=" + secrets.token_hex(32)
    found = list(SECRET.finditer(text))
    if found:
        tail = "\r" if found[-1].group().endswith("\r") else ""
        return text[: found[-1].start()] + line + tail + text[found[-1].end() :]
    return text + ("\n" if text and not text.endswith("\n") else "") + line + "\n"


def write(text: str) -> None:
    """Replace `.env` whole, readable by its owner alone."""
    target = os.path.realpath(".env")  # which may be a link
    new = target + ".new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        os.chmod(new, 0o600)
        file.write(text)
    os.replace(new, target)


if __name__ == "__main__":
    sys.exit(main())
