"""The status in words, for a terminal."""

from __future__ import annotations

from typing import Any


def lines(found: dict[str, Any]) -> list[str]:
    """What `status` prints, a line each; `found` is the report of `status`."""
    rows = [
        ("State", _state(found)),
        (
            "Scheduler",
            f"process {found['scheduler_pid']}"
            if found["scheduler_pid"]
            else "not running; start it with: supervisorctl start backup; where that is refused, "
            "start everything (make run, docker compose up -d)",
        ),
        ("Newest", _newest(found["last_verified"])),
        ("Last attempt", _attempt(found["last_attempt"])),
        ("Next slot", found["next_slot"]),
        (
            "Kept",
            f"{found['snapshots']} snapshots, {found['snapshots_bytes'] / 1e6:.1f} MB; "
            f"{found['free_bytes'] / 1e6:,.0f} MB free",
        ),
        ("Drill", _errand(found["drill"], "next") if found["drill"] else "not yet"),
        ("Copy", _copy(found["copy"])),
    ]
    if found["ping"]:
        rows.append(("Ping", _ping(found["ping"])))
    rows.append(("SQLite", found["sqlite_version"]))
    return [f"{name:13} {text}" for name, text in rows]


def _state(found: dict[str, Any]) -> str:
    words = found["state"] + (f": {found['reason']}" if found["reason"] else "")
    return words if found["scheduler_pid"] else f"{words}, but nothing takes the next snapshot"


def _newest(newest: dict[str, Any] | None) -> str:
    if newest is None:
        return "no verified snapshot yet"
    return (
        f"{newest['file']}, verified {newest['finished_at']}, {newest['bytes'] / 1e6:.1f} MB, "
        f"newest event {newest['newest_event']}"
    )


def _attempt(last: dict[str, Any] | None) -> str:
    return f"{last['started_at']} ({last['reason']}): {last['verdict']}" if last else "none"


def _errand(last: dict[str, Any], following: str) -> str:
    words = f"{last['at']} {last['file'] or ''}: {last['verdict']}"
    if last["seconds"] is not None:
        words += f" in {last['seconds']:g} s"
    if last["error"]:
        words += f": {last['error']}"
    if last["running_since"]:
        words += "; one is under way"
    return words + (f"; next {last[following]}" if last[following] else "")


def _copy(last: dict[str, Any] | None) -> str:
    if last is None:
        return "not wanted (BACKUP_COPY_TO is not set)"
    if last["at"] is None:
        return f"to {last['to']}: not yet"
    return f"to {last['to']}: {_errand(last, 'next_try')}"


def _ping(last: dict[str, Any]) -> str:
    return f"{last['at']} {last['event']}: {last['verdict']}" + (
        f": {last['error']}" if last["error"] else ""
    )
