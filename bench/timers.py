"""make bench-timers: how late a breach is seen, with so many clocks open (trust.md R-07, F-16).

    BENCH_N=100000 python bench/timers.py

The database of `make bench` of that size is copied, and every open request in it gets further clocks until as
many are open as there are requests; then one in a hundred falls due within one minute, and one real process with worker and
beat, as `make run` has it, finds them. How late each was seen is the moment when its line of the trail was written
less the due time. Before that, what the sweeps cost when nothing is due.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from run import ROOT, SERVER, SIZE, exists, psql, run

DUE, WITHIN = SIZE // 100, 60  # so many clocks in so many seconds
PATIENCE = 600
SOURCE, NAME = f"crm_bench_{SIZE}", f"crm_timers_{SIZE}"
ENVIRONMENT = {
    "CRMSERVICE_MODE": "test",
    "DATABASE_URL": urlsplit(SERVER)._replace(path=f"/{NAME}").geturl(),
    "REDIS_URL": "",
    "EMAIL_URL": "",
    "DJANGO_SECRET_KEY": "bench-" + "0" * 60,
    "PYTHONPATH": str(ROOT),
}
QUIET = """
    update service_requests_slatimer set warns_at = null, breached_at = due_at
        where stopped_at is null and breached_at is null and due_at is not null;
    update service_requests_servicerequest set climbs_at = null where climbs_at is not null;
"""
OPEN = """
    with request as (
        select id from service_requests_servicerequest where status in ('new', 'in_progress', 'waiting')
    )
    insert into service_requests_slatimer (service_request_id, target, spell, minutes, next_business_day, cancelled,
        started_at, due_at, risk_at, warns_at, warned, calendar_id, calendar_version)
    select request.id, target, 1000 + round, 1440, false, false, now(),
        now() + interval '30 days', now() + interval '22 days', now() + interval '15 days', 0,
        (select min(id) from employees_workingcalendar), 1
    from request
        cross join (values ('response'), ('arrival'), ('restore'), ('resolve')) as targets (target)
        cross join generate_series(1, {count} / (4 * (select count(*) from request)) + 1) as round
    order by round, target, request.id limit {count}
"""
FALL_DUE = """
    with chosen as (
        select id, row_number() over (order by id) as place from (
            select min(id) as id from service_requests_slatimer
            where due_at > now() + interval '20 days' and stopped_at is null and breached_at is null
            group by service_request_id order by random() limit {count}
        ) as one
    )
    update service_requests_slatimer as timer
    set due_at = now() + interval '20 seconds' + chosen.place * interval '{step} seconds', warns_at = null
    from chosen where chosen.id = timer.id
"""
LEFT = "select count(*) from service_requests_slatimer where due_at < now() + interval '1 day' and breached_at is null and stopped_at is null"
LATE = """
    select percentile_disc(array[0.5, 0.99, 1.0])
        within group (order by round(extract(epoch from entered_at - at)::numeric, 1))
    from activity_activity where id > {last} and verb like 'service_requests.%\\_overdue'
"""
NOTHING_DUE = """
import json, time
from django.utils.timezone import now
from service_requests import actions
def cost(duty):
    begun = time.perf_counter()
    duty(at=now())
    return (time.perf_counter() - begun) * 1000
print(json.dumps({duty.__name__: sorted(cost(duty) for _ in range(21))[10]
    for duty in (actions.record_breaches, actions.warn, actions.climb_due, actions.expire_holds)}))
"""


def main() -> None:
    if not exists(SOURCE):
        sys.exit(f"Run `make bench` with BENCH_N={SIZE} first: this one copies its database.")
    psql("postgres", f"drop database if exists {NAME}")
    psql("postgres", f"create database {NAME} template {SOURCE}")
    try:
        measure()
    finally:
        psql("postgres", f"drop database {NAME}")


def measure() -> None:
    run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], ENVIRONMENT, ROOT)
    psql(NAME, QUIET)
    psql(NAME, OPEN.format(count=SIZE))
    psql(NAME, "vacuum analyze service_requests_slatimer")
    opened = psql(
        NAME,
        "select count(*) from service_requests_slatimer where stopped_at is null and breached_at is null",
    )
    print(f"{int(opened):,} clocks open")
    for duty, spent in nothing_due().items():
        print(f"{duty} with nothing due: {spent:.1f} ms")
    last = psql(NAME, "select coalesce(max(id), 0) from activity_activity").strip()
    worker = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/delivery/worker.py")],
        env={**os.environ, **ENVIRONMENT},
        cwd=ROOT,
    )
    try:
        Event().wait(10)  # it has started, and done once what every duty does
        psql(NAME, FALL_DUE.format(count=DUE, step=WITHIN / DUE))
        wait_until_all_are_seen()
        memory = peak_of(worker.pid)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    half, most, worst = psql(NAME, LATE.format(last=last)).strip().strip("{}").split(",")
    print(
        f"{DUE:,} clocks due within {WITHIN} s: seen after {half} s (median), {most} s (99 %), {worst} s (all)"
    )
    print(f"memory of the process: {memory} MB at the most")


def nothing_due() -> dict[str, float]:
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", NOTHING_DUE]
    said = subprocess.run(
        command,
        env={**os.environ, **ENVIRONMENT},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(said.stdout)


def wait_until_all_are_seen() -> None:
    ends = time.monotonic() + PATIENCE
    while int(psql(NAME, LEFT)):
        if time.monotonic() > ends:
            sys.exit(f"Not all were seen within {PATIENCE} s.")
        Event().wait(1)


def peak_of(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


if __name__ == "__main__":
    main()
