"""What the person at the terminal sees: a progress bar, then what came in and what was refused."""

from pathlib import Path
from types import TracebackType
from typing import Self

from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from crmservice.imports.run import Report


class Bar:
    """A bar for each step of a run."""

    def __init__(self) -> None:
        """The bars appear when the context is entered."""
        self._bars = Progress(
            TextColumn("{task.description:<20}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def progress(self, step: str, done: int, whole: int) -> None:
        """Show that `done` of `whole` rows of a step are in."""
        if step not in self._tasks:
            self._tasks[step] = self._bars.add_task(step, total=whole)
        self._bars.update(self._tasks[step], completed=done, total=whole)
        if done >= whole:
            self._bars.stop_task(self._tasks[step])


def show(report: Report, refused: Path) -> None:
    """Print what became of each file, and each refused row with its reason."""
    console = Console(soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    table.add_column(_("file"))
    for heading in (_("new"), _("known"), _("refused")):
        table.add_column(heading, justify="right")
    for name, count in report.counts.items():
        table.add_row(name, str(count.new), str(count.known), str(count.refused))
    console.print(table)
    for oddity in report.oddities:
        console.print(Text(oddity))
    for refusal in report.refusals:
        words = _("%(file)s, line %(line)s, %(key)s: %(reason)s") % refusal._asdict()
        console.print(Text(words))
    console.print(
        Text(
            _("%(count)s rows were refused; they are listed in %(file)s")
            % {"count": len(report.refusals), "file": refused}
        )
    )
