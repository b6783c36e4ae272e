"""What a restore makes necessary: it stands in the record, and who was erased is erased again.

`python -m backup restore` knows nothing of the application. It leaves a line in `restored.jsonl` in
the folder of snapshots; the next start takes it into the record.
"""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from webapp.accounts import audit, erasure
from webapp.accounts.models import AuditEvent
from webapp.database import Database
from webapp.settings import Settings

log = logging.getLogger(__name__)


def settle(settings: Settings, database: Database, runtime: Database) -> None:
    """Record restores that nobody recorded yet, and erase anew whoever came back by one."""
    marks = settings.backup_dir / "restored.jsonl"
    found = _read(marks)
    if found:
        with database.write() as session:
            known = {
                (one.subject, one.detail.get("at"))
                for one in session.scalars(
                    select(AuditEvent).where(AuditEvent.act == "database.restore")
                )
            }
            for file, at in found:
                if (file, at) not in known:
                    audit.record(session, "database.restore", file, at=at)
        with suppress(OSError):  # it is recorded; a line that stays is not recorded twice
            marks.unlink()
    if count := erasure.again(settings, database, runtime):
        log.warning("%d people came back with the restored database and were erased again", count)


def _read(marks: Path) -> list[tuple[str, str]]:
    try:
        lines = marks.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        with suppress(ValueError, KeyError, TypeError):  # half a line, by a power cut
            one = json.loads(line)
            found.append((str(one["file"]), str(one["at"])))
    return found
