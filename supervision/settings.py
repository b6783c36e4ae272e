"""Settings that supervision and `gunicorn.conf.py` read: environment, then `.env`, then default.

The names and defaults that the application also knows are the same as in its own table. An empty
value means the default. A value that cannot be used raises `StartError`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import parse_stream

from supervision.errors import StartError


class Settings:
    """Reads settings of the installation in the folder `root`."""

    def __init__(self, root: Path, environment: Mapping[str, str] | None = None) -> None:
        self.root = root
        self._environment = os.environ if environment is None else environment
        self._file = read_env_file(root / ".env")

    def text(self, name: str, default: str) -> str:
        """The value of `name`, or `default` where it is unset or empty."""
        return self._environment.get(name) or self._file.get(name) or default

    def whole(self, name: str, default: int, lowest: int, highest: int) -> int:
        """The value of `name` as a whole number from `lowest` to `highest`."""
        value = self.text(name, str(default))
        try:
            number = int(value)
        except ValueError:
            number = None
        if number is None or not lowest <= number <= highest:
            raise StartError(
                f"{name} is {value!r} and cannot be used: give a whole number from {lowest} to "
                f"{highest}."
            )
        return number

    def yes_no(self, name: str, default: bool) -> bool:
        """The value of `name` as yes or no."""
        value = self.text(name, "yes" if default else "no").lower()
        if value in {"1", "yes", "true", "on"}:
            return True
        if value in {"0", "no", "false", "off"}:
            return False
        raise StartError(f"{name} is {value!r} and cannot be used: give yes or no.")

    def one_of(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """The value of `name`, which must be one of `allowed`."""
        value = self.text(name, default).lower()
        if value not in allowed:
            raise StartError(
                f"{name} is {value!r} and cannot be used: give one of {', '.join(allowed)}."
            )
        return value

    def folder(self, name: str, default: str) -> Path:
        """The value of `name` as a path; a relative one starts at the root folder."""
        return self.root / self.text(name, default)

    @property
    def data_dir(self) -> Path:
        """Folder of everything that must be kept."""
        return self.folder("DATA_DIR", "data")

    @property
    def log_dir(self) -> Path:
        """Folder of the rotated log files."""
        return self.folder("LOG_DIR", "logs")

    @property
    def backup_dir(self) -> Path:
        """Folder of the verified snapshots."""
        return self.folder("BACKUP_DIR", f"{self.data_dir}/backups")

    @property
    def database(self) -> Path:
        """The database file."""
        return self.folder("DATABASE_PATH", f"{self.data_dir}/ke_wp_mapping.db")

    @property
    def host(self) -> str:
        """Address to listen on."""
        return self.text("HOST", "0.0.0.0")  # noqa: S104 - a container's port is published by its operator

    @property
    def port(self) -> int:
        """Port to listen on."""
        return self.whole("PORT", 5000, 1, 65535)


def read_env_file(file: Path) -> dict[str, str]:
    """The values in a `.env` file; empty where there is none. Raises `StartError`."""
    found = {}
    try:
        if not file.exists():
            return {}
        with file.open(encoding="utf-8") as stream:
            for one in parse_stream(stream):
                if one.error:
                    text = one.original.string
                    line = one.original.line + text[: -len(text.lstrip())].count("\n")
                    raise StartError(
                        f"Line {line} of {file} cannot be read: "
                        "write NAME=value, or # before a remark."
                    )
                if one.key:
                    found[one.key] = one.value or ""
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StartError(f"{file} cannot be read: {reason}.") from None
    return found
