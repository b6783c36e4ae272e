"""The folders that must exist and be writable before anything is started."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from supervision.errors import StartError


def make_writable(what: str, folder: Path, root: Path, files: str = "") -> None:
    """Make `folder` if it is missing and see that a file can be written into it.

    The files in it whose names match the pattern `files` must be writable too: a start as root
    leaves some that a later start as somebody else cannot continue. `what` names the folder in the
    sentence of the `StartError` that is raised where any of that fails.
    """
    try:
        # A link whose target is gone (run/ in the image leads to a fresh tmpfs) gets its target.
        Path(os.path.realpath(folder)).mkdir(parents=True, exist_ok=True)
        # Only writing tells: permission bits say nothing of read-only mounts and full quotas.
        with tempfile.TemporaryFile(dir=folder):
            pass
        found = [file for file in folder.glob(files) if file.is_file()] if files else []
        if not all(os.access(file, os.W_OK) for file in found):
            raise PermissionError
    except PermissionError:
        user, group = os.geteuid(), os.getegid()
        shown = folder.relative_to(root) if folder.is_relative_to(root) else folder
        raise StartError(
            f"The {what} folder {folder} is not writable for user id {user}. Give it to that user, "
            f"for a container where it is mounted from: sudo chown -R {user}:{group} {shown}"
        ) from None
    except (FileExistsError, NotADirectoryError):
        raise StartError(
            f"The {what} folder {folder} is not a folder: move the file of that name away."
        ) from None
    except OSError as error:
        raise StartError(
            f"The {what} folder {folder} cannot be written to: {error.strerror}."
        ) from None
