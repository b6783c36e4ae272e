"""`python -m backup COMMAND`.

Exit codes: 0 done; 1 it failed, the reason is on standard error; 2 wrong arguments; 75 somebody
else is in the way (a second scheduler, a database in use); 78 a setting cannot be used. `status`
ends with 0 only where the scheduler runs and the state is ok or running.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable

from backup import (
    drill,
    ending,
    lineage,
    mounts,
    offsite,
    ping,
    prune,
    restore,
    show,
    snapshot,
    sqlite,
    status,
    verify,
)
from backup.clock import say, to_the_second, utc_now
from backup.errors import BackupError
from backup.folder import Folder
from backup.settings import Settings, load_settings

AFTERWARDS = 30.0
"""Seconds after its own time limit at which the kernel ends a process that hangs."""

LOCK_PATIENCE = snapshot.TIME_LIMIT + 60
"""Seconds to wait for whoever is at work on the snapshots."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = parser().parse_args(arguments)
    command: Callable[[argparse.Namespace, Settings, Folder], int] = args.command
    try:
        sqlite.require_safe_version()
        settings = load_settings()
        folder = Folder(settings.folder)
        if args.command in {_run, _now, _check, _status, _ping}:
            folder.make()
        elif args.command is not _restore:  # which first looks where the database lies
            folder.require()
        return command(args, settings, folder)
    except BackupError as error:
        print(error, file=sys.stderr, flush=True)
        return error.exit_code
    except BrokenPipeError:  # of `… | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"Nothing more could be done: {error}.", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = argparse.ArgumentParser(
        prog="python -m backup",
        description="Verified snapshots of the database.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong arguments, 75 somebody is in the way, "
        "78 a setting cannot be used.",
    )
    commands = top.add_subparsers(metavar="COMMAND", required=True)

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
    add("drill", _drill, "restore the newest snapshot for trial and let the application read it")
    there = add("copy", _copy, "copy the newest snapshot to BACKUP_COPY_TO at once")
    there.add_argument(
        "--scheduled",
        action="store_true",
        help="refuse a place where none of the earlier copies is, as the scheduler does",
    )
    told = add("ping", _ping, "tell the monitor of BACKUP_PING_URL something, for trial")
    told.add_argument("event", nargs="?", choices=ping.EVENTS, default=ping.SUCCESS)
    told.add_argument("--reason", default="by hand", help="what to tell")
    check = add(
        "check", _check, "see that settings, disks and the database will do; the start does it too"
    )
    check.add_argument(
        "--afresh", action="store_true", help="let a new history begin beside the old snapshots"
    )
    cut = add("prune", _prune, "delete the snapshots that the retention no longer keeps")
    cut.add_argument("--dry-run", action="store_true", help="name them, no more")
    told = add("status", _status, "tell how the backups stand")
    told.add_argument("--json", action="store_true", help="as JSON")
    return top


def _run(_args: argparse.Namespace, settings: Settings, _folder: Folder) -> int:
    from backup.scheduler import Scheduler

    remark = mounts.require_local_disk(settings)
    if remark:
        say(remark)
    Scheduler(settings).run()
    return 0


def _now(args: argparse.Namespace, settings: Settings, folder: Folder) -> int:
    teller = ping.Teller(settings)
    try:
        _take(args.reason, settings, folder, teller)
    except BackupError as error:
        teller.tell(ping.FAIL, str(error))
        raise
    return 0


def _take(reason: str, settings: Settings, folder: Folder, teller: ping.Teller) -> None:
    mounts.require_local_disk(settings)
    with folder.lock(LOCK_PATIENCE):
        ending.by_becoming("backup.abandon", str(folder.path))
        ending.not_later_than(snapshot.TIME_LIMIT + AFTERWARDS)
        teller.tell(ping.START, reason)
        made = snapshot.take(settings.database, folder, reason)
        text = (
            f"Snapshot {made.file} verified ({made.reason}): {made.bytes / 1e6:.1f} MB, newest "
            f"event {made.facts.marks.event}, in "
            f"{(made.finished_at - made.taken_at).total_seconds():.2f} s."
        )
        teller.tell(ping.SUCCESS, text)
        say(text)
        for file in prune.prune(folder, utc_now(), settings.retention_days):
            say(f"Deleted {file}: older than the retention keeps.")


def _drill(_args: argparse.Namespace, settings: Settings, folder: Folder) -> int:
    ending.unwind()
    ending.not_later_than(drill.TIME_LIMIT + AFTERWARDS)
    drill.run(settings, folder)
    return 0


def _copy(args: argparse.Namespace, settings: Settings, folder: Folder) -> int:
    ending.unwind()
    ending.not_later_than(offsite.TIME_LIMIT + AFTERWARDS)
    offsite.run(settings, folder, must_know=args.scheduled)
    return 0


def _ping(args: argparse.Namespace, settings: Settings, folder: Folder) -> int:
    ending.unwind()
    ping.send(settings, folder.path, args.event, args.reason)
    print(f"The monitor was told: {args.event}.")
    return 0


def _check(args: argparse.Namespace, settings: Settings, folder: Folder) -> int:
    remark = mounts.require_local_disk(settings)
    lineage.require(settings.database, folder, afresh=args.afresh)
    if remark:
        print(remark)
    print(f"Snapshots of {settings.database} can be taken into {folder.path}.")
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
        print(f"{name:33} has no readable manifest and does not count.")
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
        strangers = [] if args.snapshot else folder.strangers()
        for name in strangers:
            print(f"{name}: has no readable manifest, so nothing vouches for it")
    if damaged or strangers:
        raise BackupError(
            f"{damaged} of {len(chosen)} snapshots no longer match their manifests, and "
            f"{len(strangers)} have none that can be read; look at the disk, then delete them."
        )
    return 0


def _restore(args: argparse.Namespace, settings: Settings, folder: Folder) -> int:
    mounts.require_local_disk(settings)
    folder.require()
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
        print("\n".join(show.lines(found)))
    good = found["state"] in {"ok", "running"} and found["scheduler_pid"] is not None
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
