"""`python -m backup COMMAND`.

Exit codes: 0 done; 1 it failed, the reason is on standard error; 2 wrong arguments; 75 somebody
else is in the way (a second scheduler, a database in use); 78 a setting cannot be used. `status`
ends with 0 only where the scheduler runs and the state is ok or running.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from backup import prune, restore, snapshot, sqlite, status, verify
from backup.clock import say, to_the_second, utc_now
from backup.errors import BackupError
from backup.folder import Folder
from backup.settings import Settings, load_settings

LOCK_PATIENCE = snapshot.TIME_LIMIT + 60
"""Seconds to wait for whoever is at work on the snapshots."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace, Settings, Folder], int] = args.command
    try:
        sqlite.require_safe_version()
        settings = load_settings()
        folder = Folder(settings.folder)
        folder.make()
        return command(args, settings, folder)
    except BackupError as error:
        print(error, file=sys.stderr, flush=True)
        return error.exit_code
    except OSError as error:
        print(f"Nothing more could be done: {error}.", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m backup",
        description="Verified snapshots of the database.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong arguments, 75 somebody is in the way, "
        "78 a setting cannot be used.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, handler: object, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=handler)
        return sub

    add("run", _run, "take snapshots by schedule and after changes, until stopped")
    now = add("now", _now, "take a snapshot at once")
    now.add_argument("--reason", default="by hand", help="what the manifest says it was taken for")
    add("list", _list, "list the snapshots, newest first")
    check = add("verify", _verify, "check one snapshot, or all, against their manifests")
    check.add_argument("snapshot", nargs="?", help="its name (all of them if left out)")
    back = add("restore", _restore, "bring a snapshot back")
    back.add_argument("snapshot", nargs="?", help="its name (the newest if left out)")
    back.add_argument("--dry-run", action="store_true", help="show what would change, no more")
    back.add_argument("--force", action="store_true", help="also while programs use the database")
    cut = add("prune", _prune, "delete the snapshots that the retention no longer keeps")
    cut.add_argument("--dry-run", action="store_true", help="name them, no more")
    told = add("status", _status, "tell how the backups stand")
    told.add_argument("--json", action="store_true", help="as JSON")
    return parser


def _run(_args: argparse.Namespace, settings: Settings, _folder: Folder) -> int:
    from backup.scheduler import Scheduler

    Scheduler(settings).run()
    return 0


def _now(args: argparse.Namespace, settings: Settings, folder: Folder) -> int:
    with folder.lock(LOCK_PATIENCE):
        made = snapshot.take(settings.database, folder, args.reason)
        say(
            f"Snapshot {made.file} verified ({made.reason}): {made.bytes / 1e6:.1f} MB, newest "
            f"event {made.facts.marks.event}, in "
            f"{(made.finished_at - made.taken_at).total_seconds():.2f} s."
        )
        for file in prune.prune(folder, utc_now(), settings.retention_days):
            say(f"Deleted {file}: older than the retention keeps.")
    return 0


def _list(_args: argparse.Namespace, _settings: Settings, folder: Folder) -> int:
    snapshots = folder.snapshots()
    if not snapshots:
        print(f"There are no snapshots in {folder.path}.")
    else:
        print(f"{'SNAPSHOT':33} {'TAKEN':23} {'SIZE':>10} {'EVENT':>8}  {'VERDICT':8}  REASON")
    for one in snapshots:
        print(
            f"{one.file:33} {to_the_second(one.taken_at):23} {one.bytes / 1e6:>7.1f} MB "
            f"{one.facts.marks.event:>8}  {one.verdict:8}  {one.reason}"
        )
    for name in folder.strangers():
        print(f"{name:33} has no manifest and does not count.")
    return 0


def _verify(args: argparse.Namespace, _settings: Settings, folder: Folder) -> int:
    with folder.lock(LOCK_PATIENCE):
        chosen = [folder.find(args.snapshot)] if args.snapshot else folder.snapshots()
        damaged = 0
        for one in chosen:
            limit = sqlite.TimeLimit(snapshot.TIME_LIMIT)
            problem = verify.full_check(folder.path / one.file, one, limit)
            folder.write(one.checked(utc_now(), problem))
            damaged += problem is not None
            print(f"{one.file}: {f'damaged: {problem}' if problem else 'verified'}", flush=True)
    if damaged:
        raise BackupError(
            f"{damaged} of {len(chosen)} snapshots no longer match their manifests; look at the "
            "disk, then delete them."
        )
    return 0


def _restore(args: argparse.Namespace, settings: Settings, folder: Folder) -> int:
    with folder.lock(LOCK_PATIENCE):
        plan = restore.plan(settings.database, folder, args.snapshot)
        print("\n".join(plan.lines()), flush=True)
        if args.dry_run:
            print("Nothing was changed.")
        else:
            restore.carry_out(settings.database, folder, plan, force=args.force)
    return 0


def _prune(args: argparse.Namespace, settings: Settings, folder: Folder) -> int:
    with folder.lock(LOCK_PATIENCE):
        gone = prune.prune(folder, utc_now(), settings.retention_days, dry_run=args.dry_run)
    for file in gone:
        print(f"{'Would delete' if args.dry_run else 'Deleted'} {file}")
    print(f"{len(gone)} snapshots {'would go' if args.dry_run else 'deleted'}.")
    return 0


def _status(args: argparse.Namespace, settings: Settings, folder: Folder) -> int:
    found = status.now(settings, folder)
    if args.json:
        print(json.dumps(found, indent=2))
    else:
        _print_status(found)
    good = found["state"] in {"ok", "running"} and found["scheduler_pid"] is not None
    return 0 if good else 1


def _print_status(found: dict[str, Any]) -> None:
    newest, last = found["last_verified"], found["last_attempt"]
    rows = [
        ("State", found["state"] + (f": {found['reason']}" if found["reason"] else "")),
        (
            "Scheduler",
            f"process {found['scheduler_pid']}"
            if found["scheduler_pid"]
            else "not running; start it with: supervisorctl start backup",
        ),
        (
            "Newest",
            f"{newest['file']}, verified {newest['finished_at']}, "
            f"{newest['bytes'] / 1e6:.1f} MB, newest event {newest['newest_event']}"
            if newest
            else "no verified snapshot yet",
        ),
        (
            "Last attempt",
            f"{last['started_at']} ({last['reason']}): {last['verdict']}" if last else "none",
        ),
        ("Next slot", found["next_slot"]),
        (
            "Kept",
            f"{found['snapshots']} snapshots, {found['snapshots_bytes'] / 1e6:.1f} MB; "
            f"{found['free_bytes'] / 1e6:,.0f} MB free",
        ),
        ("SQLite", found["sqlite_version"]),
    ]
    for name, text in rows:
        print(f"{name:13} {text}")


if __name__ == "__main__":
    sys.exit(main())
