"""How an import looks in a terminal: progress on standard error, the summary on standard output."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from types import TracebackType

from rich import box
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table

from webapp.catalog.download import Watch
from webapp.catalog.report import LABELS, ImportReport
from webapp.catalog.sources.files import Tick

SHOWN_REMARKS = 4
"""How many reported lines of each kind the summary shows; `--report FILE` has them all."""


class ConsoleProgress:
    """Bars where standard error is a terminal, one plain line a file where it is a log."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._bars = Progress(
            TextColumn(
                "{task.description}",
                table_column=Column(max_width=40, no_wrap=True, overflow="ellipsis"),
            ),
            BarColumn(),
            TaskProgressColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )

    def __enter__(self) -> ConsoleProgress:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def file(self, name: str, size: int) -> Tick:
        """A bar for reading one file."""
        task = self._bars.add_task(f"Reading {name}", total=size)
        if self._bars.disable:
            self.say(f"Reading {name}.")
        return lambda count: self._bars.advance(task, count)

    def download(self, name: str) -> Watch:
        """A bar for fetching one file."""
        task = self._bars.add_task(f"Fetching {name}", total=None)
        return lambda done, expected: self._bars.update(task, completed=done, total=expected)

    def step(self, text: str) -> None:
        """Say what happens after reading."""
        for task in self._bars.tasks:
            self._bars.update(task.id, completed=task.total or task.completed)
        self.say(f"{text}.")

    def say(self, text: str) -> None:
        """One plain line above the bars."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def print_report(report: ImportReport) -> None:
    """Print the summary table, the releases, and the first lines of what was reported."""
    console = Console()
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Catalog import", no_wrap=True)
    for heading in ("New", "Changed", "Returned", "Retired", "Unchanged", "Reported", "Live"):
        table.add_column(heading, justify="right", no_wrap=True)
    for kind, counts in report.kinds.items():
        numbers = (
            counts.new,
            counts.changed,
            counts.returned,
            counts.retired,
            counts.unchanged,
            counts.reported,
            counts.live,
        )
        table.add_row(LABELS[kind], *(f"{number:,}" for number in numbers))
    console.print(table)
    for release in report.releases:
        state = f"release {release.id}" + ("" if release.added else ", known already")
        _line(
            console,
            f"{release.source}: {release.file_name}, version {release.version or 'not stated'}, "
            f"{release.records:,} records ({state})",
        )
    for note in report.notes:
        _line(console, note)
    _print_remarks(console, report)
    _line(
        console,
        f"{'Done' if report.touched else 'Nothing changed'} in {report.seconds:.1f} s; "
        f"writing took {report.locked_seconds:.2f} s.",
    )


def _print_remarks(console: Console, report: ImportReport) -> None:
    seen: Counter[str] = Counter()
    for file_name, remark in report.remarks:
        seen[remark.kind] += 1
        if seen[remark.kind] <= SHOWN_REMARKS:
            place = f"{file_name}, line {remark.line}: " if remark.line else ""
            _line(console, f"Reported: {place}{remark.text}")
    hidden = sum(max(0, count - SHOWN_REMARKS) for count in seen.values())
    if hidden:
        _line(console, f"Reported: {hidden:,} more; `--report FILE` writes them all.")


def write_remarks(report: ImportReport, path: Path) -> None:
    """Write all that was reported as a table: kind, file, line, text; separated by tabs."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, dialect="excel-tab", lineterminator="\n")
        writer.writerow(("kind", "file", "line", "text"))
        for file_name, remark in report.remarks:
            writer.writerow((remark.kind, file_name, remark.line or "", remark.text))


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
