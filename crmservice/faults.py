"""Points at which a test kills the process, as a power cut would (trust.md F-01 to F-05).

`CRMSERVICE_FAULT=delivery.sent` ends the process by SIGKILL when it first comes by that point;
`delivery.sent:3` the third time. The settings refuse the variable outside test mode.
"""

import os
import signal

from django.conf import settings

passed = 0


def point(name: str) -> None:
    global passed  # noqa: PLW0603  (one process, one fault)
    wanted, _, turn = settings.FAULT.partition(":")
    if name != wanted:
        return
    passed += 1
    if passed == int(turn or 1):
        os.kill(os.getpid(), signal.SIGKILL)
