import subprocess
import sys

import pytest

from webapp.settings import ROOT


@pytest.mark.parametrize("package", ["webapp", "backup", "supervision"])
def test_without_the_packages(package: str) -> None:
    # -S leaves site-packages out, as the system's Python lacks ours.
    done = subprocess.run(
        [sys.executable, "-S", "-m", package, "status"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("This Python lacks the packages of requirements.txt: use ")
    assert done.stderr.count("\n") == 1
