"""What may go wrong, each with the exit code of the command that it ends.

The text of every one is a sentence for the operator: what happened, to what, what to do now.
"""

from __future__ import annotations


class BackupError(Exception):
    """A command could not do what it was asked to."""

    exit_code = 1


class SettingsError(BackupError):
    """A setting cannot be used (EX_CONFIG of sysexits.h)."""

    exit_code = 78


class Busy(BackupError):
    """Somebody else is in the way; the same command works later (EX_TEMPFAIL of sysexits.h)."""

    exit_code = 75


class SourceUnusable(BackupError):
    """The database is not one that a snapshot can be taken of."""


class SourceMissing(SourceUnusable):
    """There is no database yet: no file, or one without tables."""


class VerificationFailed(BackupError):
    """A copy is not what it should be."""
