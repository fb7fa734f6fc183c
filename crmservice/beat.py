"""When a duty's turn is: kept in memory, and at once after a start."""

from datetime import UTC, datetime
from typing import Any

from celery.beat import Scheduler
from django.utils.timezone import now

LONG_AGO = datetime.fromtimestamp(0, UTC)


class CatchUp(Scheduler):
    """Needs no file: at its start every duty is due, so what was missed meanwhile is done now.

    So it is after the clock was set back: turns that lie ahead of it again would only be waited
    for (R-18).
    """

    last_tick_at = LONG_AGO

    def setup_schedule(self) -> None:
        super().setup_schedule()
        self.begin_anew()

    def begin_anew(self) -> None:
        for entry in self.schedule.values():
            entry.last_run_at = LONG_AGO
        self._heap = None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        at = now()
        if at < self.last_tick_at:
            self.begin_anew()
        self.last_tick_at = at
        return super().tick(*args, **kwargs)
