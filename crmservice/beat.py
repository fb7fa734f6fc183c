"""When a duty's turn is: kept in memory, and at once after a start."""

from datetime import UTC, datetime

from celery.beat import Scheduler

LONG_AGO = datetime.fromtimestamp(0, UTC)


class CatchUp(Scheduler):
    """Needs no file: at its start every duty is due, so what was missed meanwhile is done now."""

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.last_run_at = LONG_AGO
