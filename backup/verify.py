"""Whether a copy is good: sound as a database, and the same as what it was taken of.

SQLite's own checks find broken structure but seldom a flipped bit inside text; that is what the
SHA-256 in the manifest is for, and why it is computed again every day.
"""

from __future__ import annotations

from pathlib import Path

from backup import files, sqlite
from backup.errors import BackupError, VerificationFailed
from backup.facts import Facts, check_identity, read_facts
from backup.manifest import Manifest


def examine(path: Path, limit: sqlite.TimeLimit) -> Facts:
    """Check the database file `path` by SQLite's means and say what it holds.

    Raises `VerificationFailed` where it is not sound, `TooLong` after the limit.
    """
    # Immutable: needs no lock and no place for a WAL, so a read-only folder is fine as well.
    connection = None
    try:
        connection = sqlite.connect(path, "ro", immutable=True)
        limit.bound(connection)
        found = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
        if found != ["ok"]:
            raise VerificationFailed(f"integrity_check: {'; '.join(found)}")
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
        if broken:
            raise VerificationFailed(
                f"foreign_key_check: row {broken[1]} of {broken[0]} refers to nothing in "
                f"{broken[2]}"
            )
        check_identity(connection, "it")
        return read_facts(connection)
    except sqlite.Error as error:
        limit.check()  # an interrupted query is a matter of time
        raise VerificationFailed(f"it cannot be read: {error}") from error
    finally:
        if connection is not None:
            connection.close()


def recheck(path: Path, manifest: Manifest, limit: sqlite.TimeLimit) -> str | None:
    """Compare the snapshot `path` with its manifest, byte for byte; what is wrong, or None.

    Raises `TooLong`, and `FileNotFoundError` where it was deleted meanwhile.
    """
    size = path.stat().st_size
    if size != manifest.bytes:
        return f"it has {size} bytes instead of {manifest.bytes}"
    try:
        found = files.sha256(path, limit.check)
    except FileNotFoundError:
        raise
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    if found != manifest.sha256:
        return "its bytes have changed since it was verified (SHA-256 differs)"
    return None


def full_check(path: Path, manifest: Manifest, limit: sqlite.TimeLimit) -> str | None:
    """As `recheck`, and by SQLite's means and against the facts in the manifest besides."""
    problem = recheck(path, manifest, limit)
    if problem:
        return problem
    try:
        differences = manifest.facts.differences(examine(path, limit))
    except sqlite.TooLong:
        raise
    except BackupError as error:
        return str(error)
    return "; ".join(differences) or None
