"""The loop of `python -m backup run`: looks every two seconds, starts snapshots, reports.

Each snapshot is a process of its own, `python -m backup now`: copying is one long call into SQLite
that nothing in the same process could end. A failed one is tried again after a while that doubles.
The drill and the copy elsewhere run beside, and nothing waits for them. SIGTERM ends the loop at
once, and whatever is under way with it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from backup import (
    attempt,
    clock,
    drill,
    files,
    locks,
    offsite,
    ping,
    schedule,
    snapshot,
    sqlite,
    status,
    verify,
)
from backup.clock import say
from backup.errand import Errand
from backup.errors import BackupError, Busy
from backup.folder import Folder
from backup.settings import ROOT, Settings

POLL = 2.0
HEARTBEAT = 30.0
LAST_RESORT = 60.0
"""Seconds that an errand has for ending by itself after its own time limit."""
LONGEST_PAUSE = timedelta(minutes=1)
"""After a fault of the scheduler itself; longer, and it would seem to have died."""
TAKEOVER = 1.0
"""Seconds to try for the scheduler's lock, which `status` looks at for an instant."""


class Scheduler:
    """One installation's scheduler; times in seconds."""

    def __init__(
        self,
        settings: Settings,
        *,
        poll: float = POLL,
        time_limit: float = snapshot.TIME_LIMIT,
        first_retry: float = schedule.FIRST_RETRY.total_seconds(),
        errand_limit: float | None = None,
    ) -> None:
        self._settings = settings
        self._folder = Folder(settings.folder)
        self._poll = poll
        self._time_limit = time_limit
        self._first_retry = timedelta(seconds=first_retry)
        self._database = status.Database()
        self._failures = 0
        self._unrecorded: attempt.Attempt | None = None
        self._rest_until = 0.0
        self._reported: dict[str, Any] = {}
        self._reported_at = 0.0
        self._write_problem = ""
        self._teller = ping.Teller(settings)
        self._drill = Errand(
            drill.NAME,
            limit=errand_limit or drill.TIME_LIMIT + LAST_RESORT,
            swept=lambda: drill.sweep(settings, self._folder),
        )
        self._copy = Errand(
            offsite.NAME, "--scheduled", limit=errand_limit or offsite.TIME_LIMIT + LAST_RESORT
        )

    def run(self) -> None:
        """Run until SIGTERM or SIGINT; raises `Busy` where another scheduler runs."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        self._folder.make()
        try:
            with locks.hold(self._folder.path / locks.SCHEDULER, TAKEOVER):
                self._loop()
        except SystemExit:
            self._stop_errands()
            say("Scheduler stopped.")
            raise
        except Busy:
            pid = locks.holder(self._folder.path / locks.SCHEDULER)
            raise Busy(
                f"Another scheduler (process {pid}) works in {self._folder.path}; there is nothing "
                "to do for a second one."
            ) from None

    def _loop(self) -> None:
        settings = self._settings
        say(
            f"Scheduler started: {settings.database} to {settings.folder}, at "
            f"'{settings.schedule}' and {settings.min_interval} after changes."
        )
        with suppress(Busy), self._folder.lock(patience=0):
            for name in self._folder.sweep():
                say(f"Removed {name}, left by a process that was killed.")
        drill.sweep(settings, self._folder)
        faults = 0
        while True:
            try:
                self.tick()
                faults, pause = 0, self._poll
            except Exception as error:  # noqa: BLE001 - the loop outlives a disk that is gone, and our own mistakes
                faults += 1
                pause = schedule.retry_delay(faults, LONGEST_PAUSE).total_seconds()
                if not isinstance(error, BackupError | OSError):
                    traceback.print_exc()
                say(f"The scheduler could not do its work: {error}. Next try in {pause:g} s.")
            time.sleep(pause)

    def tick(self) -> None:
        """Look once, and do what is due."""
        now = clock.utc_now()
        looked = self._look()
        at = self._report(now)
        self._look_after_errands(at)
        if not looked:  # somebody is at work on the snapshots
            return
        resting = time.monotonic() < self._rest_until
        reason = schedule.due(
            now,
            at.newest,
            self._database.marks,
            at.slot,
            at.interval,
            failed=at.attempt is not None and at.attempt.verdict == attempt.FAILED,
        )
        if reason and not resting:
            self._snapshot(reason)
        elif not resting:
            self._recheck(now)
        self._report(clock.utc_now())

    def _look(self) -> bool:
        """Look at the database, unless somebody else works there; says what has changed."""
        try:
            # Under the lock, so that `restore` never finds us in its way.
            with self._folder.lock(patience=0):
                seen = status.look(self._settings)
        except Busy:
            return False
        if seen.problem and seen.problem != self._database.problem:
            say(seen.problem)
        elif self._database.problem and not seen.problem:
            say(f"The database {self._settings.database} can be read now.")
        self._database = seen
        return True

    def _snapshot(self, reason: str) -> None:
        """Take a snapshot in a process of its own; a failure makes us rest."""
        started = clock.utc_now()
        command = [sys.executable, "-m", "backup", "now", "--reason", reason]
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
            try:
                error = self._wait(process)
            finally:
                process.kill()  # does nothing to one that has ended
                killed = process.wait() < 0
                if killed:
                    self._clean_up(started)
        self._unrecorded = None
        if error is None:
            self._failures = 0
        else:
            self._remember(attempt.Attempt(reason, started, process.pid).failed(error))
            if killed:  # it could not tell of it itself
                self._teller.tell(ping.FAIL, error)
            self._rest(f"The snapshot failed ({reason}): {error}")

    def _wait(self, process: subprocess.Popen[str]) -> str | None:
        """Wait for the snapshot's end, still reporting; returns what went wrong."""
        end = time.monotonic() + self._time_limit
        while True:
            try:
                _, stderr = process.communicate(timeout=self._poll)
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() > end:
                    return f"It took longer than {self._time_limit:g} s and was ended."
                self._look_after_errands(self._report(clock.utc_now()))
        if process.returncode == 0:
            return None
        return stderr.strip() or f"Its process ended with code {process.returncode}."

    def _clean_up(self, started: datetime) -> None:
        """Sweep up after a snapshot that we ended, and say so in its record."""
        with suppress(Busy, OSError), self._folder.lock(patience=1):
            self._folder.sweep()
            last = attempt.read(self._folder.path)
            if last and last.started_at >= started and last.verdict == attempt.RUNNING:
                attempt.write(self._folder.path, last.died())

    def _remember(self, failed: attempt.Attempt) -> None:
        """Keep a failure in mind that its process could not write down, as on a full disk."""
        last = attempt.read(self._folder.path)
        if last is None or last.pid != failed.pid or last.verdict != attempt.FAILED:
            self._unrecorded = failed

    def _rest(self, problem: str) -> None:
        self._failures += 1
        longest = self._settings.min_interval
        delay = schedule.retry_delay(self._failures, longest, self._first_retry)
        self._rest_until = time.monotonic() + delay.total_seconds()
        say(f"{problem} Next try in {delay}.")

    def _recheck(self, now: datetime) -> None:
        """Compare the bytes of one snapshot with its manifest, if that was not done for a day."""
        with suppress(Busy), self._folder.lock(patience=0):
            one = schedule.to_recheck(self._folder.snapshots(), now)
            if one is None:
                return
            limit = sqlite.TimeLimit(self._time_limit)
            problem = verify.recheck(self._folder.path / one.file, one, limit)
            self._folder.write(one.checked(now, problem))
            if problem:
                say(f"{one.file} is damaged: {problem}. Look at the disk, then delete the file.")

    def _look_after_errands(self, at: status.Situation) -> None:
        for errand, wanted in ((self._drill, at.next_drill), (self._copy, at.next_copy)):
            errand.look_after(due=wanted is not None and wanted <= at.now)

    def _stop_errands(self) -> None:
        for errand in (self._drill, self._copy):
            errand.tell_to_stop()
        for errand in (self._drill, self._copy):
            errand.stop()

    def _report(self, now: datetime) -> status.Situation:
        """Write `status.json` if it says something new or the last one is half a minute old."""
        situation = status.situation(self._settings, self._folder, now, self._database)
        known, last = self._unrecorded, situation.attempt
        if known and (not last or last.pid == known.pid or last.started_at < known.started_at):
            situation = replace(situation, attempt=known)
        found = status.report(self._settings, self._folder, situation)
        compared = {**found, "written_at": None, "free_bytes": None}
        beat = time.monotonic() - self._reported_at > HEARTBEAT
        if compared == self._reported and not beat:
            return situation
        try:
            text = json.dumps({**found, "scheduler_pid": os.getpid()}, indent=2) + "\n"
            files.write_note(self._folder.path / status.NAME, text)
        except OSError as error:
            problem = f"{status.NAME} could not be written: {error.strerror}."
            if problem != self._write_problem:
                say(problem)
            self._write_problem = problem
            return situation
        self._write_problem = ""
        self._reported, self._reported_at = compared, time.monotonic()
        return situation


def _stop(number: int, _frame: FrameType | None) -> None:
    # Every step may be cut off anywhere, so nothing has to be waited for.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(0)
